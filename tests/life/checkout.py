"""A copy of the project of its own, its sandbox's commands, and what they leave behind."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sandbox.aws.ledger import Ledger, Row
from sandbox.bench import copy_checkout
from sandbox.controlplane import ControlPlane
from sandbox.lifecycle import leftovers
from sandbox.lifecycle.checkpoint import Checkpoint
from sandbox.lifecycle.fleet import clusters
from sandbox.lifecycle.stacks import Project
from sandbox.paths import Paths
from sandbox.process import Daemon, wait_until

ROOT = Path(__file__).parents[2]
LONGEST = 600.0
"""Seconds after which a command is taken for hung."""


def eventually(condition: Callable[[], bool], seconds: float) -> None:
    assert wait_until(condition, seconds), "the condition did not come true in time"


@dataclass(frozen=True)
class Checkout:
    """One copy of the project and the commands of its sandbox."""

    folder: Path

    @classmethod
    def into(cls, folder: Path) -> "Checkout":
        """Copy what a checkout needs to run."""
        copy_checkout(ROOT, folder)
        return cls(folder)

    @property
    def paths(self) -> Paths:
        return Paths.of_checkout(self.folder)

    def start(self, *words: str, module: str = "sandbox") -> subprocess.Popen[str]:
        """Start a sandbox command in a process group of its own, as a shell does."""
        return subprocess.Popen(
            [sys.executable, "-m", module, *words],
            cwd=self.folder, env=os.environ | {"PYTHONPATH": str(self.folder)}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, process_group=0,
        )  # fmt: skip

    def sandbox(self, *words: str, expect: int = 0) -> str:
        """Run a sandbox command to its end; answer what it printed."""
        return finish(self.start(*words), expect)

    def up(self) -> str:
        """Bring all stacks up."""
        return self.sandbox("up")

    def refused(self, *words: str) -> str:
        """Run a command that must be refused in one line; answer that line."""
        lines = [line for line in self.sandbox(*words, expect=1).splitlines() if line.startswith(("error:", "also:"))]
        assert len(lines) == 1, lines
        return lines[0]

    def settings(self, stack: str) -> dict[str, Any]:
        """The settings object of a stack file."""
        loaded = yaml.safe_load((self.folder / f"Pulumi.{stack}.yaml").read_text())
        return loaded["config"]["inference-platform:platform"]

    def change(self, stack: str, values: Mapping[str, Any]) -> None:
        """Set values in a stack file by dotted path; a number in it is a place in a list."""
        file = self.folder / f"Pulumi.{stack}.yaml"
        loaded = yaml.safe_load(file.read_text())
        for path, value in values.items():
            *above, last = path.split(".")
            place: Any = loaded["config"]["inference-platform:platform"]
            for key in above:
                place = place[_key(key)]
            place[_key(last)] = value
        file.write_text(yaml.safe_dump(loaded))

    def checkpoint(self, stack: str) -> Checkpoint:
        """What the engine remembers of a stack."""
        return Checkpoint.of(self.paths, Project.of(self.folder).stack(stack))

    def rows(self) -> list[Row]:
        """What the sandbox's AWS holds."""
        return Ledger(self.paths).all() if self.paths.ledger.exists() else []

    def planes(self) -> dict[str, ControlPlane]:
        """The control planes by their cluster's name."""
        return {each.name: ControlPlane.of(self.paths, each.region, each.name) for each in clusters(self.paths)}

    def engine_runs(self) -> set[str]:
        """Names of the engine's processes that run for this checkout."""
        return {process.name for process in leftovers.find(self.paths)}

    def servers(self) -> dict[str, int]:
        """Pids of the processes that should stay, by the file that remembers each."""
        return {str(file): pid for file in self.paths.home.rglob("*.pid.json") if (pid := _pid(file)) is not None}


def _key(word: str) -> str | int:
    return int(word) if word.isdigit() else word


def _pid(file: Path) -> int | None:
    return Daemon(file.name.removesuffix(".pid.json"), file.parent).pid()


def finish(process: subprocess.Popen[str], expect: int) -> str:
    """Wait for a command; answer what it printed."""
    printed, _ = process.communicate(timeout=LONGEST)
    assert process.returncode == expect, printed
    assert "Traceback" not in printed
    return printed
