"""Under shortage, on a real control plane: who takes whose place, and who may ask for what."""

from collections.abc import Iterator

import pytest

from .site import Object, Site, eventually, pod

pytestmark = pytest.mark.controlplane


@pytest.fixture
def gpu_node(site: Site) -> Iterator[Site]:
    """A site with a single GPU node and no replica."""
    site.nodes("reserved", 1)
    site.scale(0)
    eventually(lambda: not servers(site))
    yield site
    site.scale(0)
    eventually(lambda: not servers(site))
    site.nodes("reserved", 0)


def servers(site: Site) -> set[str]:
    return {name for name in site.running("business") if name.startswith("deepseek-inference")}


# Of 192 cores and 2 TiB; a replica needs 32 cores and 512 GiB.
SHORT = {
    "cpu": ({"cpu": "70"}, {"cpu": "40"}, {"cpu": "60"}),
    "memory": ({"memory": "700Gi"}, {"memory": "500Gi"}, {"memory": "800Gi"}),
}


@pytest.mark.parametrize(("worker", "answers", "logs"), SHORT.values(), ids=SHORT)
def test_log_shipping_goes_first_and_no_more_than_must(
    gpu_node: Site, worker: Object, answers: Object, logs: Object
) -> None:
    filling = [
        pod("worker", "data", "asynchronous", requests=worker),
        pod("answers", "business", "precompute", requests=answers),
        pod("logs", "monitoring", "log-shipping", requests=logs),
    ]
    places = [("data", "worker"), ("business", "answers"), ("monitoring", "logs")]
    for item in filling:
        gpu_node.make(item)
    eventually(lambda: all(name in gpu_node.running(place) for place, name in places))
    gpu_node.scale(1)
    eventually(lambda: len(servers(gpu_node)) == 1)
    assert [name for place, name in places if name in gpu_node.running(place)] == ["worker", "answers"]
    gpu_node.remove(filling)


def test_then_precompute_goes_and_who_is_above_stays(gpu_node: Site) -> None:
    filling = [
        pod("worker", "data", "asynchronous", requests={"cpu": "140"}),
        pod("answers", "business", "precompute", requests={"cpu": "20"}),
        pod("logs", "monitoring", "log-shipping", requests={"cpu": "20"}),
    ]
    for item in filling:
        gpu_node.make(item)
    eventually(lambda: "logs" in gpu_node.running("monitoring") and "answers" in gpu_node.running("business"))
    gpu_node.scale(1)
    eventually(lambda: len(servers(gpu_node)) == 1)
    assert "worker" in gpu_node.running("data")
    assert "answers" not in gpu_node.running("business")
    assert "logs" not in gpu_node.running("monitoring")
    gpu_node.remove(filling)


def test_the_model_takes_the_gpus_of_a_tenant(gpu_node: Site) -> None:
    taken = pod("training", "tenant-paying", "tenant", requests={"nvidia.com/gpu": "8"})
    gpu_node.make(taken)
    eventually(lambda: gpu_node.running("tenant-paying") == {"training"})
    gpu_node.scale(1)
    eventually(lambda: len(servers(gpu_node)) == 1)
    assert not gpu_node.running("tenant-paying")
    gpu_node.remove([taken])


REFUSED = {
    "a tenant without GPUs": (
        pod("it", "tenant-free", "tenant", requests={"nvidia.com/gpu": "1"}),
        "namespace tenant-free has no GPUs: ask for none, or for a quota of them",
    ),
    "a namespace without quotas": (
        pod("it", "default", "", requests={"nvidia.com/gpu": "1"}),
        "namespace default has no GPUs",
    ),
    "a part of a GPU": (
        pod("it", "default", "", requests={"nvidia.com/mig-1g.10gb": "1"}),
        "namespace default has no GPUs",
    ),
    "a GPU for the start alone": (
        pod(
            "it", "default", "",
            initContainers=[{"name": "i", "image": "i", "resources": {"limits": {"nvidia.com/gpu": "1"}}}],
        ),
        "namespace default has no GPUs",
    ),
    "more GPUs than the quota": (
        pod("it", "tenant-paying", "tenant", requests={"nvidia.com/gpu": "9"}),
        "exceeded quota: domain, requested: requests.nvidia.com/gpu=9, used: requests.nvidia.com/gpu=0",
    ),
    "a tenant at the model's priority": (
        pod("it", "tenant-free", "inference"),
        "exceeded quota: other-tiers, requested: pods=1, used: pods=0, limited: pods=0",
    ),
    "a tenant as a part of the cluster": (
        pod("it", "tenant-free", "system-cluster-critical"),
        "exceeded quota: other-tiers",
    ),
    "no tier": (pod("it", "business", ""), "exceeded quota: other-tiers"),
    "more than precompute's share": (
        pod("it", "business", "precompute", requests={"cpu": "401"}),
        "exceeded quota: precompute, requested: limits.cpu=401",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("item", "said"), REFUSED.values(), ids=REFUSED)
def test_refused(site: Site, item: Object, said: str) -> None:
    assert said in site.refusal(item)


def test_no_gpus_may_be_asked_for_anywhere(site: Site) -> None:
    item = pod("none", "default", "", requests={"nvidia.com/gpu": "0"})
    assert not site.refusal(item)
    site.remove([item])
