"""What every workflow keeps to: https://docs.github.com/en/actions/reference/security/secure-use."""

import re
from pathlib import Path

import pytest

from components import database_names, naming
from tests.workflows.definitions import FILES, ROOT, WORKFLOWS, Job, jobs, load, steps, workflow

PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
LOCAL = re.compile(r"uses: (\./\.github/[\w./-]+)$")
CLOUD, PUBLISH = "./.github/actions/cloud", "./.github/actions/publish"
MAY_COMMENT = {"actions": "read", "contents": "read", "pull-requests": "write"}
DEPLOYS = "review up"

JOBS = jobs()
RUNNING = [job for job in JOBS if job.steps]
every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT / ".github")))
every_job = pytest.mark.parametrize("job", JOBS, ids=str)
every_running_job = pytest.mark.parametrize("job", RUNNING, ids=str)


def uses(path: Path) -> list[str]:
    return [line[line.index("uses:") :] for line in path.read_text().splitlines() if re.match(r"\s*(- )?uses:", line)]


@every_file
def test_actions_are_pinned_by_digest_with_their_version(path: Path) -> None:
    assert len(uses(path)) == str(load(path)).count("'uses': ")
    for line in uses(path):
        local = LOCAL.match(line)
        assert PINNED.match(line) or (local and (ROOT / local[1]).exists()), line


def test_an_action_has_one_version_everywhere() -> None:
    pins = {line.removeprefix("uses: ") for path in FILES for line in uses(path) if "@" in line}
    assert len({pin.partition("@")[0] for pin in pins}) == len(pins)


@every_file
def test_a_shell_step_holds_no_expression(path: Path) -> None:
    """An expression is put into the script before any quoting, so a branch's name would be run."""
    assert not [step["run"] for step in steps(path) if "${{" in step.get("run", "")]


@every_file
def test_no_secret_is_asked_for(path: Path) -> None:
    assert "secrets" not in path.read_text().partition("\njobs:")[2]


@every_file
def test_a_checkout_leaves_no_credentials(path: Path) -> None:
    checkouts = [step for step in steps(path) if step.get("uses", "").startswith("actions/checkout@")]
    assert all(step["with"]["persist-credentials"] == "false" for step in checkouts)
    assert not [step for step in checkouts if "ref" in step["with"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_reads_by_default_and_runs_nobody_elses_code_with_more(path: Path) -> None:
    loaded = load(path)
    assert loaded["permissions"] == {"contents": "read"}
    assert "pull_request_target" not in loaded["on"]


@every_job
def test_a_job_has_no_more_rights_than_it_needs(job: Job) -> None:
    called = job.body.get("uses", "").removeprefix("./.github/workflows/").removesuffix(".yml")
    cloud = job.uses(CLOUD) or (called and any(each.uses(CLOUD) for each in JOBS if each.workflow == called))
    if cloud or str(job) == "image.push":
        assert job.permissions == {"contents": "read", "id-token": "write"}
    else:
        assert job.permissions == (MAY_COMMENT if str(job) == "comment.comment" else {})


@every_running_job
def test_a_job_ends_and_runs_on_a_named_image(job: Job) -> None:
    assert 0 < int(job.body["timeout-minutes"]) <= 120
    assert re.fullmatch(r"ubuntu-\d\d\.\d\d", job.body["runs-on"])


def test_the_rehearsal_of_a_fork_knows_nothing_of_the_cloud() -> None:
    [job] = [job for job in JOBS if str(job) == "preview.rehearsal"]
    assert not [word for word in ("vars.", "token", "environment", "secrets") if word in str(job.body)]
    assert "if" not in job.body


def test_what_comments_runs_after_a_pull_requests_run_and_takes_no_code_of_it() -> None:
    assert workflow("comment")["on"] == {"workflow_run": {"workflows": ["preview"], "types": ["completed"]}}
    [job] = [job for job in JOBS if job.workflow == "comment"]
    assert job.body["if"] == "github.event.workflow_run.event == 'pull_request'"


@pytest.mark.parametrize("job", [job for job in RUNNING if job.uses(CLOUD)], ids=str)
def test_a_role_is_had_in_its_environment_alone(job: Job) -> None:
    [step] = [step for step in job.steps if step.get("uses") == CLOUD]
    deploys = any(DEPLOYS in each.get("run", "") for each in job.steps)
    role, environment = ("DEPLOY_ROLE", "${{ inputs.stack }}") if deploys else ("PREVIEW_ROLE", "preview")
    assert step["with"]["role"] == f"${{{{ vars.{role} }}}}"
    assert job.body["environment"] == environment


def test_images_are_pushed_with_a_role_of_their_own_in_its_environment() -> None:
    [job] = [job for job in RUNNING if str(job) == "image.push"]
    [step] = [step for step in job.steps if "role-to-assume" in step.get("with", {})]
    assert step["with"]["role-to-assume"] == "${{ vars.IMAGE_ROLE }}"
    assert job.body["environment"] == "image"
    listed = job.body["strategy"]["matrix"]["include"]
    # Once, to the primary's registry, whose images its own region copies to the standby's: one digest for both stacks.
    pushed = {f"llm-{each['stack']}-{each['image']}": each["folder"] for each in listed}
    assert pushed == {naming.worker_images("llm-prod"): "worker", database_names.images("llm-prod"): "database"}
    changed = {path.removesuffix("/**") for path in workflow("image")["on"]["push"]["paths"]}
    for folder in pushed.values():
        copied = re.findall(r"^COPY (\w+)", (ROOT / folder / "Dockerfile").read_text(), re.MULTILINE)
        assert {folder} <= set(copied) <= changed


def test_one_update_of_a_stack_at_a_time_and_none_cut_short() -> None:
    [job] = [job for job in RUNNING if any(DEPLOYS in step.get("run", "") for step in job.steps)]
    assert job.body["concurrency"] == {"group": "stack-${{ inputs.stack }}"}
    assert job.body["needs"] == "review"


def test_a_pull_request_of_a_fork_never_gets_a_role() -> None:
    [job] = [job for job in JOBS if str(job) == "preview.cloud"]
    assert "github.event.pull_request.head.repo.full_name == github.repository" in job.body["if"].split(" && ")


def test_dr_follows_prod_which_it_reads() -> None:
    deploy = workflow("deploy")
    assert deploy["on"] == {"push": {"branches": ["main"]}}
    assert [job["with"]["stack"] for job in deploy["jobs"].values()] == ["prod", "dr"]
    assert deploy["jobs"]["dr"]["needs"] == "prod"


def test_drift_is_looked_for_in_every_stack() -> None:
    stacks = {path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml")}
    assert set(workflow("drift")["jobs"]["drift"]["strategy"]["matrix"]["stack"]) == stacks


@every_running_job
def test_a_report_is_published_whatever_the_review_says(job: Job) -> None:
    published = [step["if"] for step in job.steps if step.get("uses") == PUBLISH]
    makes_one = any("--out " in step.get("run", "") for step in job.steps)
    assert published == (["always()"] if makes_one else [])
