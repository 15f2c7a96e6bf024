"""Kubernetes' own OpenAPI document as JSON schemas that kubeconform reads: strict, so that a misspelt field fails."""

import json
from pathlib import Path
from typing import Any

LOCATION = "{{.ResourceKind}}{{.KindSuffix}}.json"
"""What kubeconform puts after the folder: https://github.com/yannh/kubeconform#overriding-schemas-location"""

DEFINITIONS = "definitions.json"
_KINDS = "x-kubernetes-group-version-kind"
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


def _strict(definition: dict[str, Any]) -> dict[str, Any]:
    """The definition with no other fields than those it names; what it says of no field stays open."""
    closed = {"additionalProperties": False} if "properties" in definition else {}
    return {**closed, **definition}


def _file(kind: dict[str, str]) -> str:
    """As kubeconform names it: the kind, the group's first word and the version, in small letters."""
    words = [kind["kind"], kind["group"].split(".")[0], kind["version"]]
    return "-".join(word for word in words if word).lower() + ".json"
