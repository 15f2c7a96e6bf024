"""Settings of what a site runs on: its node groups."""

from typing import Self

from pydantic import Field, model_validator

from components import sizing
from components.demand import Demand
from components.vocabulary import Count, Model, Range, Text


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


class Nodes(Model):
    """The node groups of each site."""

    system: SystemGroup = Field(description="nodes of the cluster's own services")
    reserved: ReservedGroup = Field(description="GPU nodes, on-demand or reserved")
    spot: GpuGroup = Field(description="GPU nodes, spot")
