"""Voting groups in plans: who is away together, and whether the rest still decides."""

import pytest

from review.assessment import Fact, Level
from review.judging import members
from review.plan import Operation, Place, Plan, Step
from review.values import Value
from tests.review.samples import change, plan, step

INSTANCE, PARAMETERS, SET = (
    "aws:rds/instance:Instance",
    "aws:rds/parameterGroup:ParameterGroup",
    "kubernetes:apps/v1:StatefulSet",
)
SIZE, ZONES = "members, and failures survived", "zones whose loss takes the majority"
CLASS = change("instanceClass", "db.r7g.large", "db.r7g.xlarge")


def _member(
    letter: str, operation: Operation = Operation.SAME, zone: str = "", group: str = "gr", **more: Value
) -> Step:
    inputs: dict[str, Value] = {"parameterGroupName": f"{group}-{letter}", **more}
    changes = (CLASS,) if operation is Operation.UPDATE else ()
    place = Place(region="us-east-1", zone=zone or f"us-east-1{letter}")
    return step(operation, INSTANCE, f"db-{letter}", before=inputs, after=inputs, changes=changes, place=place)


def _group(letter: str, enabled: str = "1", group: str = "gr") -> Step:
    given: list[Value] = [
        {"name": "rds.group_replication_enabled", "value": enabled},
        {"name": "group_replication_group_name", "value": "11111111-1111-1111-1111-111111111111"},
    ]
    return step(
        Operation.SAME, PARAMETERS, f"{group}-{letter}", before={"name": f"{group}-{letter}", "parameters": given}
    )


def _three(*steps: Step) -> Plan:
    return plan(*(_group(letter) for letter in "abc"), *steps)


def _fact(found: Plan, quantity: str) -> Fact:
    (fact,) = (each for each in members.facts([found]) if each.quantity == quantity)
    return fact


def test_three_members_in_three_zones_survive_one() -> None:
    steady = _three(_member("a"), _member("b"), _member("c"))
    assert (_fact(steady, SIZE).after, _fact(steady, SIZE).level) == ("3, survives 1", Level.SAFE)
    assert (_fact(steady, ZONES).after, _fact(steady, ZONES).level) == ("none", Level.SAFE)


@pytest.mark.parametrize("operation", [Operation.UPDATE, Operation.REPLACE, Operation.DELETE])
def test_one_member_away_is_survived_and_two_are_blocked(operation: Operation) -> None:
    one = _three(_member("a", operation), _member("b"), _member("c"))
    two = _three(_member("a", operation), _member("b", operation), _member("c"))
    assert _fact(one, SIZE).level < Level.BLOCKED
    assert (_fact(two, SIZE).level, "db-a and db-b" in _fact(two, SIZE).note) == (Level.BLOCKED, True)


def test_a_fourth_member_adds_nothing() -> None:
    grown = plan(*(_group(each) for each in "abcd"), *(_member(each) for each in "abc"), _member("d", Operation.CREATE))
    assert (_fact(grown, SIZE).after, _fact(grown, SIZE).level) == ("4, survives 1", Level.CARE)


def test_two_members_of_three_in_one_zone_fall_with_it() -> None:
    crowded = _three(_member("a", zone="x"), _member("b", zone="x"), _member("c", zone="y"))
    assert (_fact(crowded, ZONES).after, _fact(crowded, ZONES).level) == ("x", Level.CARE)
    made = _three(
        *(_member(each, Operation.CREATE, zone="x") for each in "ab"), _member("c", Operation.CREATE, zone="y")
    )
    assert _fact(made, ZONES).level is Level.BLOCKED


def test_databases_without_group_replication_are_no_group() -> None:
    assert not members.facts([plan(_group("a", enabled="0"), _member("a"), _member("b"))])


def test_a_tag_names_the_group_where_the_parameter_group_is_not_in_the_plan() -> None:
    tagged = plan(*(_member(each, tags={"group-replication": "main"}) for each in "abc"))
    assert _fact(tagged, SIZE).after == "3, survives 1"


def test_replication_that_ends_needs_care() -> None:
    promoted = step(Operation.UPDATE, INSTANCE, "copy", before={"replicateSourceDb": "arn:prod"}, after={"x": 1})
    fact = _fact(plan(promoted), "replicates from")
    assert (fact.before, fact.after, fact.level) == ("arn:prod", "", Level.CARE)


@pytest.mark.parametrize(
    ("was", "now", "level"),
    [
        (3, 3, Level.SAFE),
        (3, 5, Level.SAFE),
        (3, 2, Level.CARE),
        (5, 4, Level.CARE),
        (3, 1, Level.BLOCKED),
        (5, 2, Level.BLOCKED),
    ],
)
@pytest.mark.parametrize("name", ["consul-server", "etcd"])
def test_members_leave_one_at_a_time(name: str, was: int, now: int, level: Level) -> None:
    before: dict[str, Value] = {"metadata": {"name": name}, "spec": {"replicas": was}}
    after: dict[str, Value] = {"metadata": {"name": name}, "spec": {"replicas": now}}
    assert _fact(plan(step(Operation.UPDATE, SET, before=before, after=after)), "voting members").level is level


def test_a_deleted_group_of_voters_is_blocked_and_other_sets_do_not_vote() -> None:
    voters: dict[str, Value] = {"metadata": {"name": "consul"}, "spec": {"replicas": 3}}
    others: dict[str, Value] = {"metadata": {"name": "cache"}, "spec": {"replicas": 3}}
    assert _fact(plan(step(Operation.DELETE, SET, before=voters)), "voting members").level is Level.BLOCKED
    assert not members.facts([plan(step(Operation.DELETE, SET, "llm-cache", before=others))])
