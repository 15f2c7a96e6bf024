"""`python -m sandbox.scaling [SCENARIO ...]`: load steps on each signal of the model servers, and what must hold."""

import argparse
import math
import shutil
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from sandbox import toolchain
from sandbox.controlplane import ControlPlane
from sandbox.errors import SandboxError
from sandbox.lifecycle.fleet import clusters
from sandbox.lifecycle.turn import turn
from sandbox.paths import Paths
from sandbox.progress import Progress
from sandbox.rehearsal import command, figures
from sandbox.rehearsal.figures import Figure
from sandbox.scaling import rig, scenarios
from sandbox.scaling.recording import picture
from sandbox.scaling.scenarios import Scenario
from sandbox.scaling.workload import Workload
from sandbox.toolchain.catalog import SCALING


@dataclass(slots=True)
class Bench:
    """Scenarios that the clusters take one after the other, each the next that is left.

    Attributes:
        folder: of figures and timelines.
        left: scenarios that none has begun.
        results: of those that ended.
    """

    folder: Path
    progress: Progress
    left: list[Scenario]
    results: list[tuple[str, Sequence[Figure]]] = field(default_factory=list[tuple[str, Sequence[Figure]]])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def work(self, plane: ControlPlane) -> None:
        """Run on one cluster what is left."""
        with rig.running(plane, self.folder / plane.name) as running:
            while scenario := self._next():
                title = f"{scenario.name} on {plane.name}"
                with self.progress.step(title, scenario.text):
                    found = _run(running, scenario)
                self._keep(scenario, title, found, running)

    def _next(self) -> Scenario | None:
        with self._lock:
            return self.left.pop(0) if self.left else None

    def _keep(self, scenario: Scenario, title: str, found: Sequence[Figure], running: rig.Rig) -> None:
        with self._lock:
            self.results.append((scenario.name, found))
            command.keep(self.folder, self.results)
        if running.recording.samples:
            (self.folder / f"{scenario.name}.svg").write_text(picture(f"{title}: {scenario.text}", running.recording))


def main(arguments: Sequence[str]) -> int:
    """Run the scenarios, print the table of figures and write it with the timelines to `.sandbox/scaling`.

    Returns:
        0; 1 where a bound does not hold, or for an error that was told; 130 after Ctrl-C.
    """
    parser = argparse.ArgumentParser(prog="make scaling", description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="by name; all of them when none is given")
    names = parser.parse_args(arguments).scenarios

    def ran() -> command.Results:
        paths = Paths.of_checkout(Path.cwd())
        with turn(paths):
            return run(paths, names)

    return command.measured(ran, "every process is ended")


def run(paths: Paths, names: Sequence[str]) -> list[tuple[str, Sequence[Figure]]]:
    """Run scenarios, on all clusters at the same time.

    Raises:
        SandboxError: the sandbox is not up, or a program does not start.
    """
    progress = Progress.standard()
    planes = [ControlPlane.of(paths, cluster.region, cluster.name) for cluster in clusters(paths)]
    if not planes or not all(plane.is_running() for plane in planes):
        raise SandboxError("the sandbox's clusters do not run; bring them up first: make up")
    toolchain.ensure(paths, progress, [SCALING])
    folder = paths.home / "scaling"
    shutil.rmtree(folder, ignore_errors=True)
    bench = Bench(folder, progress, _chosen(Workload.find(planes[0].admin()), names))
    with ThreadPoolExecutor(len(planes)) as pool:
        list(pool.map(bench.work, planes))
    progress.say(f"figures and timelines: {folder}/figures.json and *.svg")
    return bench.results


def _run(running: rig.Rig, scenario: Scenario) -> Sequence[Figure]:
    """Run a scenario; one that can not go on fails by a figure, so that the others still run."""
    try:
        return scenario.run(running)
    except SandboxError as error:
        return [figures.at_most(f"it did not end: {error}", math.nan, 0, "faults")]


def _chosen(workload: Workload, names: Sequence[str]) -> list[Scenario]:
    known = scenarios.all_of(workload.signals)
    # The longest first, as three run side by side.
    return command.chosen(names, known) or list(reversed(known))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
