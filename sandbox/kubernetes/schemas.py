"""Kubernetes' own OpenAPI document as JSON schemas that kubeconform reads: strict, so that a misspelt field fails."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

LOCATION = "{{.ResourceKind}}{{.KindSuffix}}.json"
"""What kubeconform puts after the folder: https://github.com/yannh/kubeconform#overriding-schemas-location"""

DEFINITIONS = "definitions.json"
_KINDS = "x-kubernetes-group-version-kind"
_INT_OR_STRING = "x-kubernetes-int-or-string"
_OPEN = "x-kubernetes-preserve-unknown-fields"
_NUMBER_OR_TEXT = {"oneOf": [{"type": "string"}, {"type": "number"}]}
_LOOSE = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": _NUMBER_OR_TEXT,
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
}
"""Types that the document calls text, and whose readers take numbers too."""


def write(openapi: Path, folder: Path) -> int:
    """Write a schema for each kind.

    Args:
        openapi: Kubernetes' `swagger.json`.
        folder: takes the schemas.

    Returns:
        How many kinds there are.
    """
    found: dict[str, dict[str, Any]] = json.loads(openapi.read_text())["definitions"]
    strict = {name: _LOOSE.get(name) or _strict(definition) for name, definition in found.items()}
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"definitions": strict}).replace('"#/definitions/', f'"{DEFINITIONS}#/definitions/')
    (folder / DEFINITIONS).write_text(text)
    count = 0
    for name, definition in found.items():
        for kind in definition.get(_KINDS, []):
            (folder / _file(kind)).write_text(json.dumps({"$ref": f"{DEFINITIONS}#/definitions/{name}"}))
            count += 1
    return count


def write_custom(definitions: Iterable[Mapping[str, Any]], folder: Path) -> int:
    """Write a schema for each version of each kind that CustomResourceDefinitions add; answer how many there are."""
    count = 0
    for definition in definitions:
        spec = definition["spec"]
        for version in spec["versions"]:
            kind = {"kind": spec["names"]["kind"], "group": spec["group"], "version": version["name"]}
            (folder / _file(kind)).write_text(json.dumps(_closed(version["schema"]["openAPIV3Schema"])))
            count += 1
    return count


def _closed(schema: Any) -> Any:
    """A custom kind's schema with no other fields than those it names, at any depth: all of it stands in one place."""
    if isinstance(schema, list):
        return [_closed(each) for each in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    bag = cast("dict[str, Any]", schema)
    if bag.get(_INT_OR_STRING):
        return {"oneOf": [{"type": "string"}, {"type": "integer"}]}
    return {key: _closed(each) for key, each in (bag if bag.get(_OPEN) else _strict(bag)).items()}


def _strict(definition: dict[str, Any]) -> dict[str, Any]:
    """The definition with no other fields than those it names; what it says of no field stays open."""
    closed = {"additionalProperties": False} if "properties" in definition else {}
    return {**closed, **definition}


def _file(kind: dict[str, str]) -> str:
    """As kubeconform names it: the kind, the group's first word and the version, in small letters."""
    words = [kind["kind"], kind["group"].split(".")[0], kind["version"]]
    return "-".join(word for word in words if word).lower() + ".json"
