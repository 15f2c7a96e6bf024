"""What a killed engine, or a killed command, left running: engines, plugins and analyzers that serve nobody."""

from dataclasses import dataclass
from pathlib import Path

from sandbox.paths import HOME_VARIABLE, Paths
from sandbox.process import end

ENGINE = "pulumi"
ENGINE_SECONDS = 60.0
"""An engine that is told to end lets the steps under way finish, and then writes its state."""

PLUGIN_SECONDS = 30.0
"""A plugin that is told to end answers the call under way first."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """One process that an engine run of this sandbox started.

    Attributes:
        name: the program's name (proc(5), comm).
    """

    pid: int
    name: str

    def end(self) -> None:
        """End it by its pid."""
        end(self.pid, ENGINE_SECONDS if self.name == ENGINE else PLUGIN_SECONDS)


def find(paths: Paths) -> list[Leftover]:
    """Engine runs of this sandbox that are under way, engines before their plugins.

    They are known by two variables that only they get: our folder from `Engine`, the other one from the automation API.
    """
    marks = {f"{HOME_VARIABLE}={paths.home}".encode(), b"PULUMI_AUTOMATION_API=true"}
    found = [_leftover(process) for process in Path("/proc").iterdir() if _is_marked(process, marks)]
    return sorted(found, key=lambda process: (process.name != ENGINE, process.pid))


def remove(paths: Paths) -> int:
    """End them; the caller holds the checkout's turn, so that none of them is at work for somebody.

    Returns:
        How many there were.
    """
    found = find(paths)
    for leftover in found:
        leftover.end()
    return len(found)


def _is_marked(process: Path, marks: set[bytes]) -> bool:
    if not process.name.isdigit():
        return False
    try:
        return marks <= set((process / "environ").read_bytes().split(b"\0"))
    except OSError:  # it has ended, or is another user's
        return False


def _leftover(process: Path) -> Leftover:
    try:
        name = (process / "comm").read_text().strip()
    except OSError:
        name = ""
    return Leftover(int(process.name), name)
