"""The stack files of the checkout: which stacks there are, in what order, and who runs them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

from sandbox.errors import SandboxError

SETTINGS_KEY = "platform"


@dataclass(frozen=True, slots=True)
class Project:
    """The Pulumi project of a checkout.

    Attributes:
        checkout: the folder that holds `Pulumi.yaml`.
        name: the project's name.
    """

    checkout: Path
    name: str

    @classmethod
    def of(cls, checkout: Path) -> "Project":
        """Read `Pulumi.yaml`.

        Raises:
            SandboxError: there is none in the folder.
        """
        path = checkout / "Pulumi.yaml"
        if not path.is_file():
            raise SandboxError(f"no Pulumi.yaml in {checkout}; run the command in the checkout's root")
        return cls(checkout, str(_load(path)["name"]))

    def stack_file(self, stack: str) -> Path:
        """The file with a stack's configuration."""
        return self.checkout / f"Pulumi.{stack}.yaml"

    def stacks(self) -> list["Stack"]:
        """All stacks, each after the one it reads."""
        names = sorted(path.name.split(".")[1] for path in self.checkout.glob("Pulumi.*.yaml"))
        found = [self.stack(name) for name in names]
        return sorted(found, key=lambda stack: (stack.upstream is not None, stack.name))

    def stack(self, name: str) -> "Stack":
        """One stack by name.

        Raises:
            SandboxError: it has no file here, or its file has no settings.
        """
        path = self.stack_file(name)
        if not path.is_file():
            known = ", ".join(sorted(p.name.split(".")[1] for p in self.checkout.glob("Pulumi.*.yaml")))
            raise SandboxError(f"stack {name!r} has no Pulumi.{name}.yaml; stacks here: {known}")
        return Stack(name, self, dict(_load(path).get("config") or {}))


@dataclass(frozen=True, slots=True)
class Stack:
    """One stack as its file declares it; the program validates the values, this only finds its way in them."""

    name: str
    project: Project
    config: dict[str, Any]

    @property
    def settings(self) -> dict[str, Any]:
        """The program's settings object, unvalidated."""
        found = self.config.get(f"{self.project.name}:{SETTINGS_KEY}")
        return cast("dict[str, Any]", found) if isinstance(found, dict) else {}

    @property
    def upstream(self) -> str | None:
        """The short name of the stack that this one reads, if any."""
        found = self.settings.get("upstream")
        return str(found).split("/")[-1] if found else None

    @property
    def region(self) -> str:
        """The stack's AWS region as written."""
        return str(self.settings.get("region", ""))

    @property
    def administrator(self) -> str:
        """The role that runs the stack: the first administrator of its clusters.

        Raises:
            SandboxError: the file names none.
        """
        listed = cast("dict[str, Any]", self.settings.get("cluster") or {}).get("administrators")
        if not isinstance(listed, list) or not listed:
            raise SandboxError(
                f"Pulumi.{self.name}.yaml: cluster.administrators is {listed!r}; list one IAM role ARN or "
                "more, since the first of them is who the engine logs in as"
            )
        return str(cast("list[Any]", listed)[0])


def _load(path: Path) -> dict[str, Any]:
    try:
        loaded: Any = yaml.safe_load(path.read_text()) or {}
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise SandboxError(f"{path.name} is no valid YAML: {reason}") from None
    return cast("dict[str, Any]", loaded)
