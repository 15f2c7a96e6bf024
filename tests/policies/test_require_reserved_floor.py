import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import CAPACITY_RESERVATION, LAUNCH_TEMPLATE, NODE_GROUP, SUBNET

from tests.policies.mutation import changed, removed
from tests.policies.samples import linked, resource, said

NAME = "require-reserved-floor"
MUTATIONS = (
    removed(CAPACITY_RESERVATION, "llm-prod-a-reserved"),
    changed(CAPACITY_RESERVATION, "llm-prod-b-reserved", ("availabilityZone",), "us-east-1c"),
    changed(CAPACITY_RESERVATION, "llm-dr-c-reserved", ("instanceCount",), 1, "dr"),
)
ZONE = resource(SUBNET, {"availabilityZone": "us-west-2a"})


def group(least: Value = 3.0, **changes: Value) -> Resource:
    props: dict[str, Value] = {
        "instanceTypes": ["p5.48xlarge"],
        "scalingConfig": {"minSize": least},
        "tags": {"site": "c"},
    }
    return linked(resource(NODE_GROUP, props | changes), subnetIds=ZONE)


def held(count: Value = 3.0, **changes: Value) -> Resource:
    props: dict[str, Value] = {
        "availabilityZone": "us-west-2a",
        "instanceType": "p5.48xlarge",
        "instanceCount": count,
        "instanceMatchCriteria": "open",
    }
    return resource(CAPACITY_RESERVATION, props | changes)


def targeting(reservation: Value) -> list[Resource]:
    target: Value = {"capacityReservationTarget": {"capacityReservationId": reservation}}
    template = resource(LAUNCH_TEMPLATE, {"capacityReservationSpecification": target})
    return [linked(group(), launchTemplate=template), template]


def test_holds() -> None:
    assert said(NAME, ZONE, group(), held()) == []
    assert said(NAME, ZONE, group(), held(1.0), held(2.0)) == []


def test_holds_for_spot_capacity_blocks_and_nodes_without_gpus() -> None:
    others = [group(capacityType="SPOT"), group(capacityType="CAPACITY_BLOCK"), group(instanceTypes=["m7i.large"])]
    assert said(NAME, ZONE, *others) == []


def test_holds_with_a_reservation_made_elsewhere() -> None:
    assert said(NAME, ZONE, *targeting("cr-0123")) == []


def test_fails_without_a_reservation() -> None:
    assert said(NAME, ZONE, group()) == [("fail", "site c holds a reservation of 0 nodes, must be at least 3")]


def test_fails_when_groups_share_one_that_is_too_small() -> None:
    assert said(NAME, ZONE, group(), group(2.0), held(4.0)) == [
        ("fail", "site c holds a reservation of 4 nodes, must be at least 5")
    ]


@pytest.mark.parametrize(
    "change",
    [{"availabilityZone": "us-west-2b"}, {"instanceType": "p5en.48xlarge"}, {"instanceMatchCriteria": "targeted"}],
    ids=str,
)
def test_fails_when_nodes_do_not_start_in_it(change: dict[str, Value]) -> None:
    assert said(NAME, ZONE, group(), held(**change)) == [
        ("fail", "site c holds a reservation of 0 nodes, must be at least 3")
    ]


def test_fails_below_the_share_that_a_stack_asks_for() -> None:
    assert said(NAME, ZONE, group(), held(2.0), percent=60) == []
    assert said(NAME, ZONE, group(), held(1.0), percent=60) == [
        ("fail", "site c holds a reservation of 1 nodes, must be at least 2")
    ]


@pytest.mark.parametrize("key", ["availabilityZone", "instanceType", "instanceCount", "instanceMatchCriteria"])
def test_undecided_while_a_reservation_is_unknown(key: str) -> None:
    assert said(NAME, ZONE, group(), held(**{key: UNKNOWN})) == [("unknown", f"{key} is not known before the update")]


@pytest.mark.parametrize("key", ["capacityType", "instanceTypes"])
def test_undecided_while_a_group_is_unknown(key: str) -> None:
    assert said(NAME, ZONE, group(**{key: UNKNOWN}), held()) == [("unknown", f"{key} is not known before the update")]


def test_undecided_while_a_target_is_unknown() -> None:
    assert said(NAME, ZONE, *targeting(UNKNOWN)) == [("unknown", "launchTemplate is not known before the update")]


def test_undecided_while_its_zone_is_unknown() -> None:
    somewhere = resource(SUBNET, {"availabilityZone": UNKNOWN})
    nodes = linked(group(), subnetIds=somewhere)
    assert said(NAME, somewhere, nodes, held()) == [("unknown", "subnetIds is not known before the update")]


def test_holds_in_any_zone_when_subnets_are_made_elsewhere() -> None:
    assert said(NAME, group(), held()) == []
