import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import DATABASE, DATABASE_CLUSTER

from tests.policies.databases import group
from tests.policies.mutation import changed
from tests.policies.samples import linked, resource, said

NAME = "limit-database-members"
MUTATIONS = (
    changed(DATABASE, "llm-prod-db-a", ("autoMinorVersionUpgrade",), value=True),
    changed(DATABASE, "llm-prod-db-b", ("maintenanceWindow",), "mon:10:30-mon:11:30"),
    changed(DATABASE, "llm-prod-db-witness", ("maintenanceWindow",), None),
    changed(DATABASE, "llm-prod-db-a", ("applyImmediately",), value=True),
    changed(DATABASE, "llm-prod-db-a", ("manageMasterUserPassword",), value=True),
    changed(DATABASE, "llm-prod-db-a", ("blueGreenUpdate",), {"enabled": True}),
)
WINDOW = "maintenanceWindow"


def test_holds() -> None:
    assert said(NAME, *group("x", "y", "z")) == []
    assert said(NAME, *group("x", "y", "z", **{WINDOW: "sun:23:30-mon:00:30"})) == []
    assert said(NAME, resource(DATABASE, {"autoMinorVersionUpgrade": True})) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"blueGreenUpdate": {"enabled": True}},
            "blueGreenUpdate.enabled is true: a group has no blue/green deployment",
        ),
        (
            {"manageMasterUserPassword": True},
            "manageMasterUserPassword is true: the group replicates its users, and RDS copies no such instance",
        ),
        ({"applyImmediately": True}, "applyImmediately is true: all members would restart at once"),
        (
            {"autoMinorVersionUpgrade": None},
            "autoMinorVersionUpgrade is not false: members of different versions take no writes",
        ),
        ({"replicateSourceDb": "other"}, "is a copy with a group's parameter group, and would never take writes"),
        ({WINDOW: None}, "has no maintenanceWindow of its own"),
        ({WINDOW: "tue:10:59-tue:11:59"}, f"{WINDOW} is also member-0's; two members would be away at once"),
        ({WINDOW: "Tue:09:00-Wed:09:00"}, f"{WINDOW} is also member-0's; two members would be away at once"),
    ],
    ids=range(8),
)
def test_fails(changes: dict[str, Value], message: str) -> None:
    assert said(NAME, *group("x", "y", "z", **changes)) == [("fail", message)]


def test_a_window_over_the_end_of_the_week_is_one() -> None:
    late = group("x", "y", "z", **{WINDOW: "sun:23:30-mon:00:30"})
    other = [late[0], late[1], group("x", "y", **{WINDOW: "mon:00:00-mon:00:30"})[1]]
    assert [outcome for outcome, _ in said(NAME, *other)] == ["fail"]


def test_a_cluster_is_no_member() -> None:
    found = group("x", "y", "z")
    cluster = linked(resource(DATABASE_CLUSTER, {}), dbInstanceParameterGroupName=found[0])
    assert said(NAME, *found, cluster) == [("fail", "is a Multi-AZ cluster, whose instances can not be members")]


@pytest.mark.parametrize("path", ["autoMinorVersionUpgrade", "applyImmediately", WINDOW])
def test_unknown_is_undecided(path: str) -> None:
    found: list[Resource] = group("x", "y", "z", **{path: UNKNOWN})
    assert said(NAME, *found) == [("unknown", f"{path} is not known before the update")]
