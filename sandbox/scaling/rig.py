"""One workload under load, with Prometheus and its targets, and somebody who writes down what happens."""

import contextlib
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from drawing.chart import Mark
from sandbox.controlplane import ApiError, ControlPlane
from sandbox.errors import SandboxError
from sandbox.process import wait_until
from sandbox.scaling.load import Load, Targets
from sandbox.scaling.prometheus import Prometheus
from sandbox.scaling.recording import Recording, Sample
from sandbox.scaling.workload import Signal, Workload

LOOK_SECONDS = 1.0
STEADY_SECONDS = 60.0
"""How long nothing may change before a scenario begins: two looks of metrics-server, and the autoscaler's period."""

SETTLE_SECONDS = 900.0
LOW = 0.3


@dataclass(slots=True)
class Rig:
    """A workload with all that its autoscaler hears of.

    Attributes:
        watched: the signal whose load is written down.
        steady: seconds that nothing may change before a scenario begins.
    """

    workload: Workload
    load: Load
    prometheus: Prometheus
    recording: Recording = field(default_factory=Recording)
    watched: Signal | None = None
    steady: float = STEADY_SECONDS
    _began: float = field(default_factory=time.monotonic)
    _ended: threading.Event = field(default_factory=threading.Event)

    @property
    def now(self) -> float:
        """Seconds since the recording's start."""
        return time.monotonic() - self._began

    def mark(self, text: str) -> float:
        """Write down that something is done now; answers the second."""
        self.recording.marks.append(Mark(self.now, text))
        return self.recording.marks[-1].at

    def begin(self, signal: Signal) -> int:
        """Bring every signal to its low load, wait until nothing changes, and begin a recording.

        Returns:
            How many replicas there are then.

        Raises:
            SandboxError: it does not come to rest.
        """
        self.load.all(LOW)
        if not wait_until(self._is_steady(), SETTLE_SECONDS):
            raise SandboxError(f"{self.workload.name} does not come to rest: {self.workload.replicas()}")
        base = self.workload.replicas().ready
        self.load.base, self.watched = base, signal
        self.recording, self._began = Recording(), time.monotonic()
        return base

    def until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait; False when the time ran out."""
        return wait_until(condition, seconds)

    def look(self) -> None:
        """Write down how things are, again and again, until `end` is called."""
        while not self._ended.wait(LOOK_SECONDS):
            with contextlib.suppress(ApiError):  # asked again in a second
                seen, signal = self.workload.replicas(), self.watched
                share = self.load.shares.get(signal.name, 0) if signal else 0
                self.recording.samples.append(Sample(self.now, 100 * share, seen.wanted, seen.ready))

    def end(self) -> None:
        """Write down nothing more."""
        self._ended.set()

    def _is_steady(self) -> Callable[[], bool]:
        since, last = time.monotonic(), self.workload.replicas()

        def steady() -> bool:
            nonlocal since, last
            seen = self.workload.replicas()
            if seen != last or seen.wanted != seen.ready:
                since, last = time.monotonic(), seen
            time.sleep(LOOK_SECONDS)
            return time.monotonic() - since >= self.steady

        return steady


@contextmanager
def running(plane: ControlPlane, folder: Path) -> Generator[Rig]:
    """The cluster's workload with load on it, Prometheus, and a look each second; all of it ends with the block.

    Raises:
        SandboxError: the cluster has no such workload, or Prometheus does not start.
    """
    workload = Workload.find(plane.admin())
    load = Load(workload, workload.replicas().ready)
    load.all(LOW)
    with Targets(load) as targets:
        prometheus = Prometheus(plane, folder, targets)
        rig = Rig(workload, load, prometheus)
        threads = [threading.Thread(target=each, daemon=True) for each in (load.run, rig.look)]
        prometheus.start()
        try:
            for thread in threads:
                thread.start()
            yield rig
        finally:
            rig.end()
            load.end()
            for thread in threads:
                thread.join()
            prometheus.daemon.stop()
