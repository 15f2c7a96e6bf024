"""O6: no secret stands where everybody who may look at the configuration can read it.

Read is every text of every resource, also what is base64 in it, as user data: for the shapes that keys and tokens have,
and for text assigned to a name that ends as secrets' names do, `HF_TOKEN=...`. Names of inputs themselves are not read,
for a provider asks for a password by one and the engine encrypts it. What is found is never repeated in a message. The
types that are made to hold secrets are left out. A secret without a shape or a name is not found.
"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator
from typing import Final

from rules._resource import UNKNOWN, Resource, Value, dig, items, mapping
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._types import SECRET, SECRET_VERSION

_Path = tuple[str, ...]

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes and
# https://github.blog/changelog/2021-03-31-authentication-token-format-updates-are-generally-available
_SHAPES: Final = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    "a GitHub token": re.compile(r"\b(?:gh[opsur]_\w{36}|github_pat_\w{22})"),
    "a Hugging Face token": re.compile(r"\bhf_[A-Za-z0-9]{30}"),
    "a signed token": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    "a password in an address": re.compile(r"://[^\s/:@]+:[^\s/:@$]+@"),
}
# A value that begins with a path, a variable or a placeholder says where the secret is, and not what it is.
_ASSIGNED = re.compile(
    r"(?:^|[\s\"'_.-])(?:password|passwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)"
    r"[\"']?\s*[=:]\s*[\"']?[^\s\"'/$<{]",
    re.IGNORECASE | re.MULTILINE,
)
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{24,}={0,2}\s*")
_CONFIGURATION: Final = frozenset({"userData", "userDataBase64", "env", "args", "command", "data", "binaryData"})
"""Inputs that people write secrets into; elsewhere what is unknown comes from AWS."""


def _matches(token: str) -> bool:
    return token.startswith(("aws:", "kubernetes:")) and token not in (SECRET, SECRET_VERSION)


def _check(resource: Resource) -> Iterator[Finding]:
    for key, value in resource.props.items():
        yield from _check_value(resource, value, (key,))


def _check_value(resource: Resource, value: Value, path: _Path) -> Iterator[Finding]:
    if value is UNKNOWN and _CONFIGURATION.intersection(path):
        yield undecided(resource, *path)
    elif isinstance(value, str):
        yield from _check_text(resource, value, path)
    for name, inside in mapping(value).items():
        yield from _check_value(resource, inside, (*path, name))
        yield from _check_pair(resource, name, inside, (*path, name))
    if isinstance(value, list):
        for index, inside in enumerate(items(value)):
            yield from _check_value(resource, inside, (*path, str(index)))
            yield from _check_pair(resource, dig(inside, "name"), dig(inside, "value"), (*path, str(index), "value"))


def _check_pair(resource: Resource, name: Value, value: Value, path: _Path) -> Iterator[Finding]:
    """Yield the failure of a name that promises a secret; of its text the beginning tells whether it is one."""
    if isinstance(name, str) and isinstance(value, str) and _ASSIGNED.search(f"{name}={value[:1]}"):
        yield failure(resource, f"{'.'.join(path)} has a secret by its name")


def _check_text(resource: Resource, text: str, path: _Path) -> Iterator[Finding]:
    for each in (text, _decoded(text)):
        for what, shape in _SHAPES.items():
            if shape.search(each):
                yield failure(resource, f"{'.'.join(path)} has {what}")
        if _ASSIGNED.search(each):
            yield failure(resource, f"{'.'.join(path)} assigns a secret")


def _decoded(text: str) -> str:
    """Return the text that `text` is the base64 of; nothing where it is not."""
    if not _BASE64.fullmatch(text):
        return ""
    try:
        return b64decode(text).decode()
    except (Error, UnicodeDecodeError):
        return ""


RULE = ResourceRule(
    id="O6",
    name="forbid-plain-secrets",
    severity=Severity.CRITICAL,
    what="No key, token or password stands in environment variables, user data, ConfigMaps, tags or any other input.",
    why=(
        "Whoever may describe a resource, read the state or start a shell on a node reads it there, and it stays in the"
        " history after it is removed."
    ),
    source="https://kubernetes.io/docs/concepts/security/secrets-good-practices/",
    fix="Take the secret out, revoke it, keep the new one in AWS Secrets Manager and let the pod read it from there.",
    matches=_matches,
    check=_check,
)
