"""W18: what needs GPUs is scaled by the work that waits for it."""

from collections.abc import Iterator, Sequence

from rules._pods import asks_for_gpus
from rules._replicas import KINDS, PLACE, blank_names, of_deployment
from rules._resource import UNKNOWN, Resource, Value, dig, is_known, items
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import by_cluster, of_type
from rules._types import DEPLOYMENT

# What tells how busy the host is, and not how long requests wait.
_OF_THE_HOST = ("cpu", "memory", "Resource", "ContainerResource")


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    for objects in by_cluster(resources).values():
        for deployment in of_type(objects, DEPLOYMENT):
            if asks_for_gpus(deployment) is not False:
                yield from _check_deployment(deployment, objects)


def _check_deployment(deployment: Resource, objects: Sequence[Resource]) -> Iterator[Finding]:
    names = [(deployment, path) for path in (PLACE, ("metadata", "name"))]
    blanks = [(each, path) for each, path in (*names, *blank_names(objects)) if each.get(*path) is UNKNOWN]
    if asks_for_gpus(deployment) is None:
        yield undecided(deployment, "spec", "template", "spec", "containers")
    elif blanks:
        yield from (undecided(each, *path) for each, path in blanks)
    else:
        for scaler in of_deployment(deployment, objects):
            yield from _check_scaler(scaler)


def _check_scaler(scaler: Resource) -> Iterator[Finding]:
    path = KINDS[scaler.type].signals
    signals = items(scaler.get(*path))
    if any(map(_is_of_the_load, signals)):
        return
    if not is_known(scaler.get(*path)):
        yield undecided(scaler, *path)
    elif signals:
        only = sorted({str(dig(each, "type")) for each in signals})
        yield failure(scaler, f"{'.'.join(path)} has only {', '.join(only)}")


def _is_of_the_load(signal: Value) -> bool:
    kind = dig(signal, "type")
    return isinstance(kind, str) and kind not in _OF_THE_HOST


RULE = StackRule(
    id="W18",
    name="require-load-signals",
    severity=Severity.HIGH,
    what="The autoscaler of a deployment with GPUs follows requests that wait, a queue or the cache, not only the CPU.",
    why=(
        "The CPU of a model server idles while its GPU is full and requests wait: an autoscaler that looks at nothing"
        " else does nothing."
    ),
    source="https://llm-d.ai/docs/dev/operations/autoscaling",
    fix="Add a trigger of type prometheus to its ScaledObject: waiting requests, KV-cache use or the queue's length.",
    check=_check,
)
