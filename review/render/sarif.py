"""Policy results and dangers as SARIF 2.1.0, for GitHub code scanning and every other reader of it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, and of what GitHub reads of it:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote

from review.assessment import Danger, Level, Review
from review.plan import Operation, Outcome, PolicyResult
from review.render import outline
from review.render.text import logical_name, visible

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_OUTCOME = {Outcome.FAIL: "error", Outcome.WARN: "warning", Outcome.UNKNOWN: "note", Outcome.WAIVED: "warning"}
_DANGER = {Level.SAFE: "note", Level.CARE: "warning", Level.BLOCKED: "error"}
_DANGER_HELP = {
    Operation.REPLACE: "The engine can not change this resource in place: it makes a new one and deletes the old one.",
    Operation.DELETE: "The resource, and what it holds, is gone after the update.",
    Operation.UPDATE: "The resource does not serve while it is updated.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    rule: str
    level: str
    stack: str
    urn: str
    text: str
    help: str
    waived: bool = False


def render(review: Review) -> str:
    """A log of one run in ASCII."""
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(review)]}
    return json.dumps(log, indent=1) + "\n"


def _run(review: Review) -> dict[str, object]:
    found = [*_findings(review)]
    rules = {finding.rule: finding.help for finding in found}
    index = {rule: number for number, rule in enumerate(rules)}
    return {
        "tool": {"driver": {"name": "inference-platform review", "rules": [_rule(*each) for each in rules.items()]}},
        "automationDetails": {"id": "review/"},
        "columnKind": "unicodeCodePoints",
        "properties": {"verdict": review.verdict.level.name.lower(), "fingerprint": review.fingerprint},
        "results": [_result(finding, index[finding.rule]) for finding in found],
    }


def _findings(review: Review) -> Iterator[_Finding]:
    for danger in review.dangers:
        yield _of_danger(danger)
    for stack, result in outline.policies(review):
        yield _of_policy(stack, result)


def _of_danger(danger: Danger) -> _Finding:
    operation = danger.step.operation
    return _Finding(
        rule=f"danger-{operation}",
        level=_DANGER[danger.level],
        stack=danger.stack,
        urn=danger.step.urn,
        text=f"{operation} of {danger.step.name}: {danger.consequence} Instead: {danger.avoid}",
        help=f"{_DANGER_HELP.get(operation, 'The operation is a danger here.')} Each result says how to avoid it.",
    )


def _of_policy(stack: str, result: PolicyResult) -> _Finding:
    return _Finding(
        rule=result.rule,
        level=_OUTCOME[result.outcome],
        stack=stack,
        urn=result.urn,
        text=f"{result.outcome}: {result.message}",
        help=f"Rule {result.rule} of the policy pack in policies/rules. Each result says what was found and the fix.",
        waived=result.outcome is Outcome.WAIVED,
    )


def _rule(name: str, text: str) -> dict[str, object]:
    shown = visible(name)
    return {"id": shown, "shortDescription": {"text": shown}, "help": {"text": visible(text)}}


def _result(finding: _Finding, index: int) -> dict[str, object]:
    text = visible(finding.text)
    result: dict[str, object] = {
        "ruleId": visible(finding.rule),
        "ruleIndex": index,
        "level": finding.level,
        "message": {"text": text},
        "locations": [_location(finding)],
        "partialFingerprints": {"ruleAndResource/v1": _fingerprint(finding)},
    }
    if finding.waived:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": text}]
    return result


def _location(finding: _Finding) -> dict[str, object]:
    """The stack's file, which the reviewer can open, and the resource in it, which has no line."""
    name = logical_name(finding.urn) or finding.stack
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": f"Pulumi.{quote(finding.stack, safe='', errors='replace')}.yaml"},
            "region": {"startLine": 1},
        },
        "logicalLocations": [
            {"name": visible(name), "fullyQualifiedName": visible(finding.urn or finding.stack), "kind": "resource"}
        ],
    }


def _fingerprint(finding: _Finding) -> str:
    """Equal for the same rule and resource in later reviews, so that a reader sees one finding and not two."""
    return sha256(f"{finding.rule}\0{finding.stack}\0{finding.urn}".encode(errors="replace")).hexdigest()
