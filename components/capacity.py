"""Settings of what serves and what it runs on: node groups, the model, and the quotas of the three domains."""

from typing import Self

from pydantic import Field, model_validator

from components import sizing
from components.demand import AGENT, POD, Demand, of_container
from components.vocabulary import Count, Model, Quantization, Text


class Range(Model):
    """A least and a most."""

    minimum: Count = Field(description="least, a count")
    maximum: Count = Field(description="most, a count")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.minimum > self.maximum:
            raise ValueError(f"minimum {self.minimum} is above maximum {self.maximum}; lower one or raise the other")
        return self


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


class Inference(Model):
    """The model and how it is served on each site."""

    model: Text = Field(description="model id")
    revision: Text = Field(description="revision of the weights")
    image: Text = Field(description="container image of the model server, by digest")
    quantization: Quantization = Field(description="number format of the weights")
    tensor_parallel: Count = Field(description="GPUs of one replica")
    replicas: Range = Field(description="replicas per site")
    concurrency: Count = Field(description="requests that one replica answers at the same time, a count")
    cpu: Count = Field(description="cores of one replica")
    memory_gib: Count = Field(description="memory of one replica, GiB")
    longest_stream_seconds: Count = Field(description="longest answer, s")
    pre_stop_seconds: Count = Field(description="wait before the server is told to stop, s")
    cpu_target_percent: int = Field(ge=1, le=100, description="CPU that the autoscaler aims at, %")
    scale_down_stabilisation_seconds: int = Field(ge=0, le=3600, description="wait before scaling down, s")

    def demand(self) -> Demand:
        """Return what the most replicas of a site ask for, each with an agent beside it.

        One more is counted than the autoscaler's most: a rolling update starts the new pod first.
        """
        replica = of_container(self.cpu, self.memory_gib, self.tensor_parallel) + AGENT + POD
        return replica.times(self.replicas.maximum + 1)


class Quota(Model):
    """The most that the pods of one domain may ask for on one site."""

    cpu: Count = Field(description="cores per site")
    memory_gib: Count = Field(description="memory per site, GiB")
    gpus: int = Field(ge=0, description="GPUs per site")
    pods: Count = Field(description="pods per site, a count")

    def shortage(self, demand: Demand) -> str:
        """Return what is too small for `demand`, in a few words; empty when it fits."""
        least = {
            "cpu": (self.cpu, -(-demand.millicores // 1000)),
            "memory_gib": (self.memory_gib, -(-demand.memory_mib // 1024)),
            "gpus": (self.gpus, demand.gpus),
            "pods": (self.pods, demand.pods),
        }
        return ", ".join(f"{key} {has} is below {needs}" for key, (has, needs) in least.items() if has < needs)


class Quotas(Model):
    """What each domain may take of a site."""

    business: Quota = Field(
        description="the inference tier and the access layer; holds the most replicas of both, and what an update adds"
    )
    data: Quota = Field(description="caches, queues and their workers")
    monitoring: Quota = Field(description="collectors and log shippers")
