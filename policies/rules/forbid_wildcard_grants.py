"""N10: no policy gives everything, and no role is there for everybody to take on.

Policies of KMS keys are left out: `kms:*` on `*` means that one key there, for the account that owns it.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Final, cast

from rules._resource import UNKNOWN, Resource, Value, dig, items, mapping
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._types import ROLE, ROLE_POLICY, ROLE_POLICY_ATTACHMENT

_DOCUMENTS: Final = frozenset(
    {ROLE_POLICY, "aws:iam/policy:Policy", "aws:iam/userPolicy:UserPolicy", "aws:iam/groupPolicy:GroupPolicy"}
)
_ATTACHMENTS: Final = frozenset(
    {
        ROLE_POLICY_ATTACHMENT,
        "aws:iam/userPolicyAttachment:UserPolicyAttachment",
        "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    }
)
_EVERYTHING: Final = "AdministratorAccess"
_EVERY_ACTION: Final = ("*", "*:*")


def _check(resource: Resource) -> Iterator[Finding]:
    if resource.type in _ATTACHMENTS:
        yield from _check_attachment(resource)
        return
    if resource.type == ROLE:
        yield from _check_trust(resource)
    for path, document in _grants(resource):
        yield from _check_grant(resource, path, document)


def _check_attachment(attachment: Resource) -> Iterator[Finding]:
    arn = attachment.get("policyArn")
    if isinstance(arn, str) and arn.endswith(f":policy/{_EVERYTHING}"):
        yield failure(attachment, f"policyArn is {_EVERYTHING}")


def _grants(resource: Resource) -> Iterator[tuple[str, Value]]:
    if resource.type in _DOCUMENTS:
        yield "policy", resource.get("policy")
        return
    for inline in items(resource.get("inlinePolicies")):
        yield "inlinePolicies", dig(inline, "policy")


def _check_grant(resource: Resource, path: str, document: Value) -> Iterator[Finding]:
    if document is UNKNOWN:
        yield undecided(resource, path)
    elif any("*" in _words(allowed, "Resource") and _gives_all(allowed) for allowed in _allowing(document)):
        yield failure(resource, f"{path} allows every action on every resource")


def _gives_all(statement: dict[str, Value]) -> bool:
    """Tell whether a statement allows all actions, be it all but some."""
    return "NotAction" in statement or any(action in _EVERY_ACTION for action in _words(statement, "Action"))


def _check_trust(role: Resource) -> Iterator[Finding]:
    document = role.get("assumeRolePolicy")
    if document is UNKNOWN:
        yield undecided(role, "assumeRolePolicy")
    elif any(_is_for_all(allowed) for allowed in _allowing(document)):
        yield failure(role, "assumeRolePolicy lets every principal of AWS take the role on")


def _is_for_all(statement: dict[str, Value]) -> bool:
    principal = statement.get("Principal")
    named = [word for kind in mapping(principal) for word in _words(principal, kind)] or [principal]
    return "*" in named and not statement.get("Condition")


def _allowing(document: Value) -> Sequence[dict[str, Value]]:
    """Return the statements of a policy document, JSON text or mapping, that allow something."""
    policy = cast("Value", json.loads(document)) if isinstance(document, str) else document
    statements = dig(policy, "Statement")
    listed = items(statements) if isinstance(statements, list) else [statements]
    return [mapping(each) for each in listed if dig(each, "Effect") == "Allow"]


def _words(statement: Value, key: str) -> list[Value]:
    value = dig(statement, key)
    return items(value) if isinstance(value, list) else [value]


RULE = ResourceRule(
    id="N10",
    name="forbid-wildcard-grants",
    severity=Severity.CRITICAL,
    what="No IAM policy allows every action on every resource, and no role trusts every principal.",
    why="One leaked session of such a role is the whole account, in both regions, with every backup in it.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    fix="Name the actions and the ARNs that are needed, and the service or account that takes the role on.",
    matches={ROLE, *_DOCUMENTS, *_ATTACHMENTS}.__contains__,
    check=_check,
)
