"""The workflows and actions of this repository as plain objects, and what they are made of."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github"
WORKFLOWS = sorted((FOLDER / "workflows").glob("*.yml"))
ACTIONS = sorted((FOLDER / "actions").glob("*/action.yml"))
FILES = [*WORKFLOWS, *ACTIONS]
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


@dataclass(frozen=True)
class Job:
    """One job of a workflow."""

    workflow: str
    name: str
    body: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.workflow}.{self.name}"

    @property
    def steps(self) -> list[dict[str, Any]]:
        return self.body.get("steps", [])

    @property
    def permissions(self) -> dict[str, str]:
        return self.body.get("permissions", {})

    def uses(self, action: str) -> bool:
        return any(step.get("uses") == action for step in self.steps)


@cache
def load(path: Path) -> dict[str, Any]:
    """Every scalar is text, so that the key `on` stays what it is: https://yaml.org/type/bool.html."""
    return yaml.load(path.read_text(), Loader=yaml.BaseLoader)  # noqa: S506 the base loader makes no objects


def workflow(name: str) -> dict[str, Any]:
    return load(FOLDER / "workflows" / f"{name}.yml")


def action(reference: str) -> dict[str, Any]:
    """The action of this repository that a step uses by its folder."""
    return load(ROOT / reference / "action.yml")


def jobs() -> list[Job]:
    return [Job(path.stem, name, body) for path in WORKFLOWS for name, body in load(path)["jobs"].items()]


def steps(path: Path) -> Iterator[dict[str, Any]]:
    """The steps of all jobs of a workflow, or of an action."""
    loaded = load(path)
    if "runs" in loaded:
        yield from loaded["runs"]["steps"]
    for job in loaded.get("jobs", {}).values():
        yield from job.get("steps", [])
