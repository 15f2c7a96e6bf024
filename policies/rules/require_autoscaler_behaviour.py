"""W6: autoscalers say how they go up and how they come down."""

from collections.abc import Iterator

from rules._replicas import KINDS, Kind, number
from rules._resource import UNKNOWN, Resource, items
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._setting import WholeNumber

# The API takes 0 to 3600: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/
_LEAST = WholeNumber(
    name="scale_down_seconds",
    what="shortest stabilisation before an autoscaler takes replicas away, s",
    default=300,
    minimum=1,
    maximum=3600,
)
_WAIT = "stabilizationWindowSeconds"


def _check(scaler: Resource, *, scale_down_seconds: int) -> Iterator[Finding]:
    kind = KINDS[scaler.type]
    yield from _check_signals(scaler, kind)
    yield from _check_room(scaler, kind)
    for way in ("scaleUp", "scaleDown"):
        path = (*kind.behaviour, way, "policies")
        policies = items(scaler.get(*path))
        if UNKNOWN in policies:
            yield undecided(scaler, *path)
        elif not policies:
            yield failure(scaler, f"behavior.{way} has no policies, so nothing says how fast it goes")
    yield from _check_window(scaler, (*kind.behaviour, "scaleDown", _WAIT), scale_down_seconds)


def _check_signals(scaler: Resource, kind: Kind) -> Iterator[Finding]:
    signals = scaler.get(*kind.signals)
    if signals is UNKNOWN:
        yield undecided(scaler, *kind.signals)
    elif not items(signals):
        yield failure(scaler, f"{'.'.join(kind.signals)} is empty: it follows nothing")


def _check_room(scaler: Resource, kind: Kind) -> Iterator[Finding]:
    least, most = scaler.get(*kind.least), scaler.get(*kind.most)
    if UNKNOWN in (least, most):
        yield undecided(scaler, *(kind.least if least is UNKNOWN else kind.most))
        return
    fewest, greatest = number(least, kind.unset[0]), number(most, kind.unset[1])
    if greatest <= fewest:
        yield failure(scaler, f"{kind.most[-1]} {greatest} leaves no room above {kind.least[-1]} {fewest}")


def _check_window(scaler: Resource, path: tuple[str, ...], least: int) -> Iterator[Finding]:
    window = scaler.get(*path)
    if window is UNKNOWN:
        yield undecided(scaler, *path)
    elif not isinstance(window, int | float) or window < least:
        found = f"{window:g}" if isinstance(window, int | float) else "not set"
        yield failure(scaler, f"{'.'.join(path[-3:])} is {found}, must be at least {least}")


RULE = ResourceRule(
    id="W6",
    name="require-autoscaler-behaviour",
    severity=Severity.MEDIUM,
    what="Every autoscaler of pods has a signal, room to grow, and policies for both ways, down only after a wait.",
    why=(
        "A replica with a large model takes minutes to start: one that is taken away in a short lull is missing in"
        " the next burst, and an autoscaler without room or signal only looks like one."
    ),
    source="https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/",
    fix=(
        "Set behavior.scaleUp.policies and behavior.scaleDown.policies, and the latter's stabilizationWindowSeconds to"
        f" {_LEAST.default} or more; give it a signal, and more replicas at most than at least."
    ),
    settings=(_LEAST,),
    matches=KINDS.__contains__,
    check=_check,
)
