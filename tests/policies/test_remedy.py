"""What remedies do on what the real program has none of; that they work is seen by the mutations."""

from collections.abc import Mapping

import pytest
from rules._remedy import Edits, edited
from rules._resource import UNKNOWN, Value
from rules._rule import ResourceRule
from rules._types import INSTANCE, LAUNCH_TEMPLATE, NODE_GROUP, VOLUME

from tests.policies.samples import resource, rule

DISK: Value = {"deviceName": "/dev/xvda", "ebs": {"volumeSize": 20}}


def edits(name: str, token: str, props: Mapping[str, Value]) -> Edits:
    found = rule(name)
    assert isinstance(found, ResourceRule)
    return found.edits(resource(token, props))


def test_edits_make_what_is_missing_and_leave_the_rest() -> None:
    props: dict[str, Value] = {"a": [{"b": 1}, {"c": {"d": 2}}], "e": UNKNOWN}
    assert edited(props, {("a", 1, "c", "f"): 3, ("g", "h"): [4]}) == {
        "a": [{"b": 1}, {"c": {"d": 2, "f": 3}}],
        "e": UNKNOWN,
        "g": {"h": [4]},
    }
    assert props == {"a": [{"b": 1}, {"c": {"d": 2}}], "e": UNKNOWN}


def test_edits_make_no_list_longer() -> None:
    with pytest.raises(IndexError):
        edited({"a": []}, {("a", 0): 1})


def test_only_the_disks_that_hold_data_are_encrypted() -> None:
    props: dict[str, Value] = {"blockDeviceMappings": [{"virtualName": "ephemeral0"}, DISK]}
    assert edits("require-disk-encryption", LAUNCH_TEMPLATE, props) == {
        ("blockDeviceMappings", 1, "ebs", "encrypted"): "true"
    }


@pytest.mark.parametrize(
    ("name", "token", "props"),
    [
        ("require-disk-encryption", LAUNCH_TEMPLATE, {}),
        ("require-disk-encryption", LAUNCH_TEMPLATE, {"blockDeviceMappings": [UNKNOWN, {"ebs": UNKNOWN}]}),
        ("require-disk-encryption", INSTANCE, {"rootBlockDevice": {"encrypted": False}}),
        ("require-disk-encryption", VOLUME, {"encrypted": False}),
        ("require-imdsv2", NODE_GROUP, {}),
        ("require-imdsv2", LAUNCH_TEMPLATE, {"metadataOptions": UNKNOWN}),
        ("require-imdsv2", LAUNCH_TEMPLATE, {"metadataOptions": {"httpTokens": "required"}}),
        ("require-protection", VOLUME, {}),
    ],
    ids=str,
)
def test_leaves_alone_what_passes_is_unknown_or_would_be_replaced(
    name: str, token: str, props: Mapping[str, Value]
) -> None:
    assert edits(name, token, props) == {}


def test_an_unknown_beside_what_is_wrong_stays() -> None:
    options: Value = {"httpTokens": UNKNOWN, "httpPutResponseHopLimit": 5}
    assert edits("require-imdsv2", LAUNCH_TEMPLATE, {"metadataOptions": options}) == {
        ("metadataOptions", "httpPutResponseHopLimit"): 2
    }
