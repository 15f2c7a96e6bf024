"""What follows from looks at a workload, and what its replicas answer to a scrape."""

import math
from typing import Any, cast

import pytest

from sandbox.errors import SandboxError
from sandbox.scaling.discovery import Discovery
from sandbox.scaling.load import Load
from sandbox.scaling.recording import Recording, Sample, flips, picture
from sandbox.scaling.workload import Signal, Workload


def recording(*wanted: int) -> Recording:
    """One look a second; a replica is ready a second after it is wanted."""
    ready = (wanted[0], *wanted)
    return Recording([Sample(at, 30, number, ready[at]) for at, number in enumerate(wanted)])


def test_times_are_from_what_was_done() -> None:
    seen = recording(2, 2, 2, 3, 3, 3, 2, 2)
    assert seen.decided(1, 3) == 2
    assert seen.served(1, 3) == 3
    assert seen.lowered(3) == 3
    assert seen.settled(3, 2) == 3
    assert (seen.fewest(3), seen.most(1)) == (2, 3)


def test_what_never_came_is_no_number() -> None:
    seen = recording(2, 2, 2)
    assert all(math.isnan(value) for value in (seen.decided(0, 3), seen.served(0, 3), seen.lowered(0)))


@pytest.mark.parametrize(
    ("wanted", "window", "times"),
    [((2, 3, 4), 10, 0), ((2, 3, 2), 10, 1), ((2, 3, 3, 2), 2, 0), ((2, 3, 2, 3), 10, 2), ((4, 3, 2), 10, 0)],
)
def test_a_turn_counts_where_it_comes_within_the_window(wanted: tuple[int, ...], window: float, times: int) -> None:
    assert flips(recording(*wanted).samples, window) == times


def test_a_picture_has_a_curve_for_each_number() -> None:
    drawn = picture("waiting", recording(2, 3, 3))
    assert drawn.count("<path") == 3


QUEUE = 'sum(max by (state) (bullmq_job_count{job="queue", queue="model-inference", state=~"waiting|delayed"}))'


def workload() -> Workload:
    signals = [
        Signal.of({"type": "cpu", "metadata": {"value": "70"}}),
        Signal.of({"type": "prometheus", "name": "cache",
                   "metadata": {"threshold": "80", "query": '100 * sum(vllm:kv_cache_usage_perc{job="m"})'}}),
        Signal.of({"type": "prometheus", "name": "queue", "metadata": {"threshold": "20", "query": QUEUE}}),
    ]  # fmt: skip
    return Workload(cast("Any", None), "business", "model", "model", signals, 300, 60)


def test_replicas_share_a_load_and_the_queue_is_one() -> None:
    load = Load(workload(), base=2, addresses=frozenset({"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"}))
    load.all(0.5)
    queue = 'bullmq_job_count{queue="model-inference",state="waiting"} 20.000'
    assert load.exposition("10.0.0.1").splitlines() == ["vllm:kv_cache_usage_perc 0.20000", queue]
    assert load.exposition("redis").splitlines() == [queue]


class Pods:
    """An API server that has one pod, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []

    def get(self, path: str, query: Any) -> Any:
        self.asked.append((path, query))
        container = {"name": "model", "ports": [{"containerPort": 8000, "name": "http"}]}
        metadata = {"namespace": "business", "name": "m-0", "uid": "u", "labels": {"app.kubernetes.io/name": "m"}}
        status = {"podIP": "10.0.0.1", "phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
        return {"items": [{"metadata": metadata, "spec": {"containers": [container]}, "status": status},
                          {"metadata": metadata, "spec": {"containers": [container]}, "status": {}}]}  # fmt: skip


def test_pods_with_addresses_are_targets_with_kubernetes_labels() -> None:
    entry = {"role": "pod", "namespaces": {"names": ["business"]}, "selectors": [{"role": "pod", "label": "a=b"}]}
    pods = Pods()
    [group] = Discovery.of(entry).targets(cast("Any", pods))
    assert pods.asked == [("/api/v1/namespaces/business/pods", {"labelSelector": "a=b"})]
    assert group["targets"] == ["10.0.0.1:8000"]
    labels = {key.removeprefix("__meta_kubernetes_"): value for key, value in group["labels"].items()}
    assert labels["pod_label_app_kubernetes_io_name"] == "m"
    assert labels["pod_labelpresent_app_kubernetes_io_name"] == "true"
    assert (labels["pod_ready"], labels["pod_container_port_name"]) == ("true", "http")


def test_another_role_is_refused() -> None:
    with pytest.raises(SandboxError, match="role 'node'; this bench discovers pods only"):
        Discovery.of({"role": "node"})
