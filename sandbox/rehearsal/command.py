"""A command that runs scenarios, and says by its exit status whether all that they found holds."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from sandbox.errors import SandboxError
from sandbox.rehearsal import figures
from sandbox.rehearsal.figures import Figure

Results = Sequence[tuple[str, Sequence[Figure]]]
"""What each scenario found, by its name."""


class Named(Protocol):
    """A scenario."""

    @property
    def name(self) -> str:
        """The word that asks for it."""
        ...


Scenario = TypeVar("Scenario", bound=Named)


def measured(run: Callable[[], Results], interrupted: str) -> int:
    """Run scenarios and print the table of their figures.

    Args:
        run: runs them.
        interrupted: what is said after Ctrl-C.

    Returns:
        0; 1 where a bound does not hold, or for an error that was told; 130 after Ctrl-C.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        results = run()
    except SandboxError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(f"interrupted: {interrupted}\n")
        return 130
    sys.stdout.write(figures.table(results) + "\n")
    return int(any(figure.held is False for _, found in results for figure in found))


def chosen(names: Sequence[str], known: Iterable[Scenario], what: str = "scenario") -> list[Scenario]:
    """Return the scenarios of these names, none where none is named; `what` is the word for one.

    Raises:
        SandboxError: there is none of a name.
    """
    by_name = {each.name: each for each in known}
    if unknown := sorted(set(names) - set(by_name)):
        raise SandboxError(f"no such {what}: {', '.join(unknown)}; known are {', '.join(by_name)}")
    return [by_name[name] for name in names]


def keep(home: Path, results: Results, what: str = "scenarios") -> None:
    """Write what was found so far, and on what a machine, to `figures.json`; `what` is its key there."""
    machine = {"cores": os.cpu_count(), "load_average": os.getloadavg()}
    (home / "figures.json").write_text(json.dumps({**machine, what: figures.as_json(results)}, indent=2))
