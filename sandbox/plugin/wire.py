"""Properties on the engine's wire: protobuf Structs to plain Python values and back."""

from typing import Any, TypeAlias, cast

from google.protobuf import json_format, struct_pb2

Props: TypeAlias = dict[str, Any]
"""A property bag: camelCase keys, JSON-like values, `UNKNOWN` for what a preview cannot know."""

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The engine's marker for a value that is known only after the update (pulumi/sdk, resource/plugin/rpc.go)."""


def from_struct(struct: struct_pb2.Struct) -> Props:
    """Plain values of a Struct; whole numbers become int (the wire only has doubles)."""
    return {key: _whole(value) for key, value in json_format.MessageToDict(struct).items()}


def to_struct(props: Props) -> struct_pb2.Struct:
    """A Struct of plain values; None entries are left out, as the upstream providers do."""
    struct = struct_pb2.Struct()
    json_format.ParseDict({k: v for k, v in props.items() if v is not None}, struct)
    return struct


def has_unknown(value: Any) -> bool:
    """Whether a value is, or holds anywhere, something that is not known yet."""
    if isinstance(value, dict):
        return any(has_unknown(v) for v in cast("Props", value).values())
    if isinstance(value, list):
        return any(has_unknown(v) for v in cast("list[Any]", value))
    return value == UNKNOWN


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {k: _whole(v) for k, v in cast("Props", value).items()}
    if isinstance(value, list):
        return [_whole(v) for v in cast("list[Any]", value)]
    return value


def section(props: Props, *path: str) -> Props:
    """The bag at a path of keys, empty where a key is missing or null."""
    for key in path:
        props = props.get(key) or {}
    return props


def rows(props: Props, *path: str) -> list[Props]:
    """The list of bags at a path of keys, empty where a key is missing or null."""
    *above, last = path
    return section(props, *above).get(last) or []
