import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import CRON_JOB

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-bounded-jobs"
DEADLINE = ("spec", "jobTemplate", "spec", "activeDeadlineSeconds")
MUTATIONS = (
    changed(CRON_JOB, "llm-prod-a-precompute", ("spec", "concurrencyPolicy"), "Allow"),
    changed(CRON_JOB, "llm-prod-b-consul-bootstrap", DEADLINE, None),
    changed(CRON_JOB, "llm-dr-c-precompute", DEADLINE, 86400, "dr"),
)


def job(policy: Value = "Forbid", deadline: Value = 600.0) -> Resource:
    return resource(
        CRON_JOB, {"spec": {"concurrencyPolicy": policy, "jobTemplate": {"spec": {"activeDeadlineSeconds": deadline}}}}
    )


@pytest.mark.parametrize("it", [job(), job("Replace"), job(deadline=7200.0)])
def test_holds(it: Resource) -> None:
    assert said(NAME, it) == []


def test_how_long_is_a_setting() -> None:
    assert said(NAME, job(deadline=9000.0), max_seconds=9000) == []


@pytest.mark.parametrize(
    ("it", "message"),
    [
        (job("Allow"), "concurrencyPolicy is Allow, must be Forbid or Replace"),
        (job(None), "concurrencyPolicy is not set, must be Forbid or Replace"),
        (job(deadline=None), "activeDeadlineSeconds is not set, must be from 1 to 7200"),
        (job(deadline=7201.0), "activeDeadlineSeconds is 7201, must be from 1 to 7200"),
        (job(deadline=0.0), "activeDeadlineSeconds is 0, must be from 1 to 7200"),
    ],
)
def test_fails(it: Resource, message: str) -> None:
    assert said(NAME, it) == [("fail", message)]


@pytest.mark.parametrize(
    ("it", "path"), [(job(UNKNOWN), "spec.concurrencyPolicy"), (job(deadline=UNKNOWN), ".".join(DEADLINE))]
)
def test_unknown_is_undecided(it: Resource, path: str) -> None:
    assert said(NAME, it) == [("unknown", f"{path} is not known before the update")]
