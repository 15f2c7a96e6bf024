"""What the number of replicas follows, as questions to the site's Prometheus; pure.

Each answers with one number for all replicas together, and with nothing where the number is not known: an autoscaler
takes nothing for a failure and keeps what it has, where it would take a zero for an idle tier.

Metrics of the model server: https://docs.vllm.ai/en/v0.11.0/usage/metrics.html
Metric of the queue: https://docs.bullmq.io/guide/metrics/prometheus
"""

from typing import Final

ADDRESS: Final = "http://prometheus-server.monitoring.svc:80"
"""Where the questions are answered."""

MODEL_SERVER: Final = "model-server"
"""The job that looks at the model servers that are ready."""

GATEWAY: Final = "gateway"
"""The job that looks at the gateways."""

QUEUE: Final = "queue"
"""The job that looks at whoever counts the jobs of the asynchronous queue."""

MODEL_QUEUE: Final = "model-inference"
"""The queue whose jobs the model servers answer."""

# Of the replicas that are ready, at least this share must have answered lately for the others to be guessed.
_KNOWN: Final = 0.5
# What has still to be done: of it, `delayed` waits for its next attempt.
_OPEN: Final = "waiting|prioritized|delayed"


def waiting() -> str:
    """Return the question for the requests that wait in model servers, a count."""
    return _of_all("sum(vllm:num_requests_waiting{job=%s})")


def kv_cache() -> str:
    """Return the question for the use of KV caches, in percent of one replica's, summed over replicas.

    A replica with several engines counts once, by their mean.
    """
    return _of_all("100 * sum(avg by (instance) (vllm:kv_cache_usage_perc{job=%s}))")


def queued(queue: str) -> str:
    """Return the question for the jobs of `queue` that are still to be done, a count; whoever counts, counts all."""
    counts = f'bullmq_job_count{{job="{QUEUE}", queue="{queue}", state=~"{_OPEN}"}}'
    return f"sum(max by (state) ({counts}))"


def _of_all(known: str) -> str:
    """Return `known`, a sum over the replicas that answered, for all that are ready: the others do as those do."""
    job = f'"{MODEL_SERVER}"'
    return f"{known % job} / (avg(up{{job={job}}}) >= {_KNOWN})"
