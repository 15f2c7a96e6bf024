from dataclasses import replace

import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import NODE_GROUP

from tests.policies.mutation import changed
from tests.policies.samples import resource, said, urn

NAME = "require-gpu-capacity"
MUTATIONS = (
    changed(NODE_GROUP, "llm-prod-a-spot", ("taints",), []),
    changed(NODE_GROUP, "llm-dr-c-reserved", ("taints", 0, "effect"), "NO_EXECUTE", "dr"),
)
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
TAINT: Value = {"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}


def group(capacity: Value, **changes: Value) -> Resource:
    props: dict[str, Value] = {
        "amiType": "AL2023_x86_64_NVIDIA",
        "instanceTypes": ["p5.48xlarge"],
        "capacityType": capacity,
        "taints": [TAINT],
        "tags": {"site": "a"},
        "launchTemplate": {"id": UNKNOWN},
    }
    return resource("aws:eks/nodeGroup:NodeGroup", props | changes, f"group-{capacity}")


def targeting(reservation: Value) -> list[Resource]:
    target: Value = {"capacityReservationTarget": {"capacityReservationId": reservation}}
    template = resource(TEMPLATE, {"capacityReservationSpecification": target}, "gpu")
    references = {"launchTemplate": (urn(TEMPLATE, "gpu"),)}
    return [replace(group("ON_DEMAND"), references=references), template]


def test_holds_with_two_kinds() -> None:
    assert said(NAME, group("ON_DEMAND"), group("SPOT")) == []


def test_holds_with_a_capacity_block() -> None:
    assert said(NAME, group("CAPACITY_BLOCK")) == []


def test_holds_with_a_reservation() -> None:
    assert said(NAME, *targeting("cr-0123")) == []


def test_holds_for_nodes_without_gpus() -> None:
    system = group("ON_DEMAND", amiType="AL2023_x86_64_STANDARD", instanceTypes=["m7i.large"])
    assert said(NAME, replace(system, props=dict(system.props) | {"taints": []})) == []


@pytest.mark.parametrize("taints", [None, [], [{"key": "nvidia.com/gpu", "effect": "NO_EXECUTE"}]], ids=str)
def test_fails_without_the_taint(taints: Value) -> None:
    assert said(NAME, group("ON_DEMAND", taints=taints), group("SPOT")) == [
        ("fail", "GPU nodes without the taint nvidia.com/gpu:NO_SCHEDULE")
    ]


def test_fails_with_one_kind_and_no_reservation() -> None:
    elsewhere = group("ON_DEMAND", tags={"site": "b"}), group("SPOT", tags={"site": "b"})
    assert said(NAME, group("SPOT"), *elsewhere) == [
        ("fail", "site a has GPU capacity of one kind, SPOT, and no reservation")
    ]


def test_fails_when_the_kind_is_left_to_the_default() -> None:
    assert said(NAME, group(None), group("ON_DEMAND")) == [
        ("fail", "site a has GPU capacity of one kind, ON_DEMAND, and no reservation")
    ]


@pytest.mark.parametrize("taints", [UNKNOWN, [UNKNOWN], [{"key": UNKNOWN}]], ids=str)
def test_undecided_while_taints_are_unknown(taints: Value) -> None:
    assert said(NAME, group("CAPACITY_BLOCK", taints=taints)) == [("unknown", "taints is not known before the update")]


@pytest.mark.parametrize("resources", [[group(UNKNOWN)], targeting(UNKNOWN)], ids=["kind", "id"])
def test_undecided_while_capacity_is_unknown(resources: list[Resource]) -> None:
    assert said(NAME, *resources) == [("unknown", "capacityType is not known before the update")]


@pytest.mark.parametrize("key", ["amiType", "instanceTypes", "tags"])
def test_undecided_while_it_may_have_gpus_in_any_site(key: str) -> None:
    path = "tags.site" if key == "tags" else key
    assert said(NAME, group("SPOT", **{key: UNKNOWN})) == [("unknown", f"{path} is not known before the update")]
