"""What may run: the status of a review, and the gate's reading of a report that anyone may have written."""

import json
from datetime import date
from pathlib import Path

import pytest

from review.errors import ReviewError
from review.gate import Status, fingerprint_of, refuse_blocked, refuse_other, status_of
from review.judging.assess import review
from review.plan import Outcome, Plan
from tests.review import recordings, samples

TODAY = date(2026, 11, 21)
HARMLESS = recordings.preview("one-more-replica")


def test_a_policy_that_fails_is_told_apart_from_what_the_review_blocks() -> None:
    failed = samples.plan(policies=(samples.policy(Outcome.FAIL),))
    blocked = recordings.preview("vpc-cidr")
    assert status_of(review([failed], today=TODAY)) is Status.POLICY
    assert status_of(review([blocked], today=TODAY)) is Status.BLOCKED
    assert status_of(review([blocked, failed], today=TODAY)) is Status.POLICY


@pytest.mark.parametrize("outcome", [Outcome.WARN, Outcome.UNKNOWN])
def test_a_warning_and_an_unknown_are_danger(outcome: Outcome) -> None:
    plan = samples.plan(*HARMLESS.steps, policies=(samples.policy(outcome),))
    assert status_of(review([plan], today=TODAY)) is Status.DANGER


def test_what_is_waived_is_no_danger() -> None:
    plan = samples.plan(*HARMLESS.steps, policies=(samples.policy(Outcome.WAIVED),))
    assert status_of(review([plan], today=TODAY)) is Status.CHANGES


@pytest.mark.parametrize("plan", [HARMLESS, recordings.preview("public-cidr")])
def test_what_is_not_blocked_passes(plan: Plan) -> None:
    refuse_blocked(review([plan], today=TODAY))


def test_only_stacks_that_change_are_offered_for_acceptance() -> None:
    made = review([recordings.preview("vpc-cidr"), recordings.preview("dr-nothing-changed")], today=TODAY)
    with pytest.raises(ReviewError, match=r"by fingerprint: prod [0-9a-f]{64}$"):
        refuse_blocked(made)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"3", b"\xff\xfe", b"{}", b'{"fingerprints": []}', b'{"fingerprints": "prod"}',
        b'{"fingerprints": {"prod": 3}}', b'{"fingerprints": {"prod": null}}',
    ],
)  # fmt: skip
def test_a_hostile_report_lets_nothing_through(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "report.json"
    file.write_bytes(content)
    made = review([HARMLESS], today=TODAY)
    with pytest.raises(ReviewError, match=r"is no report\.json of a review") as caught:
        refuse_other(made, file)
    assert "\n" not in str(caught.value)
    with pytest.raises(ReviewError, match=r"is no report\.json of a review"):
        fingerprint_of(file)


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_report_that_is_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(ReviewError, match=r"is no report\.json of a review"):
        refuse_other(review([HARMLESS], today=TODAY), tmp_path / name)


def test_the_report_of_the_same_change_lets_it_through(tmp_path: Path) -> None:
    made = review([HARMLESS], today=TODAY)
    file = tmp_path / "report.json"
    file.write_text(json.dumps({"fingerprints": dict(made.fingerprints), "fingerprint": made.fingerprint}))
    refuse_other(made, file)
    assert fingerprint_of(file) == made.fingerprint
