"""Every shell step is run as it is written, and what one job leaves for another is what that one takes."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import engine
import pytest

from tests.review import hub
from tests.workflows.definitions import Job, jobs
from tests.workflows.machine import Machine

JOBS = {str(job): job for job in jobs() if job.steps}
IMAGES: list[dict[str, str]] = JOBS["image.push"].body["strategy"]["matrix"]["include"]
SHA, BRANCH = "a" * 40, "x\"; touch pwned; $(touch pwned) '`touch pwned`"


def _of_matrix(values: Mapping[str, str]) -> dict[str, str]:
    return {f"matrix.{key}": value for key, value in values.items()}


CONTEXTS = {
    **_of_matrix(IMAGES[0]),
    "github.token": hub.TOKEN,
    "github.event.pull_request.base.sha": "b" * 40,
    "github.event.workflow_run.id": "1",
    "github.event.workflow_run.head_repository.owner.login": "fork",
    "github.event.workflow_run.head_branch": BRANCH,
    "github.event.workflow_run.head_sha": SHA,
    "inputs.stack": "prod",
    "github.sha": SHA,
    "vars.AWS_ACCOUNT": "123456789012",
    "vars.IMAGE_ROLE": "arn:aws:iam::123456789012:role/image",
    "vars.AWS_REGION": "us-east-1",
    "vars.DEPLOY_ROLE": "arn:aws:iam::123456789012:role/deploy",
    "vars.PREVIEW_ROLE": "arn:aws:iam::123456789012:role/preview",
    "vars.PULUMI_BACKEND_URL": "s3://state",
}
NEEDS = {"comment.comment": "preview.rehearsal", "stack.up": "stack.review"}
"""The job whose report another one takes."""
LEAVES = {
    "preview.rehearsal": "report",
    "preview.cloud": "report-cloud",
    "drift.drift": "drift-prod",
    "stack.review": "report-prod",
}
REPORT = {"comment.md", "report.html", "report.json", "report.sarif"}


@pytest.fixture
def github() -> Iterator[hub.GitHub]:
    with hub.served() as found:
        found.pulls = {f"fork:{BRANCH}": [(7, SHA)]}
        yield found


@pytest.fixture
def machine(tmp_path: Path, github: hub.GitHub) -> Machine:
    return Machine(tmp_path, CONTEXTS, {"GITHUB_API_URL": github.address, "GITHUB_REPOSITORY": "acme/platform"})


@pytest.mark.parametrize("name", JOBS)
def test_a_job_runs_through_and_leaves_its_report(machine: Machine, name: str) -> None:
    if name == "drift.drift":
        machine.recorded = "nothing-changed"
    assert name not in NEEDS or machine.run(JOBS[NEEDS[name]])
    assert machine.run(JOBS[name])
    if name in LEAVES:
        assert machine.artifact(LEAVES[name]) == REPORT
        assert machine.summary == (machine.folder / "artifacts" / LEAVES[name] / "comment.md").read_text()


@pytest.mark.parametrize("image", IMAGES, ids=lambda image: image["image"])
def test_a_pushed_image_says_the_setting_of_its_digest(machine: Machine, image: Mapping[str, str]) -> None:
    run = replace(machine, contexts={**CONTEXTS, **_of_matrix(image)})
    assert run.run(JOBS["image.push"])
    assert run.summary == f"{image['setting']}: sha256:{7:064}\n"
    section, key = image["setting"].split(".")
    assert all(key in engine.values(stack)[section] for stack in ("prod", "dr"))


def test_every_job_that_makes_a_report_is_known() -> None:
    assert {name for name, job in JOBS.items() if "--out" in str(job.body)} == LEAVES.keys()


def test_a_branchs_name_is_only_text(machine: Machine, github: hub.GitHub) -> None:
    assert machine.run(JOBS["preview.rehearsal"])
    assert machine.run(JOBS["comment.comment"])
    [body] = github.bodies()
    assert body.endswith((machine.folder / "artifacts" / "report" / "comment.md").read_text())
    assert not [*machine.folder.rglob("pwned")]


@pytest.mark.parametrize("name", ["preview.rehearsal", "preview.cloud", "stack.review"])
def test_a_blocked_change_fails_and_is_published_all_the_same(machine: Machine, name: str) -> None:
    machine.recorded = "vpc-cidr"
    assert not machine.run(JOBS[name])
    assert machine.artifact(LEAVES[name]) == REPORT
    assert "Blocked" in machine.summary


def test_drift_fails_and_is_published_all_the_same(machine: Machine) -> None:
    machine.recorded = "drift"
    assert not machine.run(JOBS["drift.drift"])
    assert "llm-prod-a-public" in machine.summary


def test_an_update_that_was_not_reviewed_is_not_run(machine: Machine) -> None:
    assert machine.run(JOBS["stack.review"])
    machine.recorded = "public-cidr"
    assert not machine.run(JOBS["stack.up"])


def test_an_update_without_a_review_is_not_run(machine: Machine) -> None:
    assert not machine.run(JOBS["stack.up"])


def changed(body: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    text = json.dumps(body)
    assert json.dumps(old)[1:-1] in text
    return json.loads(text.replace(json.dumps(old)[1:-1], json.dumps(new)[1:-1]))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("preview.rehearsal", "--fail-on blocked", "--fial-on blocked"),
        ("preview.rehearsal", '--base "$BASE"', '--base "$BSAE"'),
        ("preview.cloud", "PULUMI_BACKEND_URL", "PULUMI_BACKEND"),
        ("drift.drift", '--out "$REPORT"', '--out "$REPROT"'),
        ("stack.review", "${{ inputs.stack }}", "${{ inputs.stakc }}"),
        ("check.policies", "tests/policies", "tests/policy"),
        ("image.push", "$FOLDER/Dockerfile", "$FOLDER/Dokerfile"),
        ("image.push", "${{ matrix.image }}", "${{ matrix.folder }}"),
        ("image.push", "$REPOSITORY:$SHA", "$REPOSITORY:$SAH"),
        ("check.everything", ".ci/run", ".ci/rnu"),
    ],
)
def test_a_slip_would_be_found(machine: Machine, name: str, old: str, new: str) -> None:
    job = JOBS[name]
    slipped = replace(job, body=changed(job.body, old, new))
    try:
        good = machine.run(slipped) and machine.artifact(LEAVES.get(name, "")) >= (REPORT if name in LEAVES else set())
    except KeyError:
        good = False
    assert not good


def test_the_stand_in_knows_a_target_that_is_not_there(machine: Machine) -> None:
    assert not machine.run(Job("check", "other", {"steps": [{"run": "make nonsense"}]}))
