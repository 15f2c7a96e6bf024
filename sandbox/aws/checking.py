"""Completing and validating inputs, before anything is created."""

import hashlib
import re
import secrets
from typing import Any, cast

from sandbox.aws.spec import Spec
from sandbox.plugin.provider import InvalidInputsError, Subject
from sandbox.plugin.wire import UNKNOWN, Props

SUFFIX = 7
"""Hex digits that Pulumi's bridge puts behind an automatic name."""


def checked(spec: Spec, subject: Subject, olds: Props, news: Props, seed: bytes, default_tags: Props) -> Props:
    """Inputs with name and default tags.

    Raises:
        InvalidInputsError: an input is not mapped, or a required one is missing.
    """
    given = {key: value for key, value in news.items() if value is not None and not key.startswith("__")}
    failures = [(path, _unmapped(spec, path)) for path in _strange(spec, given, "")]
    failures += [
        (path, f"{path} of {spec.token} is required and was not given")
        for path, kind in spec.inputs.items() if kind.required and "." not in path and path not in given
    ]  # fmt: skip
    if failures:
        raise InvalidInputsError(failures)
    return _named(spec, subject, olds, _tagged(spec, given, default_tags), seed)


def _named(spec: Spec, subject: Subject, olds: Props, props: Props, seed: bytes) -> Props:
    if spec.autoname is None or spec.autoname[0] in props:
        return props
    name, longest = spec.autoname
    if name in olds:
        return props | {name: olds[name]}
    suffix = hashlib.sha256(seed).hexdigest()[:SUFFIX] if seed else secrets.token_hex(4)[:SUFFIX]
    return props | {name: f"{subject.name[: longest - SUFFIX - 1]}-{suffix}"}


def is_automatic(spec: Spec, subject: Subject, props: Props) -> bool:
    """Whether the name among the inputs is one that `checked` made: a replacement then gets another."""
    if spec.autoname is None:
        return False
    name, longest = spec.autoname
    made = re.escape(subject.name[: longest - SUFFIX - 1]) + f"-[0-9a-f]{{{SUFFIX}}}"
    return re.fullmatch(made, str(props.get(name))) is not None


def _tagged(spec: Spec, props: Props, default_tags: Props) -> Props:
    own = props.get("tags")
    if not spec.taggable or own == UNKNOWN or not (default_tags or own):
        return {key: value for key, value in props.items() if key != "tags" or own == UNKNOWN}
    return props | {"tags": {**default_tags, **(own or {})}}


def _strange(spec: Spec, value: Any, path: str) -> list[str]:
    """Paths of inputs that the table does not have; what is below a mapped leaf is data."""
    if path in spec.inputs and not any(known.startswith(f"{path}.") for known in spec.inputs):
        return []
    if isinstance(value, list):
        return [strange for item in cast("list[Any]", value) for strange in _strange(spec, item, path)]
    if isinstance(value, dict):
        below = ((f"{path}.{key}" if path else key, item) for key, item in cast("Props", value).items())
        return [strange for key, item in below for strange in _strange(spec, item, key)]
    inner = any(known == path or known.startswith(f"{path}.") for known in spec.inputs)
    return [] if inner and (path in spec.inputs or value == UNKNOWN) else [path]


def _unmapped(spec: Spec, path: str) -> str:
    return f"{path} is not an input of {spec.token} that the sandbox maps; it maps {', '.join(sorted(spec.inputs))}"
