"""A live object seen through the inputs it was made of, so that only drift of what we manage shows."""

import base64
import re
from decimal import Decimal
from typing import Any, cast

from sandbox.plugin.wire import Props

QUANTITY = re.compile(r"([+-]?\d+(?:\.\d+)?)(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?")
SCALES: dict[str | None, Decimal] = {
    None: Decimal(1),
    "m": Decimal("0.001"),
    **{unit: Decimal(1000) ** (power + 1) for power, unit in enumerate("kMGTPE")},
    **{f"{unit}i": Decimal(1024) ** (power + 1) for power, unit in enumerate("KMGTPE")},
}
"""Suffixes of resource quantities (apimachinery, pkg/api/resource)."""


def project(inputs: Props, live: Props) -> Props:
    """The live object in the shape of its inputs.

    Fields that the inputs do not name are left out (the server and controllers own them). A field that the server
    writes in another way but with the same meaning (`1000m` as `1`, an empty list not at all) stays as it was put in.
    """
    plain = {key: value for key, value in inputs.items() if key != "stringData"}
    seen = _of_dict(plain, live)
    if "stringData" in inputs:
        seen["stringData"] = _of_dict(inputs["stringData"], _decoded(live.get("data") or {}))
    return seen


def _project(old: Any, live: Any) -> Any:
    if isinstance(old, dict) and isinstance(live, dict):
        return _of_dict(cast("Props", old), cast("Props", live))
    if isinstance(old, list) and isinstance(live, list):
        return _of_list(cast("list[Any]", old), cast("list[Any]", live))
    return cast("Any", old if _same(old, live) else live)


def _of_dict(old: Props, live: Props) -> Props:
    seen: Props = {}
    for key, value in old.items():
        if key in live:
            seen[key] = _project(value, live[key])
        elif not value:
            seen[key] = value
    return seen


def _of_list(old: list[Any], live: list[Any]) -> list[Any]:
    if len(old) != len(live):
        return live
    bags = [cast("Props", item) for item in live if isinstance(item, dict)]
    by_name = {item["name"]: item for item in bags if "name" in item}
    pairs = zip(old, live, strict=True)
    return [_project(one, _partner(one, other, by_name)) for one, other in pairs]


def _partner(one: Any, other: Any, by_name: dict[str, Any]) -> Any:
    return by_name.get(cast("Props", one).get("name", ""), other) if isinstance(one, dict) else other


def _same(old: Any, live: Any) -> bool:
    if old == live:
        return True
    first, second = quantity(old), quantity(live)
    return first is not None and first == second


def quantity(value: Any) -> Decimal | None:
    """The number that a resource quantity stands for; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    match = QUANTITY.fullmatch(str(value))
    return Decimal(match[1]) * SCALES[match[2]] if match else None


def _decoded(data: Props) -> Props:
    return {key: base64.b64decode(value).decode(errors="replace") for key, value in data.items()}
