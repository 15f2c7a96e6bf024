"""Kubernetes manifests that a controller's own Go module carries."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias, cast

import yaml

from sandbox.controlplane.client import Object
from sandbox.errors import SandboxError

DEFINITION = "CustomResourceDefinition"
Identity: TypeAlias = tuple[str, str, str, str]


def read(folder: Path, *parts: str) -> list[Object]:
    """All objects of the folder's files, or of those files and folders in it that are named.

    Raises:
        SandboxError: a part is missing, as the toolchain did not make the folder.
    """
    places = [folder / part for part in parts] or [folder]
    if missing := [place for place in places if not place.exists()]:
        raise SandboxError(f"{missing[0]} is missing; `make up` puts the controllers' manifests there")
    files = [file for place in places for file in (sorted(place.rglob("*.yaml")) if place.is_dir() else [place])]
    return [one for file in files for one in _objects(file.resolve()) if one["kind"] != "Kustomization"]


@cache
def _objects(file: Path) -> list[Object]:
    """A file's objects, without the words of their schemas: nobody reads them, and API servers keep them in memory."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the other one takes seconds for KEDA's schemas
    found = [cast("Object", one) for one in yaml.load_all(file.read_text(), loader) if one]
    return [_undescribed(one) if one["kind"] == DEFINITION else one for one in found]


def _undescribed(value: Any) -> Any:
    if isinstance(value, dict):
        bag = cast("Object", value)
        return {
            key: _undescribed(one) for key, one in bag.items() if not (key == "description" and isinstance(one, str))
        }
    return [_undescribed(one) for one in cast("list[Any]", value)] if isinstance(value, list) else value


def moved(item: Object, old: str, new: str) -> Object:
    """An object of one namespace as one of another, with the service accounts that it names."""
    metadata = dict(item["metadata"])
    if metadata.get("namespace") == old:
        metadata["namespace"] = new
    changed = {**item, "metadata": metadata}
    if "subjects" in item:
        changed["subjects"] = [
            {**subject, "namespace": new} if subject.get("namespace") == old else subject
            for subject in item["subjects"]
        ]
    return changed


def annotated(item: Object, annotations: Mapping[str, str]) -> Object:
    """An object with more annotations."""
    metadata = item["metadata"]
    return {**item, "metadata": {**metadata, "annotations": {**metadata.get("annotations", {}), **annotations}}}


def identity(item: Object) -> Identity:
    """Type, namespace (empty where there is none) and name of an object."""
    metadata = item["metadata"]
    return item["apiVersion"], item["kind"], metadata.get("namespace", ""), metadata["name"]
