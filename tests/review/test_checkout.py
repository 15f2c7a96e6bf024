"""Which change a report is of."""

import re
import subprocess
from pathlib import Path

import pytest

from review import checkout


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=someone", "-c", "user.email=someone@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)  # noqa: S607


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / "file").write_text("one")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "-q", "-m", "one")
    return tmp_path


def test_a_clean_checkout_is_its_commit(repository: Path) -> None:
    assert re.fullmatch("[0-9a-f]{12}", checkout.commit(repository))


@pytest.mark.parametrize("name", ["file", "new"])
def test_changes_on_top_are_said(repository: Path, name: str) -> None:
    clean = checkout.commit(repository)
    (repository / name).write_text("two")
    assert checkout.commit(repository) == f"{clean}+changes"


def test_outside_a_repository_there_is_none(tmp_path: Path) -> None:
    assert checkout.commit(tmp_path) == ""


def test_a_repository_without_a_commit_has_none(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert checkout.commit(tmp_path) == ""


def test_without_git_there_is_none(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))
    assert checkout.commit(repository) == ""


def test_tools_are_the_engine_on_path_and_the_providers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert checkout.tools()["pulumi"] == "none"
    assert set(checkout.tools()) == {"pulumi", "pulumi-aws", "pulumi-kubernetes"}
    engine = tmp_path / "pulumi"
    engine.write_text("#!/bin/sh\necho v3.259.0\n")
    engine.chmod(0o755)
    assert checkout.tools()["pulumi"] == "3.259.0"
