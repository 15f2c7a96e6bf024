"""The drills, each on a workload whose replicas are all ready, and each leaves the cluster as it was."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import nan
from typing import Final

from drawing.chart import Mark
from sandbox.drills import eks, groups, kubelets
from sandbox.drills.phases import Phases, phases
from sandbox.drills.recorder import Look, Recorder
from sandbox.drills.workload import Workload
from sandbox.rehearsal.figures import Figure, at_least, at_most

LIMIT_SECONDS: Final = 60.0
"""How long a dead node's pods may be away."""

NOTICE_SECONDS: Final = 120.0
"""https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html"""

PATIENCE_SECONDS: Final = 400.0
_NEVER: Final = "not a number: it did not end"


@dataclass(frozen=True, slots=True)
class Found:
    """What a drill measured, what was seen second by second, and what happened when."""

    figures: Sequence[Figure]
    looks: Sequence[Look] = ()
    marks: Sequence[Mark] = ()


@dataclass(frozen=True, slots=True)
class Drill:
    """One drill.

    Attributes:
        name: as people choose it.
        text: what is done, in a sentence.
        run: does it on a settled workload, with this part of the full length of streams and notices.
    """

    name: str
    text: str
    run: Callable[[Workload, float], Found]


def node(workload: Workload, scale: float) -> Found:
    """Kill the node of one replica; its instance stays, so nobody removes the node.

    The time is the control plane's own and takes no scale.
    """
    del scale
    return _bounded(_killed(workload, workload.hosts()[:1], removed=False))


def instance(workload: Workload, scale: float) -> Found:
    """End the instance of one replica, so that EKS removes the node soon after it is not ready.

    Without a bound: where the removal comes before the eviction, the pod is left to the garbage collector.
    """
    del scale
    return _killed(workload, workload.hosts()[:1], removed=True)


def group(workload: Workload, scale: float) -> Found:
    """Kill all nodes of the group that most replicas are on; their instances have ended, and EKS removes the nodes.

    Measured is how soon the spare nodes are in use. A replica more than they hold waits for nodes on demand, which an
    alarm brings (`python -m sandbox ring`).
    """
    del scale
    return _killed(workload, groups.names(groups.of_group(workload, workload.hosts()[0])), removed=True)


def spot(workload: Workload, scale: float) -> Found:
    """Reclaim the spot node of a replica: drained at the notice, ended two minutes later."""
    reclaimed = groups.spot(workload)[:1]
    (name,) = groups.names(reclaimed)
    _move_to(workload, name)
    notice, streams = NOTICE_SECONDS * scale, workload.streams_seconds() * scale
    wanted = workload.settle()
    with groups.restored(workload, reclaimed), Recorder(workload) as seen:
        eks.drain(workload, name, streams)
        drained = seen.now()
        took_over = seen.wait(lambda: seen.looks[-1].at > drained and seen.ready() >= wanted, notice)
        replaced = seen.now() if took_over else nan
        seen.wait(lambda: seen.now() >= notice, notice)
        kubelets.stop(workload.client, [name])
        ended = seen.now()
    least = min(look.ready for look in seen.looks)
    return Found(
        [
            at_most("its pods are told to end after the notice", drained, notice, "s"),
            at_most("as many are ready elsewhere after the notice", replaced, notice, "s"),
            at_least("replicas ready all along", least, wanted - 1, "replicas", f"of {wanted}"),
            Figure(
                "streams may go on after the eviction", ended - drained, "s", note=f"they last {streams:.0f} s at most"
            ),
        ],
        seen.looks,
        [Mark(0, "notice, node cordoned and drained"), Mark(replaced, "replaced"), Mark(ended, "instance ends")],
    )


def drain(workload: Workload, scale: float) -> Found:
    """Drain the nodes of two replicas one after the other, as an update of their group does, under long streams."""
    streams, hosts = workload.streams_seconds() * scale, workload.hosts()[:2]
    nodes = [each for each in workload.nodes() if each["metadata"]["name"] in hosts]
    wanted = workload.settle()
    told: dict[str, float] = {}
    with groups.restored(workload, nodes), Recorder(workload) as seen:
        for name in hosts:
            told |= eks.drain(workload, name, streams)
        seen.wait(lambda: all(seen.pods[pod].gone is not None for pod in told), PATIENCE_SECONDS)
        seen.wait(lambda: seen.ready() >= wanted, LIMIT_SECONDS)
    moved = {pod: seen.at(moment) for pod, moment in told.items()}
    lasted = [(seen.pods[pod].gone or nan) - at for pod, at in moved.items()]
    grace = max(seen.pods[pod].grace for pod in moved)
    return Found(
        [
            at_most("pods that ended before their streams", _fewer(lasted, streams), 0, "pods", f"of {len(lasted)}"),
            at_least("the first to end answered on for", min(lasted), streams, "s", f"grace {grace:.0f} s"),
            at_least("replicas ready all along", min(look.ready for look in seen.looks), wanted - 1, "replicas"),
            Figure("the last is told to end after", max(moved.values()), "s", note="the budget lets one go at a time"),
            Figure("both nodes are empty after", seen.now(), "s"),
        ],
        seen.looks,
        [Mark(at, f"{pod} told to end") for pod, at in moved.items()],
    )


def _fewer(seconds: Sequence[float], limit: float) -> int:
    """How many did not reach the limit; what is no number did not."""
    return sum(not each >= limit for each in seconds)


def _killed(workload: Workload, names: Sequence[str], *, removed: bool) -> Found:
    before = [each for each in workload.nodes() if each["metadata"]["name"] in names]
    lost = sum(pod["spec"].get("nodeName") in names for pod in workload.pods())
    spare = len({*groups.names(workload.nodes())} - {*names, *workload.hosts()})
    wanted, back = workload.settle(), min(lost, spare)
    gone = eks.removing(workload.client, names if removed else ())
    with groups.restored(workload, before), Recorder(workload) as seen, gone:
        kubelets.stop(workload.client, names)
        replaced = seen.wait(lambda: _replaced(seen, back), PATIENCE_SECONDS)
    took = phases(seen.pods, seen.nodes, names, back)
    note = f"{lost} of {wanted} replicas on {len(names)} of their nodes"
    note += f", with room for {back} elsewhere" if back < lost else ""
    return Found(
        [*_shown(took), Figure("all of it", took.total, "s", note=note if replaced else _NEVER)],
        seen.looks,
        _marks(took),
    )


def _replaced(seen: Recorder, back: int) -> bool:
    new = [pod for pod in list(seen.pods.values()) if pod.created is not None]
    return sum(pod.ready is not None and pod.ending is None for pod in new) >= back


def _shown(took: Phases) -> list[Figure]:
    return [
        Figure("detection", took.detection, "s", note="missed heartbeats, until the node is not ready"),
        Figure("eviction", took.eviction, "s", note="what its pods tolerate"),
        Figure("scheduling", took.scheduling, "s"),
        Figure("start", took.start, "s", note="kwok's, of a pod whose image and weights are there"),
    ]


def _bounded(found: Found) -> Found:
    """Hold the last figure, which is all of it, against the limit."""
    *parts, total = found.figures
    bounded = at_most(total.name, total.value, LIMIT_SECONDS, total.unit, total.note)
    return replace(found, figures=[*parts, bounded])


def _marks(took: Phases) -> list[Mark]:
    at, marks = 0.0, [Mark(0, "killed")]
    for text, seconds in (
        ("not ready", took.detection),
        ("pods told to end", took.eviction),
        ("new pods have nodes", took.scheduling),
        ("ready", took.start),
    ):
        at += seconds
        marks.append(Mark(at, text))
    return marks


def _move_to(workload: Workload, node: str) -> None:
    """Have a replica on a node, if none is: all others are closed while one moves."""
    if node in workload.hosts():
        return
    others = [name for name in groups.names(workload.nodes()) if name != node]
    for name in others:
        eks.cordon(workload.client, name)
    eks.drain(workload, workload.hosts()[0], 0)
    workload.settle()
    for name in others:
        eks.cordon(workload.client, name, on=False)


ALL: Final = (
    Drill("node", "a node dies, its instance hangs", node),
    Drill("instance", "a node's instance ends, and EKS removes the node", instance),
    Drill("group", "all nodes of a group end at once", group),
    Drill("spot", "a spot instance is reclaimed with two minutes' notice", spot),
    Drill("drain", "two nodes are drained under long streams", drain),
)
"""All drills, in the order in which they run."""
