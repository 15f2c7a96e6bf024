"""`python -m sandbox.access [SCENARIO ...]`: the access layer with its real programs, and what must hold."""

import argparse
import asyncio
import math
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox import toolchain
from sandbox.access import files, rig
from sandbox.access.files import SiteFiles
from sandbox.access.plot import timeline
from sandbox.access.scenarios import ALL, Found, Scenario
from sandbox.access.site import Programs
from sandbox.errors import SandboxError
from sandbox.lifecycle.stacks import Project
from sandbox.lifecycle.turn import turn
from sandbox.paths import Paths
from sandbox.progress import Progress
from sandbox.rehearsal import command, figures
from sandbox.rehearsal.figures import Figure
from sandbox.toolchain.catalog import ACCESS

STACK = "prod"


def main(arguments: Sequence[str]) -> int:
    """Run the scenarios, print the table of figures and write it with the timelines.

    Returns:
        0; 1 where a bound does not hold, or for an error that was told; 130 after Ctrl-C.
    """
    options = _options(arguments)

    def ran() -> command.Results:
        paths, scenarios = Paths.of_checkout(Path.cwd()), command.chosen(options.scenarios, ALL) or ALL
        with turn(paths):
            return run(paths, scenarios, options.files, options.scale)

    return command.measured(ran, "every process is ended")


def run(
    paths: Paths, scenarios: Sequence[Scenario], folder: Path | None = None, scale: float = 1.0
) -> list[tuple[str, Sequence[Figure]]]:
    """Start the sites, run the scenarios one after the other, and write figures and timelines to `.sandbox/access`.

    Args:
        paths: of the sandbox.
        scenarios: what to run.
        folder: holds the files of the sites; the API servers of the sandbox are asked where None is given.
        scale: how much of its full length each runs.

    Raises:
        SandboxError: the sandbox is not up, or a program does not start.
    """
    progress = Progress.standard()
    sites = files.from_folder(folder) if folder else _of_clusters(paths)
    toolchain.ensure(paths, progress, [ACCESS])
    home = paths.home / "access"
    shutil.rmtree(home, ignore_errors=True)
    results: list[tuple[str, Sequence[Figure]]] = []
    with rig.running(home, sites, Programs(paths.bin), progress) as running:
        for scenario in scenarios:
            with progress.step(scenario.name, scenario.text):
                found = asyncio.run(_run(running, scenario, scale))
            results.append((scenario.name, found.figures))
            if found.samples:
                drawn = timeline(f"{scenario.name}: {scenario.text}", found.samples, found.marks)
                (home / f"{scenario.name}.svg").write_text(drawn)
            command.keep(home, results)
    progress.say(f"figures and timelines: {home}/figures.json and *.svg")
    return results


async def _run(running: rig.Rig, scenario: Scenario, scale: float) -> Found:
    """Run a scenario; one that can not go on fails by a figure, so that the others still run."""
    try:
        await running.settled()
        return await scenario.run(running, scale)
    except* SandboxError as group:
        told = "; ".join(str(error) for error in _leaves(group))
    return Found([figures.at_most(f"it did not end: {told}", math.nan, 0, "faults")])


def _leaves(group: BaseExceptionGroup[SandboxError]) -> list[BaseException]:
    """The errors themselves, of groups in groups."""
    nested = [_leaves(each) if isinstance(each, BaseExceptionGroup) else [each] for each in group.exceptions]
    return [error for errors in nested for error in errors]


def _of_clusters(paths: Paths) -> Mapping[str, SiteFiles]:
    return files.from_clusters(paths, Project.of(Path.cwd()).stack(STACK))


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make access", description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="by name; all of them when none is given")
    parser.add_argument("--files", type=Path, help="folder of <site>/<ConfigMap>/<file>, instead of the API servers")
    parser.add_argument("--scale", type=float, default=1.0, help="part of each scenario's full length, 1 is all")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
