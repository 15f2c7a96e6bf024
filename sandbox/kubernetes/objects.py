"""Names, ids and outputs of objects: pure."""

import hashlib
from typing import Any

from sandbox.kubernetes.kinds import Kind
from sandbox.kubernetes.projection import project
from sandbox.plugin.provider import Subject
from sandbox.plugin.wire import UNKNOWN, Props, section

AUTONAMED = "pulumi.com/autonamed"
MANAGED_BY = "app.kubernetes.io/managed-by"
MAXIMUM_NAME = 253
SUFFIX_LENGTH = 8
SERVER_METADATA = ("managedFields", "resourceVersion", "generation", "selfLink", "uid", "creationTimestamp")
SERVER_FIELDS: dict[str, tuple[str, ...]] = {"Service": ("clusterIP", "clusterIPs")}
"""Fields of the spec that only the server can fill and programs read."""


def complete(subject: Subject, kind: Kind, olds: Props, news: Props, seed: bytes) -> Props:
    """Inputs with type, name and the label that says who manages the object."""
    metadata = dict(news.get("metadata") or {})
    if not metadata.get("name") and not metadata.get("generateName"):
        metadata["name"] = _kept_name(olds) or automatic_name(subject.name, seed)
        metadata["annotations"] = {**(metadata.get("annotations") or {}), AUTONAMED: "true"}
    if metadata.get("labels") != UNKNOWN:
        metadata["labels"] = {**(metadata.get("labels") or {}), MANAGED_BY: "pulumi"}
    return {**news, "apiVersion": kind.api_version, "kind": kind.kind, "metadata": metadata}


def identity(live: Props) -> str:
    """The id of an object: `namespace/name`, or `name` where it has no namespace."""
    metadata = live["metadata"]
    return f"{metadata['namespace']}/{metadata['name']}" if metadata.get("namespace") else metadata["name"]


def split_identity(text: str) -> tuple[str, str]:
    """Namespace (empty where there is none) and name of an id."""
    namespace, _, name = text.rpartition("/")
    return namespace, name


def outputs(inputs: Props, live: Props, *, preview: bool = False) -> Props:
    """What the engine keeps of an object: its inputs as the server holds them, and what identifies it.

    Status and the fields that controllers own are left out, so that a refresh right after an update shows no change.
    """
    seen = project(inputs, live)
    if not preview:
        seen["metadata"] = {**seen.get("metadata", {}), **_identifying(live["metadata"])}
        seen = _with_server_fields(seen, live)
    return seen


def cleaned(live: Props) -> Props:
    """A live object without what only the server writes: the inputs of an object that is imported."""
    metadata = {key: value for key, value in live["metadata"].items() if key not in SERVER_METADATA}
    return {**{key: value for key, value in live.items() if key != "status"}, "metadata": metadata}


def automatic_name(name: str, seed: bytes) -> str:
    """The name of an object that the program does not name: the resource's, with a suffix that is made of the seed."""
    suffix = hashlib.sha256(seed + name.encode()).hexdigest()[:SUFFIX_LENGTH]
    return f"{name[: MAXIMUM_NAME - SUFFIX_LENGTH - 1]}-{suffix}".lower()


def _identifying(metadata: Props) -> Props:
    return {key: metadata[key] for key in ("name", "namespace", "uid", "creationTimestamp") if key in metadata}


def _with_server_fields(seen: Props, live: Props) -> Props:
    fields = SERVER_FIELDS.get(str(live.get("kind")), ())
    filled: dict[str, Any] = {key: live["spec"][key] for key in fields if key in live.get("spec", {})}
    return {**seen, "spec": {**seen.get("spec", {}), **filled}} if filled else seen


def _kept_name(olds: Props) -> str | None:
    metadata = section(olds, "metadata")
    autonamed = section(metadata, "annotations").get(AUTONAMED) == "true"
    return metadata.get("name") if autonamed else None
