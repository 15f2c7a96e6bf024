"""C1: what is declared is what the capacity plan asks for.

The program works the plan out of its forecast of traffic and writes it on each GPU node group and on each deployment
with GPUs (docs/capacity.md). The least of both runs whatever the load: below the plan a lost site is felt, above it
somebody pays for what no forecast asks for. The most of a node group may be above the plan, as it costs nothing until
it is needed.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from rules._capacity import least_size, offers_gpus
from rules._demand import unknown
from rules._pods import asks_for_gpus
from rules._replicas import floor, number
from rules._resource import Resource, Value, is_known
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._setting import WholeNumber
from rules._stack import by_cluster, of_type
from rules._types import DEPLOYMENT, NODE_GROUP

_MINIMUM: Final = "inference-platform/planned-minimum"
_MAXIMUM: Final = "inference-platform/planned-maximum"
_ANNOTATIONS: Final = ("metadata", "annotations")
_MOST: Final = ("scalingConfig", "maxSize")
_SURPLUS: Final = WholeNumber(
    name="surplus",
    what="replicas or nodes by which the least may be above the plan, a count",
    default=0,
    minimum=0,
    maximum=1000,
)


def _check(resources: Sequence[Resource], *, surplus: int) -> Iterator[Finding]:
    blocked = unknown(resources, ("tags", _MINIMUM), ("tags", _MAXIMUM), _MOST) + _unknown_plans(resources)
    yield from blocked
    if blocked:
        return
    for group in filter(offers_gpus, of_type(resources, NODE_GROUP)):
        yield from _check_group(group, surplus)
    for objects in by_cluster(resources).values():
        for deployment in filter(asks_for_gpus, of_type(objects, DEPLOYMENT)):
            held = number(floor(deployment, objects).replicas)
            yield from _check_least(deployment, held, deployment.get(*_ANNOTATIONS, _MINIMUM), surplus)


def _unknown_plans(resources: Sequence[Resource]) -> list[Finding]:
    serving = filter(asks_for_gpus, of_type(resources, DEPLOYMENT))
    return [undecided(it, *_ANNOTATIONS) for it in serving if not is_known(it.get(*_ANNOTATIONS))]


def _check_group(group: Resource, surplus: int) -> Iterator[Finding]:
    yield from _check_least(group, least_size(group), group.get("tags", _MINIMUM), surplus)
    planned, most = _whole(group.get("tags", _MAXIMUM)), _whole(group.get(*_MOST)) or 0
    if planned is None:
        yield failure(group, f"{_MAXIMUM} is no count; the program writes the plan there")
    elif most < planned:
        yield failure(group, f"at the most {most}, the plan needs {planned} at its peak")


def _check_least(resource: Resource, held: int, plan: Value, surplus: int) -> Iterator[Finding]:
    planned = _whole(plan)
    if planned is None:
        yield failure(resource, f"{_MINIMUM} is no count; the program writes the plan there")
    elif not planned <= held <= planned + surplus:
        yield failure(resource, f"at the least {held}, the plan is {planned}")


def _whole(value: Value) -> int | None:
    """Return a count, which tags and annotations hold as text; None where it is none."""
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return int(value) if isinstance(value, int | float) else None


RULE = StackRule(
    id="C1",
    name="require-planned-capacity",
    severity=Severity.HIGH,
    what="GPU node groups and the deployments with GPUs have the sizes that the capacity plan makes of the forecast.",
    why=(
        "Sizes that nobody worked out are too small on the day when a site is lost, or are paid for every day; and a"
        " forecast that changes alone changes nothing."
    ),
    source="https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/static-stability.html",
    fix="Run `make plan`: it names each setting with the value that the plan asks for. Set it, or change the forecast.",
    settings=(_SURPLUS,),
    check=_check,
)
