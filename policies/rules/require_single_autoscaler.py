"""W17: one autoscaler decides on one deployment."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from rules._replicas import PLACE, TARGET, blank_names, scalers
from rules._resource import Resource, Value
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import by_cluster

_KIND = ("spec", "scaleTargetRef", "kind")


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    for objects in by_cluster(resources).values():
        found, blanks = scalers(objects), blank_names(objects)
        if len(found) > 1:
            # One whose target is not known yet may be a second.
            yield from (undecided(scaler, *path) for scaler, path in blanks)
        unknown = [scaler.urn for scaler, _ in blanks]
        yield from _check_targets([each for each in found if each.urn not in unknown])


def _check_targets(found: Sequence[Resource]) -> Iterator[Finding]:
    by_target: dict[tuple[Value, ...], list[Resource]] = defaultdict(list)
    for each in found:
        # Both kinds of autoscaler take a Deployment where no kind is given.
        by_target[each.get(*PLACE), each.get(*_KIND) or "Deployment", each.get(*TARGET)].append(each)
    for (_, kind, name), (first, *others) in by_target.items():
        yield from (failure(each, f"{first.name} scales the {kind} {name} as well") for each in others)


RULE = StackRule(
    id="W17",
    name="require-single-autoscaler",
    severity=Severity.HIGH,
    what="No deployment has two autoscalers, of whatever kind they are.",
    why=(
        "Two autoscalers overwrite each other's number every 15 s: replicas with a large model are started and stopped"
        " for as long as they disagree."
    ),
    source="https://keda.sh/docs/2.21/concepts/scaling-deployments/",
    fix="Remove one, and make what it followed a trigger of the other.",
    check=_check,
)
