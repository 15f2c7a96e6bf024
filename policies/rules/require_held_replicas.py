"""W16: an autoscaler that loses its signals takes nothing away.

KEDA's own choices are the trap: without a fallback the autoscaler stops, the fallback `static` goes to its number
whatever runs, and a question that Prometheus answers with nothing counts as a load of zero.
"""

from collections.abc import Iterator

from rules._replicas import KINDS
from rules._resource import UNKNOWN, Resource, Value, dig, is_known, items
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._types import SCALED_OBJECT

_FALLBACK = ("spec", "fallback")
_TRIGGERS = KINDS[SCALED_OBJECT].signals
# CPU and memory come from the cluster's own metrics: while those are gone the autoscaler itself does not go down.
# https://keda.sh/docs/2.21/reference/scaledobject-spec/#fallback
_OWN = ("cpu", "memory")
_HOLDS = ("currentReplicasIfHigher", "currentReplicas")


def _check(scaled: Resource) -> Iterator[Finding]:
    triggers = scaled.get(*_TRIGGERS)
    if not is_known(triggers):
        yield undecided(scaled, *_TRIGGERS)
        return
    outside = [each for each in items(triggers) if dig(each, "type") not in _OWN]
    for trigger in outside:
        yield from _check_nothing(scaled, trigger)
    if outside:
        yield from _check_fallback(scaled)


def _check_nothing(scaled: Resource, trigger: Value) -> Iterator[Finding]:
    if dig(trigger, "type") == "prometheus" and dig(trigger, "metadata", "ignoreNullValues") != "false":
        name = dig(trigger, "name") or "prometheus"
        yield failure(scaled, f'trigger {name} takes no answer for a load of 0; set its ignoreNullValues to "false"')


def _check_fallback(scaled: Resource) -> Iterator[Finding]:
    fallback = scaled.get(*_FALLBACK)
    behaviour = dig(fallback, "behavior")
    if UNKNOWN in (fallback, behaviour):
        yield undecided(scaled, *_FALLBACK)
    elif fallback is None:
        yield failure(scaled, "has no fallback")
    elif behaviour not in _HOLDS:
        yield failure(scaled, f"fallback.behavior is {behaviour or 'not set'}, must be {' or '.join(_HOLDS)}")


RULE = ResourceRule(
    id="W16",
    name="require-held-replicas",
    severity=Severity.HIGH,
    what="An autoscaler whose signals are gone keeps the replicas that run.",
    why=(
        "The store of metrics fails in the same storm as what it measures: a signal that is gone must not look like"
        " an idle tier, or the replicas go when they are needed most."
    ),
    source="https://keda.sh/docs/2.21/reference/scaledobject-spec/#fallback",
    fix=(
        f"Give the ScaledObject a fallback with behavior {_HOLDS[0]}, and every prometheus trigger"
        ' ignoreNullValues: "false".'
    ),
    matches=SCALED_OBJECT.__eq__,
    check=_check,
)
