"""The engine's checkpoint of a stack, read from the file backend without starting the engine."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.lifecycle.stacks import Stack
from sandbox.paths import Paths


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the engine remembers of a stack.

    Attributes:
        resources: every resource, components and providers among them.
        pending: operations that were under way when the engine was killed.
    """

    resources: list[dict[str, Any]]
    pending: list[dict[str, Any]]

    @classmethod
    def of(cls, paths: Paths, stack: Stack) -> "Checkpoint":
        """Read it; an empty one where the stack was never brought up."""
        file = _backend(paths) / "stacks" / stack.project.name / f"{stack.name}.json"
        if not file.is_file():
            return cls([], [])
        latest: dict[str, Any] = json.loads(file.read_text()).get("checkpoint", {}).get("latest") or {}
        return cls(latest.get("resources") or [], latest.get("pending_operations") or [])

    @property
    def identities(self) -> set[tuple[str, str]]:
        """Type and id of every resource that a plugin holds."""
        return {(r["type"], r["id"]) for r in self.resources if r.get("id")}

    @property
    def outputs(self) -> dict[str, Any]:
        """The stack's outputs."""
        for resource in self.resources:
            if resource["type"] == "pulumi:pulumi:Stack":
                return resource.get("outputs") or {}
        return {}


def lock_files(paths: Paths, stack: Stack) -> list[Path]:
    """Locks that an engine left on the stack: since commands of a checkout take turns, each is stale."""
    return sorted((_backend(paths) / "locks").rglob(f"{stack.name}/*.json"))


def _backend(paths: Paths) -> Path:
    return paths.state / ".pulumi"
