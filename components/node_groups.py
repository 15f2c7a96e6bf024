"""Settings of what a site runs on: its node groups, and how they grow and shrink."""

from typing import Self

from pydantic import Field, model_validator

from components import sizing
from components.demand import Demand
from components.vocabulary import Count, Model, Percent, Range, Seconds, Text


class Group(Range):
    """Size of a node group on each site."""

    initial: Count = Field(description="nodes at creation; the autoscaler owns the number afterwards")
    disk_gib: int = Field(ge=20, description="root disk, GiB")

    @model_validator(mode="after")
    def _within(self) -> Self:
        if not self.minimum <= self.initial <= self.maximum:
            raise ValueError(f"initial {self.initial} must be from {self.minimum} to {self.maximum}")
        return self


class SystemGroup(Group):
    """Nodes without GPUs."""

    instance_type: Text = Field(description="EC2 instance type")

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.instance_type not in sizing.NODE_SIZES:
            raise ValueError(f"instance_type {self.instance_type!r} must be of {sorted(sizing.NODE_SIZES)}")
        return self

    def room(self) -> Demand:
        """Return what pods of the business domain may ask for on one node."""
        return sizing.room_on(self.instance_type)


class GpuGroup(Group):
    """Nodes with GPUs of one capacity kind."""

    instance_types: list[str] = Field(min_length=1, description="EC2 instance types with GPUs")

    @model_validator(mode="after")
    def _known(self) -> Self:
        unknown = set(self.instance_types) - set(sizing.GPUS_PER_NODE)
        if unknown:
            raise ValueError(f"instance_types {sorted(unknown)} must be of {sorted(sizing.GPUS_PER_NODE)}")
        return self

    def replicas(self, tensor_parallel: int) -> int:
        """Return how many replicas fit on the group at its least size."""
        return min(sizing.replicas_on(self.minimum, kind, tensor_parallel) for kind in self.instance_types)


class ReservedGroup(GpuGroup):
    """GPU nodes that are always there."""

    instance_types: list[str] = Field(min_length=1, max_length=1, description="the EC2 instance type with GPUs")
    reserve: bool = Field(
        description="whether to hold an on-demand capacity reservation of `initial` nodes on a site that names none"
    )
    spare: int = Field(
        ge=0, description="nodes of `minimum` that the least replicas leave free: running, with image and weights there"
    )

    def replicas(self, tensor_parallel: int) -> int:
        """Return how many replicas fit on the group at its least size, its spare nodes left free."""
        return sizing.replicas_on(self.minimum - self.spare, self.instance_types[0], tensor_parallel)


class FallbackGroup(GpuGroup):
    """GPU nodes that stand in for others; there may be none."""

    instance_types: list[str] = Field(
        min_length=1, description="EC2 instance types with GPUs, the first asked for first"
    )
    minimum: int = Field(ge=0, description="least, a count")
    initial: int = Field(ge=0, description="nodes at creation; what the other groups lack owns the number afterwards")


class Rule(Model):
    """When an alarm rings, and how many nodes that adds to each group."""

    period_seconds: Seconds = Field(multiple_of=60, description="time that one value of the metric is of, s")
    periods: Count = Field(description="periods in a row above the threshold that ring the alarm, a count")
    add_percent: Percent = Field(description="nodes that are added, % of those wanted; rounded down, 1 at least")
    warm_up_seconds: Seconds = Field(description="time after that in which the rule adds no more, s")


class UseRule(Rule):
    """Nodes follow how much of them is in use."""

    above_percent: Percent = Field(description="threshold, mean over the nodes of a group, %")


class QueueRule(Rule):
    """Nodes follow how much waits for them."""

    above: Count = Field(description="threshold, jobs that wait in the queue of the asynchronous tier, a count")


class Fallback(Model):
    """When on-demand nodes stand in for nodes of the other kinds that do not come."""

    period_seconds: Seconds = Field(multiple_of=60, description="time that one count of nodes is of, s")
    periods: Count = Field(description="periods in a row in which nodes are missing, a count")
    warm_up_seconds: Seconds = Field(description="time after that in which no more are added, s")


class ScaleOut(Model):
    """What adds GPU nodes, and nothing else does."""

    cpu: UseRule = Field(description="CPU in use")
    memory: UseRule = Field(description="memory in use")
    queue: QueueRule = Field(description="length of the queue")
    fallback: Fallback = Field(
        description="nodes.on_demand stands in for what nodes.reserved and nodes.spot are short of"
    )


class ScaleIn(Model):
    """What takes GPU nodes away: a job in the cluster, one node at a time, after a drain."""

    image: Text = Field(description="container image with Python 3.11 or later and boto3 on its path, by digest")
    every_minutes: int = Field(ge=1, le=59, description="time between two looks for a node to take away, min")
    idle_minutes: Count = Field(description="how long a node has had no pod with a GPU before it goes, min")
    drain_minutes: Count = Field(description="how long its last pods may take to leave; then it stays, min")


class Nodes(Model):
    """The node groups of each site."""

    system: SystemGroup = Field(description="nodes of the cluster's own services")
    reserved: ReservedGroup = Field(description="GPU nodes that are always there, on-demand or reserved: the base")
    spot: GpuGroup = Field(description="GPU nodes, spot: the burst")
    on_demand: FallbackGroup = Field(description="GPU nodes, on-demand: in place of those that do not come")
    scale_out: ScaleOut = Field(description="when GPU nodes are added")
    scale_in: ScaleIn = Field(description="when GPU nodes are taken away")
