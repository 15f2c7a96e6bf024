"""The sites of the plans, each as it is and as it will be: its nodes, and the workloads that ask for GPUs."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from review.estate import starting
from review.estate.lookup import all_steps, at, dig, items, mapping, number, text, texts
from review.plan import Plan, State, Step
from review.values import Value

CLUSTER: Final = "aws:eks/cluster:Cluster"
_NODE_GROUP: Final = "aws:eks/nodeGroup:NodeGroup"
_DEPLOYMENT: Final = "kubernetes:apps/v1:Deployment"
# Each kind of autoscaler, and where it has its least and its most replicas and its ways up and down. KEDA makes the
# first of the second: https://keda.sh/docs/2.21/reference/scaledobject-spec/
_AUTOSCALERS: Final[Mapping[str, tuple[str, str, tuple[str, ...]]]] = {
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": ("minReplicas", "maxReplicas", ("behavior",)),
    "kubernetes:keda.sh/v1alpha1:ScaledObject": (
        "minReplicaCount",
        "maxReplicaCount",
        ("advanced", "horizontalPodAutoscalerConfig", "behavior"),
    ),
}
_BUDGET: Final = "kubernetes:policy/v1:PodDisruptionBudget"
_GPU: Final = "nvidia.com/gpu"
_POD: Final = ("spec", "template", "spec")
_TABLE: Final = Path(__file__).parents[2] / "data" / "gpus.json"
NOT_KNOWN: Final = "not known yet"
GPUS_PER_INSTANCE: Final[Mapping[str, int]] = json.loads(_TABLE.read_text())["gpus_per_instance"]
"""GPUs of an instance type, from the table that the program reads too; it names its source."""
# P and G are the families whose nodes offer GPUs: https://docs.aws.amazon.com/dlami/latest/devguide/gpu.html
_GPU_FAMILY: Final = re.compile(r"[pg]\d")

Moment: TypeAlias = Callable[[Step], State | None]


def before(step: Step) -> State | None:
    """Return the resource as it is."""
    return step.before


def after(step: Step) -> State | None:
    """Return the resource as it will be."""
    return step.after


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuGroup:
    """A node group with GPUs.

    Attributes:
        capacity: AWS capacity kind, e.g. `ON_DEMAND`.
        types: its instance types.
        minimum: its least nodes.
    """

    capacity: str
    types: tuple[str, ...]
    minimum: int

    @property
    def gpus(self) -> int:
        """GPUs that are there at the least size; a type without a number in the table counts for none."""
        return self.minimum * min((GPUS_PER_INSTANCE.get(each, 0) for each in self.types), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A Deployment whose pods ask for GPUs; times in seconds, None where they are not known.

    Attributes:
        gpus: GPUs of one replica.
        minimum: least replicas.
        maximum: most replicas.
        grace: termination grace period.
        pre_stop: how long a pod waits before its server is told to stop.
        start: how long a container may take to start.
        cold_start: what a replica takes where nothing is there yet, the phases and their sum; empty where nobody says.
        stabilisation: how long the autoscaler waits before it scales down.
        budget: what a drain may take at once, as written.
    """

    name: str
    gpus: int
    minimum: int
    maximum: int
    grace: int | None
    pre_stop: int
    start: int | None
    cold_start: str
    stabilisation: int | None
    budget: str

    @property
    def floor(self) -> int:
        """GPUs that the least replicas need."""
        return self.gpus * self.minimum

    @property
    def streaming(self) -> int | None:
        """Seconds that an answer has to end after the server was told to stop."""
        return None if self.grace is None else self.grace - self.pre_stop


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scaler:
    """What an autoscaler of any kind says: replicas, and s of stabilisation; None where it does not."""

    minimum: int | None
    maximum: int | None
    stabilisation: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A site at one moment; `version` is empty where it has no cluster then."""

    version: str
    groups: tuple[GpuGroup, ...]
    workloads: tuple[Workload, ...]

    @property
    def gpus(self) -> int:
        """GPUs at the least size of all groups."""
        return sum(group.gpus for group in self.groups)

    @property
    def floor(self) -> int:
        """GPUs that the least replicas of all workloads need."""
        return sum(workload.floor for workload in self.workloads)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place with a cluster, in the deployed state or after the change."""

    stack: str
    region: str
    name: str
    before: View
    after: View


def sites(plans: Iterable[Plan]) -> list[Site]:
    """Return the sites of all plans, in the plans' order, and by their letter within one."""
    steps: dict[tuple[str, str], list[Step]] = defaultdict(list)
    listed = [*plans]
    order = {plan.stack: place for place, plan in enumerate(listed)}
    for stack, step in all_steps(listed):
        if step.place.site:
            steps[stack, step.place.site].append(step)
    return [
        _site(stack, name, inside)
        for (stack, name), inside in sorted(steps.items(), key=lambda each: (order[each[0][0]], each[0][1]))
        if any(step.type == CLUSTER for step in inside)
    ]


def _site(stack: str, name: str, steps: list[Step]) -> Site:
    region = next(step.place.region for step in steps if step.type == CLUSTER)
    return Site(stack=stack, region=region, name=name, before=_view(steps, before), after=_view(steps, after))


def _view(steps: Iterable[Step], moment: Moment) -> View:
    by_type: dict[str, list[State]] = defaultdict(list)
    for step in steps:
        if state := moment(step):
            by_type[step.type].append(state)
    clusters = by_type[CLUSTER]
    return View(
        version=text(at(clusters[0], "version")) or NOT_KNOWN if clusters else "",
        groups=tuple(filter(None, map(_group, by_type[_NODE_GROUP]))),
        workloads=tuple(_workloads(by_type)),
    )


def _group(state: State) -> GpuGroup | None:
    types = tuple(texts(at(state, "instanceTypes")))
    if not any(map(_GPU_FAMILY.match, types)):
        return None
    least = number(at(state, "scalingConfig", "minSize")) or 0
    return GpuGroup(capacity=text(at(state, "capacityType")) or "ON_DEMAND", types=types, minimum=least)


def _workloads(by_type: Mapping[str, list[State]]) -> Iterator[Workload]:
    scalers = {
        _key(state, "spec", "scaleTargetRef", "name"): _scaler(state, *where)
        for token, where in _AUTOSCALERS.items()
        for state in by_type.get(token, [])
    }
    budgets = {_key(state, "metadata", "name"): state for state in by_type.get(_BUDGET, [])}
    for state in by_type.get(_DEPLOYMENT, []):
        if gpus := sum(map(_gpus, items(at(state, *_POD, "containers")))):
            key = _key(state, "metadata", "name")
            yield _workload(state, gpus, scalers.get(key), budgets.get(key))


def _scaler(state: State, least: str, most: str, behaviour: tuple[str, ...]) -> _Scaler:
    return _Scaler(
        minimum=number(at(state, "spec", least)),
        maximum=number(at(state, "spec", most)),
        stabilisation=number(at(state, "spec", *behaviour, "scaleDown", "stabilizationWindowSeconds")),
    )


def _key(state: State, *name: str) -> tuple[str, str]:
    return text(at(state, "metadata", "namespace")), text(at(state, *name))


def _gpus(container: Value) -> int:
    return number(dig(container, "resources", "limits", _GPU)) or 0


def _workload(state: State, gpus: int, scaler: _Scaler | None, budget: State | None) -> Workload:
    containers = items(at(state, *_POD, "containers"))
    fixed = number(at(state, "spec", "replicas")) or 1
    return Workload(
        name=text(at(state, "metadata", "name")),
        gpus=gpus,
        minimum=(scaler and scaler.minimum) or fixed,
        maximum=(scaler and scaler.maximum) or fixed,
        grace=number(at(state, *_POD, "terminationGracePeriodSeconds")),
        pre_stop=max(map(_pre_stop, containers), default=0),
        start=max(filter(None, map(starting.longest, containers)), default=None),
        cold_start=starting.cold_start(state),
        stabilisation=scaler and scaler.stabilisation,
        budget=_budget(budget),
    )


def _pre_stop(container: Value) -> int:
    return number(dig(container, "lifecycle", "preStop", "sleep", "seconds")) or 0


def _budget(state: State | None) -> str:
    spec = mapping(at(state, "spec"))
    for key in ("maxUnavailable", "minAvailable"):
        if key in spec:
            allowed = spec[key]
            return f"{key} {allowed:g}" if isinstance(allowed, float) else f"{key} {allowed}"
    return ""
