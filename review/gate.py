"""Whether a change may run: what was reviewed, nothing else, and nothing that is blocked."""

import json
from collections.abc import Mapping, Sequence
from enum import IntEnum
from pathlib import Path

from review.assessment import Level, Review
from review.errors import ReviewError
from review.plan import Outcome
from review.values import Value


class Status(IntEnum):
    """How a command ends, for CI; 1 is an error of the command itself."""

    NONE = 0
    CHANGES = 2
    DANGER = 3
    POLICY = 4
    BLOCKED = 5


FAIL_ON: Mapping[str, Status] = {"changes": Status.CHANGES, "danger": Status.DANGER, "blocked": Status.POLICY}
"""What `--fail-on` takes, and the first status that it fails for."""


def status_of(review: Review) -> Status:
    """Return the exit status that a review asks for."""
    if any(result.outcome is Outcome.FAIL for plan in review.plans for result in plan.policies):
        return Status.POLICY
    if review.verdict.level is Level.BLOCKED:
        return Status.BLOCKED
    if review.verdict.level is Level.CARE:
        return Status.DANGER
    return Status.CHANGES if any(plan.changed for plan in review.plans) else Status.NONE


def refuse_blocked(review: Review) -> None:
    """Let nothing through that the review blocks.

    Raises:
        ReviewError: it does; says why, and the way through.
    """
    for plan in review.plans:
        if not plan.is_whole:
            errors = [each.message for each in plan.diagnostics if each.severity == "error"]
            raise ReviewError(f"the preview of {plan.stack} failed: {' '.join(errors[0].split())}{_more(errors)}")
    if status_of(review) is Status.POLICY:
        raise ReviewError(f"blocked: {review.verdict.reason} Mend it, or waive it in policies/waivers.yaml")
    if review.verdict.level is Level.BLOCKED:
        raise ReviewError(
            f"blocked: {review.verdict.reason} Change the program, or let an owner accept exactly this change in"
            f" review/accepted.yaml, by fingerprint: {_listed(review)}"
        )


def refuse_other(review: Review, reviewed: Path) -> None:
    """Let only that through which the report in a file reviewed.

    Raises:
        ReviewError: the file is no report, or a stack's plan is not the one that was reviewed.
    """
    known = _fingerprints(reviewed)
    for stack, now in review.fingerprints.items():
        if stack not in known:
            raise ReviewError(f"{reviewed.name} has no review of stack {stack}, only of {', '.join(known) or 'none'}")
        if known[stack] != now:
            raise ReviewError(
                f"stack {stack} would not do what was reviewed: its plan is {now[:12]} now and was {known[stack][:12]};"
                " the program or the deployed state has changed since: review it again"
            )


def fingerprint_of(report: Path) -> str:
    """Return the fingerprint of all plans of a report.json; raises ReviewError where it is none."""
    return _text(report, _read(report).get("fingerprint"))


def _more(errors: Sequence[str]) -> str:
    return f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""


def _listed(review: Review) -> str:
    changed = {plan.stack for plan in review.plans if plan.changed}
    return ", ".join(f"{stack} {each}" for stack, each in review.fingerprints.items() if stack in changed)


def _fingerprints(report: Path) -> Mapping[str, str]:
    found = _read(report).get("fingerprints")
    if not isinstance(found, dict):
        raise _not_a_report(report, "it has no fingerprints of stacks")
    return {stack: _text(report, each) for stack, each in found.items()}


def _text(report: Path, found: Value) -> str:
    if not isinstance(found, str):
        raise _not_a_report(report, "it has no fingerprint")
    return found


def _read(report: Path) -> Mapping[str, Value]:
    try:
        found: Value = json.loads(report.read_text())
    except (OSError, ValueError) as error:
        raise _not_a_report(report, str(error)) from None
    if not isinstance(found, dict):
        raise _not_a_report(report, "it is no object")
    return found


def _not_a_report(report: Path, reason: str) -> ReviewError:
    return ReviewError(f"{report} is no report.json of a review ({reason}); make one with `review preview`")
