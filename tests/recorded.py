"""What both stacks declare in Kubernetes, as the recording engine saw it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import engine
from pulumi.runtime import rpc

PROVIDER = "kubernetes:"
SECRET = rpc._special_sig_key


def objects(stack: str) -> list[Mapping[str, Any]]:
    """Every Kubernetes object of a stack."""
    upstream = engine.UPSTREAM if stack == "dr" else None
    made = engine.run(stack, engine.values(stack), upstream)
    return [_plain(each.inputs) for each in made.resources if each.type.startswith(PROVIDER)]


def write_config_maps(folder: Path) -> None:
    """Write prod's ConfigMaps as `<site>/<ConfigMap>/<file>`, the form that `python -m sandbox.access --files` reads."""
    values = engine.values("prod")
    made = engine.run("prod", values, None)
    for each in made.of(":ConfigMap"):
        site = each.name.removeprefix(f"{values['name']}-").split("-")[0]
        place = folder / site / each.inputs["metadata"]["name"]
        place.mkdir(parents=True)
        for name, text in each.inputs["data"].items():
            (place / name).write_text(text)


def _plain(value: Any) -> Any:
    """The value with secrets as their plain text: the engine marks them before they are sent."""
    if isinstance(value, Mapping):
        fields = cast("Mapping[str, Any]", value)
        return _plain(fields["value"]) if SECRET in fields else {name: _plain(each) for name, each in fields.items()}
    return [_plain(each) for each in cast("list[Any]", value)] if isinstance(value, list) else value
