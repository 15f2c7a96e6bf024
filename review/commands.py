"""What the commands do; `review/__main__.py` only reads the command line."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from review import acceptance, checkout, gate, render
from review.assessment import Review
from review.engine import Runner
from review.errors import ReviewError
from review.gate import Status
from review.github import comment
from review.judging.assess import review
from review.plan import Plan
from review.reading import events


def judged(plans: Sequence[Plan], folder: Path) -> Review:
    """Return the review of the plans of a checkout, as far as a gate needs it.

    Args:
        plans: one per stack, in the order in which they are run.
        folder: the checkout, whose acceptances count.

    Raises:
        ReviewError: the checkout's acceptances are wrong, or one of this change has expired.
    """
    accepted = acceptance.read(folder / "review" / acceptance.FILE.name)
    return review(plans, accepted=accepted, today=datetime.now(UTC).date())


def reported(plans: Sequence[Plan], folder: Path) -> Review:
    """Return the review of the plans with what a report says of their making; raises as `judged` does."""
    return replace(judged(plans, folder), commit=checkout.commit(folder), tools=checkout.tools())


def let_through(plan: Plan, folder: Path, reviewed: Path | None) -> None:
    """Let only that run which is not blocked and, where a report is given, only what it reviewed.

    Raises:
        ReviewError: the plan does not pass, or as `judged` does.
    """
    made = judged([plan], folder)
    if reviewed:
        gate.refuse_other(made, reviewed)
    gate.refuse_blocked(made)


def publish(made: Review, out: Path, fail_on: str | None = None) -> Status:
    """Write a report, print its verdict and where it is, and return the exit status that it asks for."""
    paths = render.write(made, out)
    sys.stdout.write(f"{made.verdict.level.name.lower()}: {made.verdict.reason}\nreport: {paths.page}\n")
    found = gate.status_of(made)
    return Status.NONE if fail_on and found < gate.FAIL_ON[fail_on] else found


def preview(folder: Path, stacks: Sequence[str], out: Path, fail_on: str | None) -> Status:
    """Preview stacks against what is deployed, and report."""
    runner = Runner(folder, sys.stderr.write)
    return publish(reported([runner.preview(stack) for stack in stacks], folder), out, fail_on)


def drift(folder: Path, stacks: Sequence[str], out: Path, fail_on: str | None) -> Status:
    """Compare the cloud with the stacks' states, and report."""
    runner = Runner(folder, sys.stderr.write)
    return publish(reported([runner.drift(stack) for stack in stacks], folder), out, fail_on)


def rendered(folder: Path, logs: Mapping[str, Path], states: Mapping[str, Path], out: Path) -> Status:
    """Report on previews that ran elsewhere, from the engine's event logs and exported states, by stack.

    Raises:
        ReviewError: a file can not be read.
    """
    plans = [events.plan_of(stack, events.read(log), _state(states.get(stack))) for stack, log in logs.items()]
    return publish(reported(plans, folder), out)


def up(folder: Path, stack: str, reviewed: Path) -> Status:
    """Update a stack if that does what was reviewed.

    Raises:
        ReviewError: it would do something else, is blocked, or fails.
    """
    Runner(folder, sys.stderr.write).up(stack, lambda plan: let_through(plan, folder, reviewed))
    sys.stdout.write(f"{stack} is up, by the plan that was reviewed\n")
    return Status.NONE


def commented(out: Path, repository: str, head: str, sha: str) -> Status:
    """Put a report on the open pull request whose head is at this commit, as its one comment of ours."""
    pull = comment.pull_request(repository, head, sha)
    if pull is None:
        sys.stdout.write(f"{head} has no open pull request at {sha[:12]}: it was closed, or has moved on\n")
        return Status.NONE
    done = comment.upsert(pull, _words(out / "comment.md"), gate.fingerprint_of(out / "report.json"))
    sys.stdout.write(f"comment on #{pull.number}: {done}\n")
    return Status.NONE


def _words(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise ReviewError(f"{path} can not be read ({error}); give the folder of a report") from None


def _state(path: Path | None) -> Mapping[str, Any] | None:
    if path is None:
        return None
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise _not_a_state(path, str(error)) from None
    if not isinstance(found, dict):
        raise _not_a_state(path, "it is no object")
    return cast("dict[str, Any]", found)


def _not_a_state(path: Path, reason: str) -> ReviewError:
    return ReviewError(f"{path} is no exported state ({reason}); make one with `pulumi stack export`")
