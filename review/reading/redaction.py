"""The door: no secret gets past it, whether the engine marked it, its name says so, or it looks like one.

What is doubtful is hidden: a reviewer misses little by it, and a comment on a pull request can not be unsaid.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import cast

from review.reading.secret_shapes import is_harmless, is_harmless_name, is_secret_name, may_be_digits, spans
from review.values import Mark, Value

SHOWN = "[secret]"
"""What stands in free text where a secret stood; the engine writes the same word."""

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"
_FILES = {"c44067f5952c0a294b673a41bacd8c17": "asset", "0def7320c3a5731c473e5ecbe6d01bc7": "archive"}
"""Signatures of special values, of which all others are secrets:
https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/resource/sig/sig.go"""

_UNKNOWN = re.compile(
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7|3eeb2bf0-c639-47a8-9e75-3b44932eb421|04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    "|6a19a0b0-7e62-4c92-b797-7f8e31da9cc2|030794c1-ac77-496b-92df-f27374a8bd58|e48ece36-62e2-4504-bad9-02848725956a"
    "|dd056dcd-154b-4c76-9bd3-c8f88648b5ff"
)
"""Stands for a value of any type that only the update will know:
https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/resource/plugin/rpc.go"""

_INTERNAL = frozenset({"__defaults", "__meta"})
"""Notes of a provider to itself among the properties."""


def redact(value: object, key: str = "") -> Value:
    """Return a property as a reviewer may see it.

    Args:
        value: as in the engine's events: plain JSON, in which special values are signed objects.
        key: the property's name, which alone may say that the value is secret.
    """
    if isinstance(value, str):
        return _string(value, key)
    if value is None or isinstance(value, bool | int | float):
        return _number(value, key)
    if isinstance(value, dict):
        return _object(cast("dict[str, object]", value), key)
    if isinstance(value, list):
        return [redact(element, key) for element in cast("list[object]", value)]
    return Mark.SECRET  # no JSON: nobody can say what is in it


def redact_bag(bag: Mapping[str, object], key: str = "") -> dict[str, Value]:
    """Return all properties of a resource, or of an object that is the property `key`, as a reviewer may see them."""
    named = _named_inside(bag)
    above = key if is_secret_name(key) else ""
    shown: dict[str, Value] = {}
    for name, each in bag.items():
        if name not in _INTERNAL:
            judge = named.get(name) or (_judge(name, above) if above else name)
            shown[redact_text(name)] = _string(each, judge) if isinstance(each, str) else redact(each, judge)
    return shown


@lru_cache(maxsize=1 << 18)
def redact_text(text: str) -> str:
    """Return free text, e.g. a diagnostic, with `SHOWN` in place of each secret."""
    kept: list[str] = []
    end = 0
    for start, stop in spans(text):
        if start >= end:
            kept += [text[end:start], SHOWN]
        end = max(end, stop)
    return _UNKNOWN.sub(Mark.UNKNOWN.value, "".join([*kept, text[end:]]))


@lru_cache(maxsize=1 << 18)
def _string(text: str, key: str) -> Value:
    if _UNKNOWN.search(text):
        return Mark.UNKNOWN
    named = is_secret_name(key) and not is_harmless(text)
    return Mark.SECRET if named or text == SHOWN or spans(text) else text


def _number(value: float | None, key: str) -> Value:
    plain = value is None or isinstance(value, bool)
    return Mark.SECRET if not plain and is_secret_name(key) and may_be_digits(key) else value


def _object(value: Mapping[str, object], key: str) -> Value:
    signature = value.get(_SIGNATURE)
    if signature is not None:
        return _special(str(signature), value)
    return redact_bag(value, key)


def _judge(name: str, above: str) -> str:
    """Return the name that judges a value below a secret's name: that one, unless its own says more."""
    return name if is_secret_name(name) or is_harmless_name(name) else above


def _named_inside(value: Mapping[str, object]) -> dict[str, str]:
    """Return, by key, the name that an object itself gives its values: an environment variable, a parameter."""
    if value.get("kind") == "Secret":
        return {"data": "secret", "stringData": "secret"}
    name = "secret" if value.get("type") == "SecureString" else value.get("name", value.get("key"))
    return {"value": name, "values": name} if isinstance(name, str) and is_secret_name(name) else {}


def _special(signature: str, value: Mapping[str, object]) -> Value:
    if signature == _OUTPUT and not value.get("secret"):
        return redact(value["value"]) if "value" in value else Mark.UNKNOWN
    if signature == _REFERENCE:
        return str(value.get("urn", ""))
    return f"{_FILES[signature]} {value.get('hash', '')}" if signature in _FILES else Mark.SECRET
