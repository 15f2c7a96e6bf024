import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import CLUSTER, DEPLOYMENT, NODE_GROUP, SCALED_OBJECT

from tests.policies.mutation import changed
from tests.policies.samples import linked, resource, said

NAME = "require-steady-floor"
LEAST = ("scalingConfig", "minSize")
MUTATIONS = (
    changed(NODE_GROUP, "llm-dr-c-reserved", LEAST, 1, "dr", also=("require-planned-capacity",)),
    changed(NODE_GROUP, "llm-dr-c-reserved", ("capacityType",), "SPOT", "dr"),
    changed(
        SCALED_OBJECT,
        "llm-dr-c-inference",
        ("spec", "minReplicaCount"),
        4,
        "dr",
        also=("require-autoscaler-behaviour", "require-planned-capacity"),
    ),
)
PLACE: Value = {"name": "model", "namespace": "business"}


def site(name: str, *groups: Resource) -> list[Resource]:
    cluster = resource(CLUSTER, {}, name)
    provider = linked(resource("pulumi:providers:kubernetes", {}, f"k8s-{name}"), kubeconfig=cluster)
    return [cluster, provider, *(linked(group, clusterName=cluster) for group in groups)]


def group(least: Value, kind: Value = "ON_DEMAND", instance: Value = "p5.48xlarge") -> Resource:
    props: dict[str, Value] = {
        "amiType": "AL2023_x86_64_NVIDIA",
        "instanceTypes": [instance],
        "capacityType": kind,
        "scalingConfig": {"minSize": least},
    }
    return resource(NODE_GROUP, props)


def tier(replicas: Value, gpus: Value = "8", of: str = "a") -> Resource:
    container: Value = {"resources": {"limits": {"nvidia.com/gpu": gpus}}}
    spec: Value = {"replicas": replicas, "template": {"spec": {"containers": [container]}}}
    return resource(DEPLOYMENT, {"metadata": PLACE, "spec": spec}, provider=f"k8s-{of}")


def test_holds() -> None:
    assert said(NAME, *site("a", group(2.0), group(0, "SPOT")), tier(2.0)) == []


def test_holds_with_two_groups_and_with_a_capacity_block() -> None:
    assert said(NAME, *site("a", group(1, None), group(1, "CAPACITY_BLOCK")), tier(2)) == []


def test_holds_without_pods_that_need_gpus() -> None:
    assert said(NAME, *site("a", group(0), group(2, "SPOT")), tier(9, None)) == []


def test_fails_when_the_rest_is_spot() -> None:
    assert said(NAME, *site("a", group(1), group(5, "SPOT")), tier(2)) == [
        ("fail", "without spot its node groups hold 8 GPUs at their least size, floor 16")
    ]


def test_fails_when_only_another_site_has_room() -> None:
    sites = [*site("a", group(1)), *site("b", group(9)), tier(2), tier(1, of="b")]
    assert said(NAME, *sites) == [("fail", "without spot its node groups hold 8 GPUs at their least size, floor 16")]


def test_fails_when_pods_do_not_fit_whole() -> None:
    assert said(NAME, *site("a", group(4, instance="g6e.12xlarge")), tier(1, 8)) == [
        ("fail", "without spot its node groups hold 0 GPUs at their least size, floor 8")
    ]


def test_fails_when_nobody_counted_the_gpus_of_a_type() -> None:
    assert said(NAME, *site("a", group(4, instance="p9.48xlarge")), tier(1)) == [
        ("fail", "how many GPUs p9.48xlarge has is not known; add it to data/gpus.json")
    ]


@pytest.mark.parametrize(
    ("unknown", "path"),
    [
        (group(UNKNOWN), "scalingConfig.minSize"),
        (group(1, UNKNOWN), "capacityType"),
        (group(1, instance=UNKNOWN), "instanceTypes"),
        (tier(UNKNOWN), "spec.replicas"),
        (tier(1, UNKNOWN), "spec.template.spec.containers"),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_undecided_while_unknown(unknown: Resource, path: str) -> None:
    assert said(NAME, *site("a", group(9)), unknown) == [("unknown", f"{path} is not known before the update")]


def test_undecided_while_nobody_can_tell_the_cluster_of_a_deployment() -> None:
    assert said(NAME, *site("b", group(9)), tier(1)) == [("unknown", "provider is not known before the update")]
