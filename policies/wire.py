"""How the engine sends a resource: values that need a mark of their own, the unknown ones among them.

https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go (unknown values),
https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go (signatures)
"""

from collections.abc import Mapping
from typing import Final, TypeAlias, cast

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import proto
from rules import _remedy
from rules._remedy import Edits
from rules._resource import UNKNOWN, Resource, Value

Sent: TypeAlias = "bool | float | str | list[Sent] | dict[str, Sent] | None"
"""A value as it is sent: plain, or an object that says by its signature what it stands for."""

UNKNOWNS: Final = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # a truth value
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # a number
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # a text
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # a list
        "030794c1-ac77-496b-92df-f27374a8bd58",  # an asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # an archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # an object
    }
)
"""Texts that stand for values not known yet."""

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a signature
_ASSETS: Final = {"c44067f5952c0a294b673a41bacd8c17": "asset", "0def7320c3a5731c473e5ecbe6d01bc7": "archive"}


def sent(struct: Struct) -> dict[str, Sent]:
    """Return the properties of a message as they were sent."""
    return MessageToDict(struct)


def plain(properties: Mapping[str, Sent]) -> dict[str, Value]:
    """Return properties as rules read them: secrets uncovered, UNKNOWN for what is not known."""
    return {key: _plain(value) for key, value in properties.items()}


def edited(properties: Mapping[str, Sent], edits: Edits) -> dict[str, Sent]:
    """Return properties with `edits` made, and all else as it was sent, be it unknown or secret."""
    return cast("dict[str, Sent]", _remedy.edited(cast("dict[str, Value]", properties), edits))


def resource(message: proto.AnalyzeRequest | proto.AnalyzerResource, inputs: Mapping[str, Value]) -> Resource:
    """Return what rules see of a resource with these inputs."""
    return Resource(
        type=message.type,
        name=message.name,
        urn=message.urn,
        props=inputs,
        protect=message.options.protect,
        provider=message.provider.name,
    )


def _plain(value: Sent) -> Value:
    if isinstance(value, str):
        return UNKNOWN if value in UNKNOWNS else value
    if isinstance(value, list):
        return [_plain(element) for element in value]
    if isinstance(value, dict):
        return _signed(value) if _SIGNATURE in value else plain(value)
    return value


def _signed(value: Mapping[str, Sent]) -> Value:
    """Return what an object stands for; no rule reads what is inside an asset, and of another nobody can tell."""
    signature = value[_SIGNATURE]
    if signature == _SECRET:
        return _plain(value.get("value"))
    return _ASSETS.get(str(signature), UNKNOWN)
