import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import ADDON, NODE_GROUP

from tests.policies.mutation import changed, removed
from tests.policies.samples import cluster, linked, resource, said

NAME = "require-node-repair"
MUTATIONS = (
    changed(NODE_GROUP, "llm-prod-b-reserved", ("nodeRepairConfig",), None),
    changed(NODE_GROUP, "llm-dr-c-system", ("nodeRepairConfig", "enabled"), value=False, stack="dr"),
    removed(ADDON, "llm-prod-a-more-eks-node-monitoring-agent"),
)


def group(config: Value) -> Resource:
    return linked(resource(NODE_GROUP, {"nodeRepairConfig": config}), clusterName=cluster())


def agent(name: Value = "eks-node-monitoring-agent") -> Resource:
    return linked(resource(ADDON, {"addonName": name}), clusterName=cluster())


def test_holds() -> None:
    assert said(NAME, cluster(), group({"enabled": True}), agent()) == []


def test_holds_for_a_cluster_without_nodes() -> None:
    assert said(NAME, cluster()) == []


@pytest.mark.parametrize("config", [None, {}, {"enabled": False}], ids=str)
def test_fails_without_repair(config: Value) -> None:
    assert said(NAME, cluster(), group(config), agent()) == [("fail", "nodeRepairConfig.enabled is not true")]


def test_fails_without_the_agent() -> None:
    assert said(NAME, cluster(), group({"enabled": True}), agent("coredns")) == [
        ("fail", "has no managed add-on eks-node-monitoring-agent")
    ]


def test_undecided_while_unknown() -> None:
    assert said(NAME, cluster(), group(UNKNOWN), agent(UNKNOWN)) == [
        ("unknown", "nodeRepairConfig.enabled is not known before the update"),
        ("unknown", "addonName is not known before the update"),
    ]
