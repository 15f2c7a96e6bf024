"""W24: what runs again and again runs once at a time, and ends."""

from collections.abc import Iterator
from typing import Final

from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._setting import WholeNumber
from rules._types import CRON_JOB

_LONGEST: Final = WholeNumber(
    name="max_seconds", what="longest run of a CronJob, s", default=7200, minimum=1, maximum=86400
)
_POLICY: Final = ("spec", "concurrencyPolicy")
_DEADLINE: Final = ("spec", "jobTemplate", "spec", "activeDeadlineSeconds")
_APART: Final = ("Forbid", "Replace")


def _check(job: Resource, *, max_seconds: int) -> Iterator[Finding]:
    policy, deadline = job.get(*_POLICY), job.get(*_DEADLINE)
    if policy is UNKNOWN:
        yield undecided(job, *_POLICY)
    elif policy not in _APART:
        yield failure(job, f"concurrencyPolicy is {policy or 'not set'}, must be {' or '.join(_APART)}")
    if deadline is UNKNOWN:
        yield undecided(job, *_DEADLINE)
    elif not isinstance(deadline, int | float) or not 0 < deadline <= max_seconds:
        found = f"{deadline:.0f}" if isinstance(deadline, int | float) else "not set"
        yield failure(job, f"activeDeadlineSeconds is {found}, must be from 1 to {max_seconds}")


RULE = ResourceRule(
    id="W24",
    name="require-bounded-jobs",
    severity=Severity.MEDIUM,
    what="A CronJob never runs twice at a time, and each of its runs has an end.",
    why=(
        "A run that hangs holds its place and its locks for ever; where runs overlap, each adds its load to the last,"
        " and a bound that one run keeps is none."
    ),
    source="https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#concurrency-policy",
    fix="Set concurrencyPolicy to Forbid or Replace, and activeDeadlineSeconds in the job template's spec.",
    settings=(_LONGEST,),
    matches={CRON_JOB}.__contains__,
    check=_check,
)
