"""The stacks as their files have them: settings and plan, without engine or cloud."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import yaml

from components.planning import compare
from components.planning.compare import Line
from components.planning.plan import Plan, plan
from components.settings import Settings, SettingsError

_KEY: Final = "inference-platform:platform"


class CapacityError(Exception):
    """A stack's file is wrong; one line for people, with what to do."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack.

    Attributes:
        name: as in `Pulumi.<name>.yaml`.
        plan: what its forecast asks for.
    """

    name: str
    settings: Settings
    plan: Plan


def read(folder: Path) -> list[Stack]:
    """Return the stacks that have a file in `folder`, each after the one it stands by for.

    Raises:
        CapacityError: there is no file, or one is wrong.
    """
    names = sorted(path.name.split(".")[1] for path in folder.glob("Pulumi.*.yaml"))
    if not names:
        raise CapacityError(f"no Pulumi.<stack>.yaml in {folder}; run the command in the checkout's root")
    stacks = [_stack(name, folder / f"Pulumi.{name}.yaml") for name in names]
    return sorted(stacks, key=lambda stack: (stack.settings.upstream is not None, stack.name))


def _stack(name: str, path: Path) -> Stack:
    try:
        settings = Settings.parse(_platform(path))
        return Stack(name, settings, plan(settings))
    except (SettingsError, ValueError) as error:
        raise CapacityError(f"{path.name}: {error}") from None


def _platform(path: Path) -> object:
    try:
        loaded: object = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise CapacityError(f"{path.name}: {' '.join(str(error).split())}; correct the file") from None
    config = cast("Mapping[str, Any]", loaded).get("config") if isinstance(loaded, dict) else None
    if not isinstance(config, dict) or _KEY not in config:
        raise CapacityError(f"{path.name}: has no config.{_KEY}; put the stack's settings there")
    return cast("Mapping[str, object]", config)[_KEY]


def lines(stack: Stack, stacks: list[Stack]) -> Iterator[Line]:
    """Yield every setting that the plan speaks of: sizes, what was measured, and what the upstream's forecast says."""
    yield from compare.sizes(stack.settings, stack.plan)
    yield from compare.basis(stack.settings)
    for other in stacks:
        if other.name == stack.settings.upstream:
            yield from compare.with_upstream(stack.settings, other.settings)
