"""The questions that autoscalers ask, answered by Prometheus's own language over samples as model servers show them."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from components.compute import signals

Samples = Mapping[str, str]
"""Values of each series, one a scrape; `stale` is what Prometheus writes once a pod no longer answers."""

GONE = "7 stale"


def _servers(metric: str, *values: str) -> dict[str, str]:
    """Return the samples of model servers, of which those that are gone do not answer."""
    samples: dict[str, str] = {}
    for place, value in enumerate(values):
        instance = f'job="model-server", instance="10.20.16.{place}:8000"'
        samples[f"{metric}{{{instance}}}"] = value
        samples[f"up{{{instance}}}"] = "1 0" if value == GONE else "1 1"
    return samples


def _counts(**states: str) -> dict[str, str]:
    """Return what two workers count of the queue, and one of another."""
    return {
        f'bullmq_job_count{{job="queue", instance="{place}", queue="{queue}", state="{state}"}}': value
        for place, queue in (("a", "model-inference"), ("b", "model-inference"), ("c", "reports"))
        for state, value in states.items()
    }


def _answer(promtool: Path, folder: Path, query: str, samples: Samples, expected: float | None) -> None:
    """Demand that `query` has this one answer after the second scrape, or none."""
    asked = {
        "expr": query,
        "eval_time": "10s",
        "exp_samples": [] if expected is None else [{"labels": "{}", "value": expected}],
    }
    series = [{"series": name, "values": values} for name, values in samples.items()]
    tests = [{"interval": "10s", "input_series": series, "promql_expr_test": [asked]}]
    file = folder / "test.yaml"
    file.write_text(yaml.safe_dump({"rule_files": [], "evaluation_interval": "10s", "tests": tests}))
    done = subprocess.run([promtool, "test", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


WAITING = "vllm:num_requests_waiting"


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (_servers(WAITING, "1 4", "1 5", "1 6"), 15),
        (_servers(WAITING, "0 0", "0 0"), 0),
        # A replica that does not answer counts as the others do on average.
        (_servers(WAITING, "4 4", "3 3", "2 2", GONE), 12),
        (_servers(WAITING, "4 4", GONE), 8),
        # Of the fewer half nobody can tell.
        (_servers(WAITING, "4 4", GONE, GONE), None),
        (_servers(WAITING, GONE), None),
        ({}, None),
        # Others that show the same.
        ({**_servers(WAITING, "1 1"), f'{WAITING}{{job="rehearsal", instance="x"}}': "9 9"}, 1),
    ],
    ids=range(8),
)
def test_requests_that_wait(promtool: Path, tmp_path: Path, samples: Samples, expected: float | None) -> None:
    _answer(promtool, tmp_path, signals.waiting(), samples, expected)


CACHE = "vllm:kv_cache_usage_perc"
ENGINES = {
    f'{CACHE}{{job="model-server", instance="x", engine="0"}}': "0.5 0.5",
    f'{CACHE}{{job="model-server", instance="x", engine="1"}}': "1 1",
    'up{job="model-server", instance="x"}': "1 1",
}


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (_servers(CACHE, "0 0.5", "0 0.25"), 75),
        (_servers(CACHE, "0.5 0.5", "0.75 0.75", "0.25 0.25", GONE), 200),
        (ENGINES, 75),
        (_servers(CACHE, GONE), None),
    ],
    ids=range(4),
)
def test_use_of_the_kv_cache(promtool: Path, tmp_path: Path, samples: Samples, expected: float | None) -> None:
    _answer(promtool, tmp_path, signals.kv_cache(), samples, expected)


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (_counts(waiting="3 30"), 30),
        (_counts(waiting="1 1", prioritized="2 2", delayed="4 4"), 7),
        (_counts(waiting="0 0", active="9 9", failed="9 9", completed="9 9"), 0),
        # One of two has lost Redis.
        ({**_counts(waiting="5 5"), **dict.fromkeys(list(_counts(waiting=""))[:1], "5 stale")}, 5),
        (_counts(waiting="5 stale"), None),
        ({}, None),
    ],
    ids=range(6),
)
def test_jobs_that_are_still_to_be_done(
    promtool: Path, tmp_path: Path, samples: Samples, expected: float | None
) -> None:
    _answer(promtool, tmp_path, signals.queued("model-inference"), samples, expected)
