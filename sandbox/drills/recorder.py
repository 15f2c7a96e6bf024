"""What happens to the pods and nodes of a workload, by the second: looked at four times in each."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

from sandbox.controlplane.client import Object
from sandbox.drills.workload import Workload, is_ready

POLL_SECONDS: Final = 0.25


@dataclass(slots=True)
class PodLife:
    """When what was first seen of a pod, in seconds from the start of the recording; None where it was not.

    Attributes:
        grace: how long it may take to end, s.
        node: where it was placed; empty until then.
        created: None for a pod that was there before.
    """

    name: str
    grace: float
    node: str = ""
    created: float | None = None
    scheduled: float | None = None
    ready: float | None = None
    ending: float | None = None
    gone: float | None = None


@dataclass(slots=True)
class NodeLife:
    """When a node was first seen not to be ready, and when it was gone."""

    name: str
    unready: float | None = None
    gone: float | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What one look counted, at so many seconds: pods that are ready, pods that end, and ready nodes."""

    at: float
    ready: int
    ending: int
    nodes: int


@dataclass
class Recorder:
    """Looks at a workload from `with` on, in a thread of its own."""

    workload: Workload
    pods: dict[str, PodLife] = field(default_factory=dict[str, PodLife])
    nodes: dict[str, NodeLife] = field(default_factory=dict[str, NodeLife])
    looks: list[Look] = field(default_factory=list[Look])

    def __enter__(self) -> Self:
        self._over, self._started = threading.Event(), time.monotonic()
        self._look()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def now(self) -> float:
        """Seconds since the start."""
        return self.at(time.monotonic())

    def at(self, moment: float) -> float:
        """A time of the monotonic clock in seconds since the start."""
        return moment - self._started

    def wait(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait until a condition on what was seen holds; False when the time ran out."""
        deadline = self.now() + seconds
        while not condition():
            if self.now() > deadline or not self._thread.is_alive():
                return False
            time.sleep(POLL_SECONDS)
        return True

    def ready(self) -> int:
        """How many pods were ready at the last look."""
        return self.looks[-1].ready

    def _run(self) -> None:
        while not self._over.wait(POLL_SECONDS):
            self._look()

    def _look(self) -> None:
        at, pods, nodes = self.now(), self.workload.pods(), self.workload.nodes()
        for pod in pods:
            self._see_pod(pod, at)
        self._miss({pod["metadata"]["name"] for pod in pods}, {node["metadata"]["name"] for node in nodes}, at)
        for node in nodes:
            life = self.nodes.setdefault(node["metadata"]["name"], NodeLife(node["metadata"]["name"]))
            if not is_ready(node):
                life.unready = life.unready or at
        ending = sum("deletionTimestamp" in pod["metadata"] for pod in pods)
        self.looks.append(Look(at, sum(map(is_ready, pods)), ending, sum(map(is_ready, nodes))))

    def _see_pod(self, pod: Object, at: float) -> None:
        name, node = pod["metadata"]["name"], pod["spec"].get("nodeName", "")
        created = at if self.looks else None
        life = self.pods.setdefault(name, PodLife(name, pod["spec"]["terminationGracePeriodSeconds"], created=created))
        life.node = node
        if node and life.scheduled is None:
            life.scheduled = at
        if is_ready(pod) and life.ready is None:
            life.ready = at
        if "deletionTimestamp" in pod["metadata"] and life.ending is None:
            life.ending = at

    def _miss(self, pods: set[str], nodes: set[str], at: float) -> None:
        for lives, present in ((self.pods, pods), (self.nodes, nodes)):
            for name, life in lives.items():
                if name not in present and life.gone is None:
                    life.gone = at
