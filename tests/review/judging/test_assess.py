"""The verdict: its level, and that its sentence names the worst thing."""

import time
from datetime import date
from pathlib import Path

import pytest

from review.acceptance import FILE, Acceptance, AcceptanceError, of_change, read
from review.assessment import Level, Review
from review.judging.assess import review
from review.plan import Diagnostic, Operation, Outcome, Plan
from tests.review import program, recordings
from tests.review.samples import change, plan, policy, step

TODAY = date(2026, 11, 21)
KEY, GROUP = "aws:kms/key:Key", "aws:eks/nodeGroup:NodeGroup"
RESERVED = ["llm-prod-a-reserved", "llm-prod-b-reserved"]


def _review(*plans: Plan, accepted: tuple[Acceptance, ...] = ()) -> Review:
    return review(plans, today=TODAY, accepted=accepted)


def _says(found: Review, level: Level, *words: str) -> None:
    assert found.verdict.level is level, found.verdict.reason
    assert not [word for word in words if word not in found.verdict.reason], found.verdict.reason
    assert found.verdict.reason.endswith(".")
    assert "\n" not in found.verdict.reason


def test_nothing_to_do() -> None:
    _says(_review(program.deployed("prod"), program.deployed("dr")), Level.SAFE, "No changes in prod and dr.")


def test_a_first_creation_is_safe_and_counted() -> None:
    made = program.created()
    count = sum(each.custom for each in made.steps)
    _says(_review(made), Level.SAFE, f"In prod: {count} created; nothing that runs is stopped")


def test_deleting_a_stack_is_blocked_and_said_before_all_else() -> None:
    found = _review(program.destroyed())
    _says(found, Level.BLOCKED, "The whole stack prod is deleted")
    assert found.verdict.reason.startswith("The whole stack prod")


def test_deleting_the_other_stack_is_blocked_too() -> None:
    _says(_review(program.deployed(), program.destroyed("dr")), Level.BLOCKED, "The whole stack dr is deleted")


def test_deleted_data_is_named_with_its_site() -> None:
    _says(
        _review(program.gone(program.deployed(), KEY, "llm-prod-a")),
        Level.BLOCKED,
        "deletes Key llm-prod-a in site a of prod",
    )


def test_both_sites_at_once_are_blocked() -> None:
    found = _review(program.replaced(program.deployed(), GROUP, RESERVED, {"instanceTypes": ["p5.48xlarge"]}))
    _says(found, Level.BLOCKED, "Sites a and b: one change disrupts all of them (NodeGroup)", "and 2 more reasons")


def test_data_comes_before_sites() -> None:
    both = program.replaced(program.deployed(), GROUP, RESERVED, {"instanceTypes": ["p5.48xlarge"]})
    _says(_review(program.gone(both, KEY, "llm-prod-b")), Level.BLOCKED, "It deletes Key llm-prod-b")


def test_capacity_below_the_floor_is_blocked() -> None:
    found = _review(program.updated(program.deployed(), GROUP, RESERVED, {"scalingConfig.minSize": 1}))
    _says(found, Level.BLOCKED, "24 GPUs are left when the largest site is lost", "floor needs 32")


def test_a_danger_that_is_not_blocked_needs_care() -> None:
    found = _review(program.gone(program.deployed(), "aws:ec2/natGateway:NatGateway", "llm-prod-a-nat"))
    _says(found, Level.CARE, "deletes NatGateway llm-prod-a-nat in site a of prod", "internet")


def test_more_replicas_are_safe() -> None:
    scaler = "kubernetes:keda.sh/v1alpha1:ScaledObject"
    found = _review(program.updated(program.deployed(), scaler, ["llm-prod-a-inference"], {"spec.maxReplicaCount": 7}))
    _says(found, Level.SAFE, "1 updated in place")


@pytest.mark.parametrize(
    ("outcome", "level", "word"),
    [
        (Outcome.FAIL, Level.BLOCKED, "fails"),
        (Outcome.WARN, Level.CARE, "warns"),
        (Outcome.UNKNOWN, Level.CARE, "can not tell yet"),
        (Outcome.WAIVED, Level.SAFE, "created"),
    ],
)
def test_policies(outcome: Outcome, level: Level, word: str) -> None:
    found = plan(step(Operation.SAME), step(Operation.CREATE), policies=(policy(outcome, message="no\nIMDSv2"),))
    _says(_review(found), level, word)


def test_what_a_first_creation_can_not_tell_comes_with_the_update() -> None:
    found = plan(step(Operation.CREATE), policies=(policy(Outcome.UNKNOWN),))
    _says(_review(found), Level.SAFE, "1 created", "1 policy result to come with the update")


@pytest.mark.parametrize(
    ("name", "level", "words"),
    [
        ("first-creation", Level.SAFE, "nothing that runs is stopped"),
        ("dr-first-creation", Level.SAFE, "nothing that runs is stopped"),
        ("nothing-changed", Level.SAFE, "No changes in prod."),
        ("one-more-replica", Level.SAFE, "4 updated in place"),
        ("public-cidr", Level.CARE, "one change rolls all of them (Cluster)"),
        ("no-reservation", Level.CARE, "one change rolls all of them (CapacityReservation)"),
        ("drift", Level.CARE, "deletes Route llm-prod-a-public in site a of prod"),
        ("other-reserved-gpu", Level.BLOCKED, "one change disrupts all of them (NodeGroup)"),
        ("other-spot-gpu", Level.BLOCKED, "one change disrupts all of them (NodeGroup)"),
        ("vpc-cidr", Level.BLOCKED, "one change disrupts all of them"),
        ("wrong-setting", Level.BLOCKED, "The preview of prod failed"),
    ],
)
def test_previews_recorded_from_the_engine(name: str, level: Level, words: str) -> None:
    _says(_review(recordings.preview(name)), level, words)


def test_a_preview_that_failed_is_blocked() -> None:
    failed = Plan(stack="prod", steps=(), diagnostics=(Diagnostic(severity="error", message="bad\nsettings"),))
    _says(_review(failed), Level.BLOCKED, "The preview of prod failed", "bad settings")


def test_dangers_come_worst_first() -> None:
    group = step(Operation.UPDATE, changes=(change("version", "1", "2"),))
    found = _review(
        plan(
            group,
            step(Operation.REPLACE, KEY, "r"),
            step(Operation.DELETE, "aws:lb/listener:Listener", "l"),
            step(Operation.DELETE, KEY, "d"),
        )
    )
    assert [danger.step.name for danger in found.dangers] == ["d", "r", "l", group.name]


def test_changed_facts_come_first_within_their_subject() -> None:
    found = _review(program.updated(program.deployed(), GROUP, RESERVED[:1], {"scalingConfig.minSize": 4})).facts
    for subject in {fact.subject for fact in found}:
        flags = [fact.changed for fact in found if fact.subject == subject]
        assert flags == sorted(flags, reverse=True), subject
    assert [fact.subject for fact in found] == sorted(
        (fact.subject for fact in found), key=[f.subject for f in found].index
    )


def _accepted(fingerprint: str, expires: date = TODAY) -> Acceptance:
    return Acceptance(fingerprint=fingerprint, owner="platform-team", reason="key ceremony", expires=expires)


def test_an_acceptance_lets_its_change_through_and_is_said() -> None:
    blocked = program.gone(program.deployed(), KEY, "llm-prod-a")
    hashed = _review(blocked).fingerprint
    found = _review(blocked, accepted=(_accepted(hashed),))
    _says(
        found,
        Level.CARE,
        "Blocked, but accepted by platform-team until 2026-11-21 (key ceremony)",
        "deletes Key llm-prod-a",
    )
    assert found.dangers[0].level is Level.BLOCKED


def test_an_acceptance_reaches_neither_policies_nor_failed_previews() -> None:
    blocked = plan(step(Operation.DELETE, KEY), step(Operation.SAME), policies=(policy(Outcome.FAIL),))
    _says(_review(blocked, accepted=(_accepted(_review(blocked).fingerprint),)), Level.BLOCKED, "deletes Key")


def test_an_acceptance_of_another_change_lets_nothing_through() -> None:
    blocked = program.gone(program.deployed(), KEY, "llm-prod-a")
    assert _review(blocked, accepted=(_accepted("0" * 64),)).verdict.level is Level.BLOCKED


def test_every_stack_that_changes_must_be_accepted() -> None:
    assert of_change(["x", "y"], [_accepted("x")], TODAY) == ()
    assert len(of_change(["x", "y"], [_accepted("x"), _accepted("y")], TODAY)) == 2


def test_an_acceptance_that_has_expired_is_an_error() -> None:
    with pytest.raises(AcceptanceError, match="expired on 2026-11-20; remove it, or have its owner renew it"):
        of_change(["x"], [_accepted("x", date(2026, 11, 20))], TODAY)


def test_the_shipped_file_accepts_nothing() -> None:
    assert read(FILE) == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("accepted: 1", "accepted: Input should be a valid list"),
        ("[]", "the file"),
        ("accepted: [{fingerprint: a, owner: b, reason: c}]", "accepted.0.expires: Field required"),
        ("accepted: [{fingerprint: a, owner: '', reason: c, expires: 2026-12-01}]", "accepted.0.owner"),
        ("accepted: [{fingerprint: a, owner: b, reason: c, expires: soon}]", "accepted.0.expires"),
        ("accepted: [{fingerprint: a, owner: b, reason: c, expires: 2026-12-01, more: 1}]", "accepted.0.more"),
        ("a: [", "correct the file"),
    ],
)
def test_a_wrong_file_is_one_line_that_says_where(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "accepted.yaml"
    path.write_text(text)
    with pytest.raises(AcceptanceError) as raised:
        read(path)
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_right_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "accepted.yaml"
    path.write_text("accepted: [{fingerprint: a, owner: platform-team, reason: key ceremony, expires: 2026-11-21}]")
    assert read(path) == (_accepted("a"),)


def test_a_hundred_times_more_steps_take_about_a_hundred_times_as_long(capsys: pytest.CaptureFixture[str]) -> None:
    """Report the figure of 10,000 steps, all of which match another by type; no time is asserted."""
    half = 5000
    steps = [step(Operation.DELETE, KEY, f"old-{each}", before={"a": each}) for each in range(half)]
    steps += [step(Operation.CREATE, KEY, f"new-{each}", after={"a": each}) for each in range(half)]
    started = time.perf_counter()
    found = _review(plan(*steps))
    with capsys.disabled():
        print(f"\n{len(steps)} steps assessed in {time.perf_counter() - started:.2f} s")
    assert len(found.dangers) == half
    assert all("renamed to new-" in danger.avoid for danger in found.dangers)
