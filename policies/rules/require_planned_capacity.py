"""C1: what is declared is what the capacity plan asks for.

The program works the plan out of its forecast of traffic and writes it on each GPU node group and on each deployment
with GPUs (docs/capacity.md). The least of both runs whatever the load: below the plan a lost site is felt, above it
somebody pays for what no forecast asks for. The most may be above the plan, as it costs nothing until it is needed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rules._capacity import least_size, offers_gpus
from rules._demand import unknown
from rules._pods import asks_for_gpus
from rules._replicas import KINDS, floor, number, of_deployment
from rules._resource import UNKNOWN, Resource, Value, is_known
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._setting import WholeNumber
from rules._stack import by_cluster, of_type
from rules._types import DEPLOYMENT, NODE_GROUP

_MINIMUM: Final = "inference-platform/planned-minimum"
_MAXIMUM: Final = "inference-platform/planned-maximum"
_ANNOTATIONS: Final = ("metadata", "annotations")
_LARGEST: Final = ("scalingConfig", "maxSize")
_SURPLUS: Final = WholeNumber(
    name="surplus",
    what="replicas or nodes by which the least may be above the plan, a count",
    default=0,
    minimum=0,
    maximum=1000,
)


@dataclass(frozen=True, slots=True)
class _Sizes:
    """What something is held at, and where the plan of it stands."""

    resource: Resource
    least: int
    most: int
    plan: tuple[str, ...]


def _check(resources: Sequence[Resource], *, surplus: int) -> Iterator[Finding]:
    blocked = unknown(resources, ("tags", _MINIMUM), ("tags", _MAXIMUM), _LARGEST) + list(_unknown(resources))
    yield from blocked
    for sizes in () if blocked else _sizes(resources):
        yield from _check_sizes(sizes, surplus)


def _serving(resources: Sequence[Resource]) -> Iterator[tuple[Resource, list[Resource]]]:
    """Yield the deployments with GPUs, each with the objects of its cluster."""
    for objects in by_cluster(resources).values():
        yield from ((it, objects) for it in of_type(objects, DEPLOYMENT) if asks_for_gpus(it))


def _unknown(resources: Sequence[Resource]) -> Iterator[Finding]:
    for deployment, objects in _serving(resources):
        if not is_known(deployment.get(*_ANNOTATIONS)):
            yield undecided(deployment, *_ANNOTATIONS)
        for scaler in of_deployment(deployment, objects):
            if scaler.get(*KINDS[scaler.type].most) is UNKNOWN:
                yield undecided(scaler, *KINDS[scaler.type].most)


def _sizes(resources: Sequence[Resource]) -> Iterator[_Sizes]:
    for group in filter(offers_gpus, of_type(resources, NODE_GROUP)):
        yield _Sizes(group, least_size(group), number(group.get(*_LARGEST), 0), ("tags",))
    for deployment, objects in _serving(resources):
        least = floor(deployment, objects).count
        yield _Sizes(deployment, least, _most(deployment, objects, least), _ANNOTATIONS)


def _most(deployment: Resource, objects: Sequence[Resource], least: int) -> int:
    """Return the most replicas that any autoscaler of `deployment` makes; without one there are ever the same."""
    found = [(scaler, KINDS[scaler.type]) for scaler in of_deployment(deployment, objects)]
    return max((number(scaler.get(*kind.most), kind.unset[1]) for scaler, kind in found), default=least)


def _check_sizes(sizes: _Sizes, surplus: int) -> Iterator[Finding]:
    least, most = (_whole(sizes.resource.get(*sizes.plan, key)) for key in (_MINIMUM, _MAXIMUM))
    if least is None or most is None:
        missing = _MINIMUM if least is None else _MAXIMUM
        yield failure(sizes.resource, f"{missing} is no count; the program writes the plan there")
        return
    if not least <= sizes.least <= least + surplus:
        yield failure(sizes.resource, f"at the least {sizes.least}, the plan is {least}")
    if sizes.most < most:
        yield failure(sizes.resource, f"at the most {sizes.most}, the plan needs {most} at its peak")


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
