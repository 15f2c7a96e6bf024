import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import DATABASE, DATABASE_PARAMETERS, SUBNET

from tests.policies.databases import GROUP, group, member, parameters, with_standby
from tests.policies.mutation import changed, removed
from tests.policies.samples import said

NAME = "require-database-majority"
MUTATIONS = (
    changed(DATABASE, "llm-prod-db-b", ("availabilityZone",), "us-east-1c"),
    changed(DATABASE, "llm-prod-db-witness", ("availabilityZone",), "us-east-1d"),
    changed(DATABASE, "llm-prod-db-b", ("engineVersion",), "8.0.45"),
    changed(DATABASE_PARAMETERS, "llm-prod-db", ("parameters", 1, "applyMethod"), "immediate"),
    changed(DATABASE_PARAMETERS, "llm-prod-db", ("parameters", 2, "value"), "llm-prod"),
    changed(DATABASE_PARAMETERS, "llm-prod-db", ("parameters", 7, "value"), "MIXED"),
    removed(DATABASE, "llm-prod-db-witness"),
    changed(SUBNET, "llm-prod-standby-database", ("availabilityZone",), "us-east-1b", also=("require-distinct-zones",)),
)


def test_holds() -> None:
    assert said(NAME, *group("x", "y", "z")) == []
    assert said(NAME, *with_standby(group("x", "y", "z"), "x", "w")) == []
    assert said(NAME, member(0, "x", parameters({"rds.group_replication_enabled": "0"}))) == []


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        (group("x"), "its group has 1 members, must be odd and at least 3"),
        (group("x", "y", "z", "w"), "its group has 4 members, must be odd and at least 3"),
        (group("x", "y", "y"), "the loss of zone y may take the majority: member-1, member-2 may be there"),
        (
            with_standby(group("x", "y", "z"), "x", "y"),
            "the loss of zone y may take the majority: member-0, member-1 may be there",
        ),
        (group("x", "y", "z", engineVersion="8.0.45"), "engineVersion is 8.0.45, must be 8.4"),
    ],
    ids=range(5),
)
def test_fails(resources: list[Resource], message: str) -> None:
    assert said(NAME, *resources) == [("fail", message)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"gtid-mode": "OFF"}, "gtid-mode is OFF with apply method pending-reboot, must be ON with pending-reboot"),
        (
            {"enforce_gtid_consistency": None},
            "enforce_gtid_consistency is not set with apply method no, must be ON with pending-reboot",
        ),
        ({GROUP: "ours"}, f"{GROUP} is ours with apply method pending-reboot, must be a UUID with pending-reboot"),
    ],
)
def test_fails_with_another_parameter(changes: dict[str, Value], message: str) -> None:
    assert said(NAME, parameters(changes)) == [("fail", message)]


def test_fails_where_a_static_parameter_is_to_come_at_once() -> None:
    assert [outcome for outcome, _ in said(NAME, parameters(static="immediate"))] == ["fail"] * 5


@pytest.mark.parametrize(
    ("resources", "path"),
    [
        (group("x", "y", UNKNOWN), "availabilityZone"),
        (with_standby(group("x", "y", "z"), "x", UNKNOWN), "availabilityZone"),
        (with_standby(group("x", "y", "z")), "availabilityZone"),
    ],
    ids=range(3),
)
def test_unknown_is_undecided(resources: list[Resource], path: str) -> None:
    assert said(NAME, *resources) == [("unknown", f"{path} is not known before the update")]


def test_unknown_parameters_are_undecided() -> None:
    found = said(NAME, parameters({"gtid-mode": UNKNOWN}))
    assert ("unknown", "parameters is not known before the update") in found
