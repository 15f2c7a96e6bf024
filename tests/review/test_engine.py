"""How the official CLI is driven.

`heard` runs on the real engine in tests/life. What was not run is `Runner` on a real CLI: it starts the program by the
official language host, which no package index carries. Here the SDK and its calls are real, the CLI or the stack is not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from pulumi import automation as auto

from review import engine
from review.engine import Runner, heard, is_explained
from review.errors import ReviewError
from review.plan import Plan
from review.reading.events import from_json
from tests.review import engine_events

Event = Mapping[str, Any]
CREATE = engine_events.begun("create", None, engine_events.state({"bucket": "b"}))
ERROR = from_json({"diagnosticEvent": {"severity": "error", "message": "no\nroom", "urn": "", "color": "never"}})
VIOLATION = from_json(
    {
        "policyEvent": {
            "policyName": "require-imdsv2", "policyPackName": "p", "policyPackVersion": "1", "color": "never",
            "policyPackVersionTag": "1", "message": "no IMDSv2", "enforcementLevel": "mandatory", "resourceUrn": "",
        }
    }
)  # fmt: skip


def gave_up(*words: str) -> auto.CommandError:
    """What the SDK raises when the CLI fails."""
    result = auto.CommandResult(stdout="", stderr="\n".join(words), code=255)
    return auto.CommandError(result)


@dataclass
class Opened:
    """A stack whose preview says these events and then ends, or fails."""

    said: list[Any] = field(default_factory=list[Any])
    failure: auto.CommandError | None = None
    name: str = "prod"
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list[tuple[str, dict[str, Any]]])

    def export_stack(self) -> auto.Deployment:
        return auto.Deployment(version=3, deployment={})

    def preview(self, on_event: Callable[[Any], None], **options: Any) -> None:
        self.calls.append(("preview", options))
        for event in self.said:
            on_event(event)
        if self.failure:
            raise self.failure

    def preview_refresh(self, on_event: Callable[[Any], None], **options: Any) -> None:
        self.preview(on_event, **options)
        self.calls.append(("refresh", options))

    def up(self, **options: Any) -> None:
        self.calls.append(("up", options))
        if self.failure:
            raise self.failure


def hear(opened: Opened, **options: Any) -> Plan:
    return heard(cast("auto.Stack", opened), opened.preview, **options)


def test_a_preview_becomes_a_plan_and_others_hear_it_too() -> None:
    others: list[Any] = []
    plan = hear(Opened([CREATE]), on_event=others.append)
    assert [step.name for step in plan.steps] == ["weights"]
    assert others == [CREATE]


@pytest.mark.parametrize("reason", [ERROR, VIOLATION])
def test_a_preview_that_is_stopped_with_its_reason_is_a_plan(reason: Any) -> None:
    plan = hear(Opened([CREATE, reason], gave_up("error: preview failed")))
    assert is_explained(plan)
    assert plan.changed


@pytest.mark.parametrize(
    ("words", "said"), [(["", "error: the disk is full", " "], "error: the disk is full"), ([], "it said nothing")]
)
def test_a_preview_that_fails_without_a_reason_is_one_line(words: list[str], said: str) -> None:
    with pytest.raises(ReviewError) as caught:
        hear(Opened([CREATE], gave_up(*words)))
    assert str(caught.value) == f"the preview of prod failed: {said}"


def run(tmp_path: Path) -> Runner:
    return Runner(tmp_path, lambda _: None)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    found = Opened([CREATE])

    def select(stack: str, work_dir: str) -> Opened:
        assert (stack, Path(work_dir).is_dir()) == ("prod", True)
        return found

    monkeypatch.setattr(engine.auto, "select_stack", select)
    return found


def test_a_preview_is_run_with_the_checkouts_policies(opened: Opened, tmp_path: Path) -> None:
    run(tmp_path).preview("prod")
    [(_, options)] = opened.calls
    assert options["policy_packs"] == [str(tmp_path / "policies")]


def test_drift_is_asked_without_the_policies_of_what_would_change(opened: Opened, tmp_path: Path) -> None:
    run(tmp_path).drift("prod")
    assert opened.calls[-1][0] == "refresh"
    assert "policy_packs" not in opened.calls[-1][1]


def test_an_update_runs_the_plan_that_was_checked(opened: Opened, tmp_path: Path) -> None:
    checked: list[Plan] = []
    run(tmp_path).up("prod", checked.append)
    (first, previewed), (second, updated) = opened.calls
    assert (first, second, len(checked)) == ("preview", "up", 1)
    assert previewed["plan"] == updated["plan"]
    assert updated["policy_packs"] == previewed["policy_packs"]
    assert not Path(updated["plan"]).parent.exists()


def test_a_refused_plan_is_not_run(opened: Opened, tmp_path: Path) -> None:
    def refuse(plan: Plan) -> None:
        raise ReviewError(f"not {plan.stack}")

    with pytest.raises(ReviewError, match=r"^not prod$"):
        run(tmp_path).up("prod", refuse)
    assert [call for call, _ in opened.calls] == ["preview"]


def test_a_failed_update_is_one_line(opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise gave_up("x", "error: resource violates plan")

    monkeypatch.setattr(opened, "up", fail)
    with pytest.raises(ReviewError, match="violates") as caught:
        run(tmp_path).up("prod", lambda _: None)
    assert str(caught.value) == "the update of prod failed: error: resource violates plan"


def test_without_a_cli_the_user_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ReviewError, match=r"^no `pulumi` on PATH; install the Pulumi CLI"):
        run(tmp_path).preview("prod")


def test_a_stack_that_the_cli_does_not_have_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli = tmp_path / "pulumi"
    cli.write_text(
        '#!/bin/sh\n[ "$1" = version ] && echo v3.259.0 && exit\necho "error: no stack named \'prod\' found" >&2\nexit 255\n'
    )
    cli.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(ReviewError, match="can not be opened") as caught:
        run(tmp_path).preview("prod")
    assert str(caught.value) == (
        "stack prod can not be opened: error: no stack named 'prod' found; log in to its backend, or make it with"
        " `pulumi stack init prod`"
    )
