"""`python -m sandbox.drills [DRILL ...]`: nodes die, are reclaimed and drained under the model server."""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox.controlplane import ControlPlane
from sandbox.drills.drills import ALL, Drill
from sandbox.drills.plot import timeline
from sandbox.drills.workload import Workload
from sandbox.errors import SandboxError
from sandbox.lifecycle.fleet import clusters
from sandbox.lifecycle.turn import turn
from sandbox.paths import Paths
from sandbox.progress import Progress
from sandbox.rehearsal import command
from sandbox.rehearsal.figures import Figure


def main(arguments: Sequence[str]) -> int:
    """Run the drills, print the table of figures and write it with the timelines.

    Returns:
        0; 1 where a bound does not hold, or for an error that was told; 130 after Ctrl-C.
    """
    options = _options(arguments)

    def drilled() -> command.Results:
        paths, drills = Paths.of_checkout(Path.cwd()), command.chosen(options.drills, ALL, "drill") or ALL
        with turn(paths):
            return run(_plane(paths), drills, paths.home / "drills", options.scale)

    return command.measured(drilled, "`make up` brings back the nodes that are missing")


def run(
    plane: ControlPlane, drills: Sequence[Drill], home: Path, scale: float = 1.0
) -> list[tuple[str, Sequence[Figure]]]:
    """Run drills one after the other and write figures and timelines.

    Args:
        plane: of the cluster.
        drills: what to run.
        home: where to write; made anew.
        scale: how much of their full length streams and notices have.

    Raises:
        SandboxError: the cluster has no model server, or one that is not ready.
    """
    progress = Progress.standard()
    workload = Workload.of(plane)
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    results: list[tuple[str, Sequence[Figure]]] = []
    for drill in drills:
        with progress.step(drill.name, drill.text):
            workload.settle()
            found = drill.run(workload, scale)
        results.append((drill.name, found.figures))
        (home / f"{drill.name}.svg").write_text(timeline(f"{drill.name}: {drill.text}", found.looks, found.marks))
        command.keep(home, results, "drills")
    progress.say(f"figures and timelines: {home}/figures.json and *.svg")
    return results


def _plane(paths: Paths) -> ControlPlane:
    found = clusters(paths)
    if not found:
        raise SandboxError("no cluster stands here; run `make up` first")
    plane = ControlPlane.of(paths, found[0].region, found[0].name)
    if not plane.is_running():
        raise SandboxError(f"the control plane of cluster {plane.name} does not run; run `make up` first")
    return plane


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make drills", description=__doc__)
    parser.add_argument("drills", nargs="*", metavar="DRILL", help="by name; all of them when none is given")
    parser.add_argument("--scale", type=float, default=1.0, help="part of the full length of streams and notices")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
