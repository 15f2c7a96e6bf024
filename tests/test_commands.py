"""Every command that the documents show exists, and something runs it: CI, or a test on the real engine."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SHELL_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
MENTION = re.compile(r"`make ([a-z]+)`")
TARGET = re.compile(r"^([a-z]+):.*?## .*\n((?:\t.*\n)*)", re.MULTILINE)
SANDBOX = "python -m sandbox "
WORKER = "python -m worker "

RUN_BY_CI = {"make lint", "make types", "make test"}
"""What .ci/run runs; `make test` runs the rest by tests/life."""

RUN_BY_LIFE = {"up", "preview", "refresh", "status", "report", "destroy", "down", "kill-nodes"}
"""Words of `python -m sandbox` that tests/life runs on the real engine."""

RUN_BY_WORKER = {"submit", "answers", "status", "failed", "redrive"}
"""Words of `python -m worker` that tests/worker runs on a real Redis."""

RUN_HERE = {"make plan", "make policies"}


def targets() -> dict[str, str]:
    """The Makefile's targets with their recipes."""
    return dict(TARGET.findall((ROOT / "Makefile").read_text()))


def shown() -> list[str]:
    """Command lines of the documents' shell blocks."""
    blocks = (block for path in DOCUMENTS for block in SHELL_BLOCK.findall(path.read_text()))
    lines = (" ".join(shlex.split(line, comments=True)) for block in blocks for line in block.splitlines())
    return [line for line in lines if line]


def sandbox_word(command: str) -> str | None:
    """The sandbox command that a shown command comes down to."""
    if command.startswith("make "):
        command = targets()[command.removeprefix("make ")]
    return command.partition(SANDBOX)[2].split()[0] if SANDBOX in command else None


def test_the_documents_show_commands() -> None:
    assert {"make up", "make test", "make down"} <= set(shown())


@pytest.mark.parametrize("command", shown())
def test_a_shown_command_exists_and_is_run(command: str) -> None:
    assert not command.startswith("make ") or command.removeprefix("make ") in targets()
    if command.startswith(WORKER):
        assert command.removeprefix(WORKER).split()[0] in RUN_BY_WORKER
    else:
        assert command in RUN_BY_CI | RUN_HERE or sandbox_word(command) in RUN_BY_LIFE


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_mentioned_target_exists(path: Path) -> None:
    assert set(MENTION.findall(path.read_text())) <= targets().keys()


def test_ci_runs_what_is_said_of_it() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert {
        f"make {target}" for target in re.findall(r"^make .*?([a-z]+) </dev/null$", script, re.MULTILINE)
    } == RUN_BY_CI


@pytest.mark.parametrize("word", sorted(RUN_BY_WORKER))
def test_the_workers_tests_run_what_is_said_of_them(word: str) -> None:
    tests = (ROOT / "tests" / "worker" / "test_worker.py").read_text() + (ROOT / "tests" / "queue_rig.py").read_text()
    assert re.search(rf'\.(lines|command)\("{word}"', tests)


@pytest.mark.parametrize("word", sorted(RUN_BY_LIFE))
def test_life_runs_what_is_said_of_it(word: str) -> None:
    tests = "".join(path.read_text() for path in (ROOT / "tests" / "life").glob("*.py"))
    assert re.search(rf'\.(sandbox|start|refused)\("{word}"', tests)


def test_the_rules_are_printed_as_their_page_has_them() -> None:
    [script] = re.findall(r"python (\S+)", targets()["policies"])
    ran = subprocess.run([sys.executable, script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == (ROOT / "docs" / "policies.md").read_text()


def test_the_plan_agrees_with_the_stacks_as_they_are() -> None:
    [module] = re.findall(r"python -m (\w+)", targets()["plan"])
    ran = subprocess.run([sys.executable, "-m", module], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.count("stack ") == len([*ROOT.glob("Pulumi.*.yaml")])
