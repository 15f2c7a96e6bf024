import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import CLUSTER, LOAD_BALANCER

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-own-balancer"
MUTATIONS = (
    changed(LOAD_BALANCER, "llm-prod-a", ("enableCrossZoneLoadBalancing",), value=True),
    changed(LOAD_BALANCER, "llm-prod-b", ("subnets",), ["subnet-a", "subnet-b"]),
    changed(LOAD_BALANCER, "llm-prod-b", ("tags", "site"), "a"),
    changed(LOAD_BALANCER, "llm-dr-c", ("tags", "site"), "d", "dr"),
)


def balancer(site: Value = "a", **inputs: Value) -> Resource:
    return resource(LOAD_BALANCER, {"subnets": ["s"], "tags": {"site": site}, **inputs})


def cluster(site: Value = "a") -> Resource:
    return resource(CLUSTER, {"tags": {"site": site}})


def test_holds() -> None:
    assert said(NAME, balancer(), balancer("b"), cluster(), cluster("b")) == []
    assert said(NAME, balancer(subnets=[UNKNOWN], enableCrossZoneLoadBalancing=False), cluster()) == []
    assert said(NAME, balancer(subnets=["s", "t"], internal=True), cluster("b")) == []


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (balancer(enableCrossZoneLoadBalancing=True), "enableCrossZoneLoadBalancing is true, so it sends traffic to"),
        (balancer(subnets=["s", UNKNOWN]), "subnets names 2 zones, must be one"),
        (balancer(subnets=None, subnetMappings=[{}, {}]), "subnetMappings names 2 zones, must be one"),
        (balancer("b"), "site a has no load balancer of its own"),
    ],
    ids=range(4),
)
def test_fails(broken: Resource, message: str) -> None:
    ((outcome, found),) = said(NAME, broken, cluster())
    assert (outcome, found.startswith(message)) == ("fail", True)


@pytest.mark.parametrize(
    ("blank", "path"),
    [
        (balancer(enableCrossZoneLoadBalancing=UNKNOWN), "enableCrossZoneLoadBalancing"),
        (balancer(subnets=UNKNOWN), "subnets"),
        (balancer(UNKNOWN), "tags.site"),
    ],
    ids=range(3),
)
def test_unknown_is_undecided(blank: Resource, path: str) -> None:
    assert said(NAME, blank, cluster()) == [("unknown", f"{path} is not known before the update")]


def test_undecided_while_a_clusters_site_is_unknown() -> None:
    assert said(NAME, balancer(), cluster(UNKNOWN)) == [("unknown", "tags.site is not known before the update")]
