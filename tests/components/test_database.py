"""The database: members that no zone takes together, a copy that is promoted in place, one login that nobody reads."""

import json
from collections.abc import Mapping
from functools import cache
from itertools import combinations
from typing import Any

import engine
import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime import rpc

from components.database import MOST_MEMBERS, group_name
from components.storage.mysql import parameters, windows
from quorum import Group

INSTANCE = "aws:rds/instance:Instance"
SECRET = rpc._special_sig_key
NUMBERS = st.integers(0, MOST_MEMBERS - 1)


@cache
def _prod() -> engine.Engine:
    return engine.run("prod", engine.values("prod"), None)


def _dr(*, promoted: bool) -> engine.Engine:
    values = engine.values("dr")
    values["database"]["replica"]["promoted"] = promoted
    return engine.run("dr", values, engine.UPSTREAM)


@cache
def _one_site() -> engine.Engine:
    values = engine.values("prod")
    return engine.run("prod", values | {"sites": values["sites"][:1]}, None)


def _sent(made: engine.Engine, type_: str, name: str) -> Mapping[str, Any]:
    """Return the inputs as they went to the engine, secrets marked."""
    (found,) = (each for urn, each in made.requests.items() if urn.endswith(f"{type_}::{name}"))
    return MessageToDict(found.object)


def _zones(made: engine.Engine) -> dict[str, frozenset[str]]:
    """Return every zone that an instance may be in."""
    subnets = {f"{each.name}-id": each.inputs["availabilityZone"] for each in made.of("subnet:Subnet")}
    groups = {f"{each.name}-1a2b3c4": each.inputs["subnetIds"] for each in made.of("rds/subnetGroup:SubnetGroup")}
    return {
        each.name: frozenset(
            [each.inputs["availabilityZone"]]
            if "availabilityZone" in each.inputs
            else [subnets[subnet] for subnet in groups[each.inputs["dbSubnetGroupName"]]]
        )
        for each in made.of(INSTANCE)
    }


def test_any_zone_may_be_lost_wherever_the_standby_has_taken_over() -> None:
    zones = _zones(_prod())
    assert zones == {
        "llm-prod-db-a": {"us-east-1a", "us-east-1d"},
        "llm-prod-db-b": {"us-east-1b"},
        "llm-prod-db-witness": {"us-east-1c"},
    }
    assert Group(zones=zones).fatal_zones() == ()


def test_what_another_region_copies_has_a_standby_and_nothing_else_has() -> None:
    instances = {each.name: each.inputs for each in _prod().of(INSTANCE)}
    assert [name for name, inputs in instances.items() if inputs["multiAz"]] == ["llm-prod-db-a"]
    assert [name for name, inputs in instances.items() if "availabilityZone" not in inputs] == ["llm-prod-db-a"]


@pytest.mark.parametrize("made", [_prod(), _one_site(), _dr(promoted=False)], ids=["prod", "one site", "dr"])
def test_nothing_is_lost_by_a_slip(made: engine.Engine) -> None:
    for each in made.of(INSTANCE):
        wanted = {
            "storageEncrypted": True,
            "deletionProtection": True,
            "skipFinalSnapshot": "replicateSourceDb" in each.inputs,  # a copy leaves none
            "deleteAutomatedBackups": False,
            "autoMinorVersionUpgrade": False,
            "publiclyAccessible": False,
        }
        assert {key: each.inputs[key] for key in wanted} == wanted
        assert each.inputs["backupRetentionPeriod"] == 14
        assert each.inputs["kmsKeyId"]


def test_members_have_one_login_that_is_secret_everywhere() -> None:
    found = [_sent(_prod(), INSTANCE, each.name) for each in _prod().of(INSTANCE)]
    assert len({each["username"] for each in found}) == 1
    assert all(each["password"][SECRET] == rpc._special_secret_sig for each in found)
    assert len({each["password"]["value"] for each in found}) == 1
    kept = _sent(_prod(), "aws:secretsmanager/secretVersion:SecretVersion", "llm-prod-db")["secretString"]
    assert json.loads(kept["value"]) == {"username": found[0]["username"], "password": found[0]["password"]["value"]}


def test_the_standby_keeps_the_login_in_its_own_region() -> None:
    kept = _sent(_dr(promoted=False), "aws:secretsmanager/secretVersion:SecretVersion", "llm-dr-db")["secretString"]
    assert kept[SECRET] == rpc._special_secret_sig
    assert json.loads(kept["value"])["password"] == "word"


def test_only_a_group_is_told_of_a_group() -> None:
    assert _given(_prod())["rds.group_replication_enabled"] == ("1", "pending-reboot")
    for made in (_dr(promoted=False), _one_site()):
        assert not [name for name in _given(made) if "group_replication" in name]
        assert _given(made)["gtid-mode"] == ("ON", "pending-reboot")


def _given(made: engine.Engine) -> dict[str, tuple[str, str]]:
    (group,) = made.of("rds/parameterGroup:ParameterGroup")
    return {each["name"]: (each["value"], each["applyMethod"]) for each in group.inputs["parameters"]}


def test_seeds_that_the_bootstrap_sets_are_left_alone_and_another_parameter_is_another_group() -> None:
    (request,) = (found for urn, found in _prod().requests.items() if "rds/parameterGroup" in urn)
    assert list(request.ignoreChanges) == ["parameters"]
    assert "group_replication_group_seeds" not in _given(_prod())
    members = parameters.of_member(group_name("llm-prod"))
    assert parameters.digest(members) in MessageToDict(request.object)["description"]
    assert parameters.digest(members) != parameters.digest(members[1:])


def test_a_groups_name_is_the_same_for_ever() -> None:
    assert group_name("llm-prod") == _given(_prod())["group_replication_group_name"][0]
    assert group_name("llm-prod") == "48ed52a9-44fc-54b9-9f1b-b2ebf9c3356f"
    assert group_name("llm-prod") != group_name("llm-dr")


def test_a_promotion_takes_the_source_and_its_alarms_away_and_touches_nothing_else() -> None:
    before, after = _dr(promoted=False), _dr(promoted=True)
    gone = {(each.type, each.name) for each in before.resources} - {(each.type, each.name) for each in after.resources}
    alarm = "aws:cloudwatch/metricAlarm:MetricAlarm"
    assert gone == {(alarm, "llm-dr-db-lag"), (alarm, "llm-dr-db-stopped")}
    was = {(each.type, each.name): each.inputs for each in before.resources}
    changed = {each.name: each for each in after.resources if was[each.type, each.name] != each.inputs}
    assert list(changed) == ["llm-dr-db"]
    assert not changed["llm-dr-db"].inputs["skipFinalSnapshot"]
    source = {"skipFinalSnapshot": True, "replicateSourceDb": engine.UPSTREAM["database"]["source_arn"]}  # pyright: ignore[reportArgumentType, reportCallIssue] - the outputs of a stack are of many types
    (request,) = (found for urn, found in after.requests.items() if urn.endswith(f"{INSTANCE}::llm-dr-db"))
    # The engine takes what it is told to ignore from what was there, where that is nothing.
    kept = {key: each for key, each in changed["llm-dr-db"].inputs.items() if key not in request.ignoreChanges}
    assert was[INSTANCE, "llm-dr-db"] == {**kept, **source}


def test_a_promoted_standby_that_is_made_anew_has_all_that_an_instance_needs() -> None:
    (made,), (primary, *_) = _dr(promoted=True).of(INSTANCE), _prod().of(INSTANCE)
    assert primary.inputs.keys() - made.inputs.keys() == set()
    sent = _sent(_dr(promoted=True), INSTANCE, "llm-dr-db")
    assert sent["password"] == {SECRET: rpc._special_secret_sig, "value": "word"}


def test_a_copy_brings_its_users_along() -> None:
    (copy,) = _dr(promoted=False).of(INSTANCE)
    assert not {"username", "password", "allocatedStorage", "availabilityZone"} & copy.inputs.keys()


def test_one_site_has_one_instance_that_fails_over_to_the_witness() -> None:
    assert _zones(_one_site()) == {"llm-prod-db": {"us-east-1a", "us-east-1c"}}
    assert not [each for each in _one_site().resources if "standby" in each.name]


def _minutes(window: str) -> tuple[int, int]:
    begin, end = (clock.split(":")[-2:] for clock in window.split("-"))
    return int(begin[0]) * 60 + int(begin[1]), int(end[0]) * 60 + int(end[1])


def _apart(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[1] <= other[0] or other[1] <= one[0]


def test_no_two_members_are_away_at_once() -> None:
    for one, other in combinations(range(MOST_MEMBERS), 2):
        assert _apart(_minutes(windows.backup(one)), _minutes(windows.backup(other)))
        same_day = windows.maintenance(one)[:3] == windows.maintenance(other)[:3]
        assert not same_day or _apart(_minutes(windows.maintenance(one)), _minutes(windows.maintenance(other)))


@given(NUMBERS, NUMBERS)
def test_no_member_is_maintained_while_one_is_backed_up(one: int, other: int) -> None:
    assert _apart(_minutes(windows.backup(one)), _minutes(windows.maintenance(other)))
