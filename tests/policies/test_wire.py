"""What the engine marks on its way to the rules; the marks are those of Pulumi's own SDK."""

import pytest
import wire
from pulumi_policy import deserialize, proxy
from rules._resource import UNKNOWN, Value

from tests.policies.served import struct


def test_unknowns_are_those_of_the_sdk() -> None:
    theirs = {value for name, value in vars(proxy).items() if name.startswith("UNKNOWN_")}
    assert theirs == wire.UNKNOWNS


def test_unknowns_become_one_value_at_any_depth() -> None:
    sent: dict[str, wire.Sent] = {
        "a": proxy.UNKNOWN_STRING_VALUE,
        "b": {"c": [1.0, proxy.UNKNOWN_OBJECT_VALUE, {"d": proxy.UNKNOWN_STRING_VALUE, "e": None}]},
    }
    assert wire.plain(sent) == {"a": UNKNOWN, "b": {"c": [1.0, UNKNOWN, {"d": UNKNOWN, "e": None}]}}


@pytest.mark.parametrize(
    ("signature", "value", "read"),
    [
        (deserialize.SPECIAL_SECRET_SIG, {"a": [proxy.UNKNOWN_NUMBER_VALUE]}, {"a": [UNKNOWN]}),
        (deserialize.SPECIAL_ASSET_SIG, "hidden", "asset"),
        (deserialize.SPECIAL_ARCHIVE_SIG, "hidden", "archive"),
        ("of a later engine", "hidden", UNKNOWN),
    ],
)
def test_what_is_signed_is_read_by_its_signature(signature: str, value: wire.Sent, read: Value) -> None:
    sent: dict[str, wire.Sent] = {"it": {deserialize.SPECIAL_SIG_KEY: signature, "value": value}}
    assert wire.plain(sent) == {"it": read}


def test_a_message_is_read_as_it_was_sent() -> None:
    sent: dict[str, Value] = {"a": [1, 2.5, True, None, {"b": "c"}]}
    assert wire.sent(struct(sent)) == sent
