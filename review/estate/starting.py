"""How long a workload takes to start: what it may take, and what it says that it takes."""

from typing import Final

from review.estate.lookup import at, dig, number, text
from review.plan import State
from review.values import Value

_COLD_START: Final = ("metadata", "annotations", "inference-platform/cold-start")


def cold_start(state: State) -> str:
    """Return what an annotation like `node=300,image=300` says, as `node 300 + image 300 = 600`; empty without one."""
    parts = (part.partition("=") for part in text(at(state, *_COLD_START)).split(","))
    phases = [(name, int(seconds)) for name, _, seconds in parts if seconds.isdigit()]
    listed = " + ".join(f"{name} {seconds}" for name, seconds in phases)
    return f"{listed} = {sum(seconds for _, seconds in phases)}" if phases else ""


def longest(container: Value) -> int | None:
    """Return how long the start-up probe waits, s; Kubernetes probes every 10 s where the period is not given."""
    failures = number(dig(container, "startupProbe", "failureThreshold"))
    period = number(dig(container, "startupProbe", "periodSeconds")) or 10
    return None if failures is None else failures * period
