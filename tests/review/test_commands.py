"""The review's commands from the command line down; the engine's part is played by previews recorded from it."""

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from review import commands
from review.__main__ import main
from review.errors import ReviewError
from review.gate import Status
from review.plan import Outcome, Plan
from tests.review import hub, recordings, samples

YESTERDAY, TOMORROW = (datetime.now(UTC).date() + timedelta(days=days) for days in (-1, 1))
FAILED = samples.plan(policies=(samples.policy(Outcome.FAIL),))


@dataclass
class Engine:
    """What the engine would do to each stack, and what it was let do."""

    plans: dict[str, Plan] = field(default_factory=dict[str, Plan])
    drifts: dict[str, Plan] = field(default_factory=dict[str, Plan])
    done: list[str] = field(default_factory=list[str])


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    found = Engine()

    class Recorded:
        def __init__(self, folder: Path, tell: Callable[[str], object]) -> None:
            assert (folder / "review").is_dir()
            tell("the engine's own words\n")

        def preview(self, stack: str) -> Plan:
            if stack not in found.plans:
                raise ReviewError(f"stack {stack} can not be opened")
            return found.plans[stack]

        def drift(self, stack: str) -> Plan:
            return found.drifts[stack]

        def up(self, stack: str, check: Callable[[Plan], None]) -> None:
            check(found.plans[stack])
            found.done.append(stack)

    monkeypatch.setattr(commands, "Runner", Recorded)
    monkeypatch.chdir(tmp_path)
    accept(tmp_path, {})
    return found


def accept(folder: Path, fingerprints: Mapping[str, object]) -> None:
    """Write the acceptance file: the last day of each change that is accepted."""
    (folder / "review").mkdir(exist_ok=True)
    entries = [
        {"fingerprint": each, "owner": "platform-team", "reason": "planned", "expires": str(until)}
        for each, until in fingerprints.items()
    ]
    (folder / "review" / "accepted.yaml").write_text(json.dumps({"accepted": entries}))


def preview(*words: str) -> int:
    return main(["preview", "prod", *words])


STATUSES: dict[str, tuple[Plan, Status]] = {
    "nothing": (recordings.preview("nothing-changed"), Status.NONE),
    "changes": (recordings.preview("one-more-replica"), Status.CHANGES),
    "danger": (recordings.preview("public-cidr"), Status.DANGER),
    "policy": (FAILED, Status.POLICY),
    "blocked": (recordings.preview("vpc-cidr"), Status.BLOCKED),
}


@pytest.mark.parametrize(("fail_on", "least"), [(None, 0), ("changes", 2), ("danger", 3), ("blocked", 4)])
@pytest.mark.parametrize(("plan", "status"), STATUSES.values(), ids=STATUSES)
def test_exit_status(engine: Engine, plan: Plan, status: Status, fail_on: str | None, least: int) -> None:
    engine.plans["prod"] = plan
    assert preview(*(["--fail-on", fail_on] if fail_on else [])) == (status if status >= least else 0)


def test_a_report_is_written_and_its_verdict_said(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.plans["prod"] = recordings.preview("public-cidr")
    preview("--out", "a/b")
    assert {path.name for path in Path("a/b").iterdir()} == {"comment.md", "report.html", "report.json", "report.sarif"}
    said = capsys.readouterr()
    assert said.out.splitlines()[0].startswith("care: Sites a and b: one change rolls all of them (Cluster)")
    assert said.out.splitlines()[1] == "report: a/b/report.html"
    assert said.err == "the engine's own words\n"


def test_the_worst_of_all_stacks_counts_and_each_has_its_fingerprint(engine: Engine) -> None:
    engine.plans = {
        "prod": recordings.preview("nothing-changed"),
        "dr": replace(recordings.preview("vpc-cidr"), stack="dr"),
    }
    assert main(["preview", "prod", "dr"]) == Status.BLOCKED
    assert json.loads(Path("report/report.json").read_text())["fingerprints"].keys() == {"prod", "dr"}


def test_drift_is_reported_alike(engine: Engine) -> None:
    engine.drifts["prod"] = recordings.preview("drift")
    assert main(["drift", "prod"]) == Status.DANGER
    assert "llm-prod-a-public" in Path("report/comment.md").read_text()


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """The error, which is one line."""
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1
    return lines[0]


def test_a_stack_that_can_not_be_opened_is_one_line(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert (preview(), engine.done) == (1, [])
    assert told(capsys) == "error: stack prod can not be opened"


def up(engine: Engine, reviewed: str, now: str) -> int:
    """Review one recorded change, then update by another."""
    engine.plans["prod"] = recordings.preview(reviewed)
    preview()
    engine.plans["prod"] = recordings.preview(now)
    return main(["up", "prod", "--reviewed", "report/report.json"])


def test_up_does_what_was_reviewed(engine: Engine) -> None:
    assert up(engine, "one-more-replica", "one-more-replica") == 0
    assert engine.done == ["prod"]


def test_up_refuses_another_plan(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert up(engine, "one-more-replica", "public-cidr") == 1
    assert "stack prod would not do what was reviewed" in told(capsys)
    assert not engine.done


def test_up_refuses_a_stack_that_was_not_reviewed(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.plans = {"prod": recordings.preview("nothing-changed"), "dr": recordings.preview("dr-nothing-changed")}
    preview()
    assert main(["up", "dr", "--reviewed", "report/report.json"]) == 1
    assert told(capsys) == "error: report.json has no review of stack dr, only of prod"
    assert not engine.done


def test_up_refuses_what_is_blocked_though_reviewed(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert up(engine, "vpc-cidr", "vpc-cidr") == 1
    said = told(capsys)
    assert said.startswith("error: blocked: Sites a and b: one change disrupts all of them")
    assert "review/accepted.yaml" in said
    assert said.endswith(json.loads(Path("report/report.json").read_text())["fingerprints"]["prod"])
    assert not engine.done


def fingerprint(engine: Engine, name: str) -> str:
    engine.plans["prod"] = recordings.preview(name)
    preview()
    return json.loads(Path("report/report.json").read_text())["fingerprints"]["prod"]


def test_an_acceptance_lets_exactly_its_change_through(engine: Engine, tmp_path: Path) -> None:
    accept(tmp_path, {fingerprint(engine, "vpc-cidr"): TOMORROW})
    assert up(engine, "vpc-cidr", "vpc-cidr") == 0
    assert up(engine, "other-reserved-gpu", "other-reserved-gpu") == 1
    assert engine.done == ["prod"]


def test_an_accepted_change_is_no_longer_blocked_in_ci(engine: Engine, tmp_path: Path) -> None:
    accept(tmp_path, {fingerprint(engine, "vpc-cidr"): TOMORROW})
    assert preview("--fail-on", "blocked") == 0
    assert "accepted by platform-team" in Path("report/comment.md").read_text()


def test_an_expired_acceptance_fails(engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    accept(tmp_path, {fingerprint(engine, "vpc-cidr"): YESTERDAY})
    assert up(engine, "vpc-cidr", "vpc-cidr") == 1
    assert f"expired on {YESTERDAY}" in capsys.readouterr().err
    assert not engine.done


@pytest.mark.parametrize("content", [b"", b"accepted: 3", b"accepted: [x]", b"{", b"\xff\xfe\x00", b"a: b\n- c"])
def test_a_hostile_acceptance_file_is_one_line(
    engine: Engine, tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.plans["prod"] = recordings.preview("nothing-changed")
    (tmp_path / "review" / "accepted.yaml").write_bytes(content)
    assert preview() == 1
    assert told(capsys).startswith("error: accepted.yaml: ")


@pytest.fixture
def recorded(tmp_path: Path) -> tuple[str, str]:
    """A recorded log and the state beside it, as a CLI's user has them."""
    state = tmp_path / "prod.json"
    state.write_bytes(gzip.decompress((recordings.FOLDER / "prod.state.json.gz").read_bytes()))
    return f"prod={recordings.FOLDER / 'vpc-cidr.jsonl.gz'}", f"prod={state}"


@pytest.mark.usefixtures("engine")
def test_render_reports_as_preview_does(recorded: tuple[str, str]) -> None:
    log, state = recorded
    assert main(["render", log, "--state", state, "--out", "rendered"]) == Status.BLOCKED
    found = json.loads(Path("rendered/report.json").read_text())
    made = commands.judged([recordings.preview("vpc-cidr")], Path())
    assert found["fingerprint"] == made.fingerprint
    assert len(found["dangers"]) == len(made.dangers) > 0


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(
    "content",
    [None, b"no event\n", b"\xff\xfe", b'{"resourcePreEvent": {"a": 1}}', b'{"resourcePreEvent": 3}', b"[]\n"],
)
def test_render_tells_a_hostile_log_in_one_line(
    tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log.jsonl"
    if content is not None:
        log.write_bytes(content)
    assert main(["render", f"prod={log}"]) == 1
    assert "log.jsonl" in told(capsys)


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("cut", [0, 20, 5000])
def test_render_tells_a_log_that_was_cut_off(tmp_path: Path, cut: int, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "log.jsonl.gz"
    log.write_bytes(b"x" + (recordings.FOLDER / "vpc-cidr.jsonl.gz").read_bytes()[:cut])
    assert main(["render", f"prod={log}"]) == 1
    assert "log.jsonl.gz can not be read" in told(capsys)


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("content", [None, "", "[]", "3", "{"])
def test_render_tells_a_hostile_state_in_one_line(
    tmp_path: Path, recorded: tuple[str, str], content: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state.json"
    if content is not None:
        state.write_text(content)
    assert main(["render", recorded[0], "--state", f"prod={state}"]) == 1
    assert "is no exported state" in told(capsys)


@pytest.mark.parametrize(
    "words",
    [
        [], ["nonsense"], ["preview"], ["preview", "prod", "--fail-on", "rain"], ["up", "prod"], ["render", "prod"],
        ["render", "=x"], ["comment", "--report", "r"], ["preview", "prod", "--ou"],
    ],
)  # fmt: skip
def test_a_wrong_command_line_is_one_line_and_no_status_of_a_review(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 1
    assert told(capsys)


def comment(github: hub.GitHub, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("GITHUB_TOKEN", hub.TOKEN)
    monkeypatch.setenv("GITHUB_API_URL", github.address)
    monkeypatch.setenv("GITHUB_REPOSITORY", "acme/platform")
    return main(["comment", "--report", "report", "--head", "fork:branch", "--sha", "a" * 40])


def test_a_report_becomes_the_comment_of_its_pull_request(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.plans["prod"] = recordings.preview("one-more-replica")
    preview()
    with hub.served() as github:
        github.pulls = {"fork:branch": [(7, "a" * 40)]}
        assert [comment(github, monkeypatch) for _ in range(2)] == [0, 0]
        (body,) = github.bodies()
    assert body.endswith(Path("report/comment.md").read_text())
    assert json.loads(Path("report/report.json").read_text())["fingerprint"] in body
    assert capsys.readouterr().out.splitlines()[-2:] == ["comment on #7: created", "comment on #7: unchanged"]


@pytest.mark.usefixtures("engine")
def test_a_pull_request_that_is_gone_gets_no_comment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with hub.served() as github:
        assert comment(github, monkeypatch) == 0
        assert not github.comments
    assert "fork:branch has no open pull request at aaaaaaaaaaaa" in capsys.readouterr().out


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("there", [[], ["comment.md"], ["report.json"]])
def test_a_report_that_is_not_there_is_one_line(
    there: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("report").mkdir()
    for name in there:
        Path("report", name).write_text("{}")
    with hub.served() as github:
        github.pulls = {"fork:branch": [(7, "a" * 40)]}
        assert comment(github, monkeypatch) == 1
        assert not github.comments
    assert told(capsys).startswith("error: report/")
