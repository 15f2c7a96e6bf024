"""Load steps on each signal, and the death of Prometheus: what is done, and what must hold."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.rehearsal.figures import Figure, at_least, at_most
from sandbox.scaling.recording import Recording, flips
from sandbox.scaling.rig import LOW, Rig
from sandbox.scaling.workload import Signal

HIGH = 1.2
DECISION_SECONDS = 30.0
CPU_DECISION_SECONDS = 45.0
"""CPU is a rate between two looks of metrics-server, of which both must be after the step: 15 s to the first, 15 s to
the second, 15 s to the autoscaler's own look; Prometheus answers each look with what it last scraped."""

READY_SECONDS = 60.0
UP_SECONDS = 150.0
HELD_SECONDS = 60.0
SYNC_SECONDS = 15.0
"""Between two decisions of an autoscaler (https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/)."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario of one workload.

    Attributes:
        name: by which it is asked for.
        run: does it, and says what it found.
    """

    name: str
    text: str
    run: Callable[[Rig], Sequence[Figure]]


def all_of(signals: Sequence[Signal]) -> list[Scenario]:
    """The scenarios of a workload with these signals."""
    steps = [_step_scenario(signal) for signal in signals]
    return [*steps, Scenario("dead-source", "Prometheus is killed under load, then CPU steps up", dead_source)]


def _step_scenario(signal: Signal) -> Scenario:
    text = f"{signal.name}: load from {LOW:.0%} to {HIGH:.0%} of the target and back"
    return Scenario(signal.name, text, lambda rig: step(rig, signal))


def step(rig: Rig, signal: Signal) -> list[Figure]:
    """Load on one signal steps up and down again."""
    base = rig.begin(signal)
    wanted = math.ceil(base * HIGH)
    up = _raised(rig, signal, HIGH, wanted, "")
    rig.until(lambda: rig.now - up > HELD_SECONDS, HELD_SECONDS)
    most = rig.recording.most(up)
    rig.load.all(LOW)
    down = rig.mark(f"load back to {LOW:.0%}")
    rig.until(lambda: not math.isnan(rig.recording.settled(down, base)), _way(rig, wanted - base))
    return [
        *_decision(rig.recording, signal, up, wanted),
        at_most("replicas wanted at most", most, wanted, "replicas", f"planned: {wanted} of {base}"),
        *_way_down(rig, down, base),
    ]


def dead_source(rig: Rig) -> list[Figure]:
    """Prometheus dies while a signal of its holds replicas; CPU must go on working, and nothing may go."""
    asked = next(signal for signal in rig.workload.signals if signal.query)
    cpu = next(signal for signal in rig.workload.signals if not signal.query)
    base = rig.begin(asked)
    wanted = math.ceil(base * HIGH)
    _raised(rig, asked, HIGH, wanted, "")
    rig.prometheus.daemon.kill()
    died = rig.mark("Prometheus killed")
    rest = rig.workload.window + rig.workload.period
    rig.until(lambda: rig.now - died > rest, rest + SYNC_SECONDS)
    fewest, held = rig.recording.fewest(died), rig.workload.replicas().ready
    rig.watched = cpu
    # Of what is ready now, which is more than the load's base.
    up = _raised(rig, cpu, HIGH * held / base, math.ceil(held * HIGH), " of CPU")
    figures = [
        at_least("replicas wanted at least while it is dead", fewest, wanted, "replicas", f"watched for {rest:.0f} s"),
        *_decision(rig.recording, cpu, up, math.ceil(held * HIGH)),
    ]
    rig.prometheus.start()
    rig.load.all(LOW)
    down = rig.mark("Prometheus is back, load low")
    rig.until(lambda: not math.isnan(rig.recording.settled(down, base)), _way(rig, math.ceil(held * HIGH) - base))
    return [*figures, *_way_down(rig, down, base)]


def _raised(rig: Rig, signal: Signal, share: float, wanted: int, what: str) -> float:
    """Raise the load and wait until the replicas for it are ready; answers when it was raised."""
    rig.load.shares = {**rig.load.shares, signal.name: share}
    up = rig.mark(f"load{what} to {HIGH:.0%}")
    rig.until(lambda: not math.isnan(rig.recording.served(up, wanted)), UP_SECONDS)
    return up


def _decision(recording: Recording, signal: Signal, up: float, wanted: int) -> list[Figure]:
    decided = recording.decided(up, wanted)
    limit = DECISION_SECONDS if signal.query else CPU_DECISION_SECONDS
    ready = recording.served(up, wanted) - decided
    return [
        at_most("until the autoscaler wants the planned size", decided, limit, "s"),
        at_most("from there until it is ready", ready, READY_SECONDS, "s", "pods of the sandbox start at once"),
    ]


def _way(rig: Rig, replicas: int) -> float:
    """Seconds in which so many replicas must have gone: the window, one after the other, and a minute to see it."""
    return rig.workload.window + rig.workload.period * (replicas + 1) + HELD_SECONDS


def _way_down(rig: Rig, down: float, base: int) -> list[Figure]:
    window, recording = rig.workload.window, rig.recording
    turned = flips([sample for sample in recording.samples if sample.at < down + window], window)
    lowered = recording.lowered(down)
    note = f"window of {window:.0f} s"
    return [
        at_most("changes of direction within the window", turned, 0, "times", note),
        at_least("until the first replica goes", lowered, window - SYNC_SECONDS, "s", note),
        at_most("until the first replica goes, at most", lowered, window + HELD_SECONDS, "s", note),
        Figure("until it is as it was", recording.settled(down, base), "s"),
    ]
