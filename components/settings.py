"""The settings of a stack: the only place where its YAML enters. Units and meanings stand at each field."""

from enum import StrEnum
from ipaddress import IPv4Network
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from components import addressing, naming, sizing

_SHOWN = 4


class SettingsError(ValueError):
    """The stack's settings are wrong; the message is one line for people."""


class Role(StrEnum):
    """What a region is for."""

    PRIMARY = "primary"
    STANDBY = "standby"


class Phase(StrEnum):
    """How much of the platform is adopted."""

    FOUNDATION = "foundation"
    ASYNC = "async"
    FULL = "full"


def _network(text: str) -> str:
    return str(IPv4Network(text))


def _closed(text: str) -> str:
    if IPv4Network(text).prefixlen == 0:
        raise ValueError("0.0.0.0/0 opens the endpoint to everyone; list the networks of your people and CI")
    return _network(text)


Cidr = Annotated[str, AfterValidator(_network)]
ListedCidr = Annotated[str, AfterValidator(_closed)]
Region = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
Zone = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d[a-z]$")]
SiteName = Annotated[str, Field(pattern=r"^[a-o]$")]
Arn = Annotated[str, Field(pattern=r"^arn:aws:iam::\d{12}:(role|user)/.+$")]
Count = Annotated[int, Field(ge=1)]
Days = Annotated[int, Field(ge=1, le=3653)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class Network(_Model):
    """Addresses of the region."""

    cidr: Cidr = Field(description="the region's network, a /16; no other region may overlap it")
    witness_zone: Zone = Field(description="zone of the database witness; holds no workload")
    flow_log_retention_days: Days = Field(description="days that flow logs are kept")

    @model_validator(mode="after")
    def _is_a_16(self) -> Self:
        if not self.cidr.endswith("/16"):
            raise ValueError(f"cidr {self.cidr} must be a /16")
        return self


class Site(_Model):
    """One zone with one cluster."""

    name: SiteName = Field(description="one letter, a to o; fixes the site's addresses")
    zone: Zone = Field(description="its availability zone; no two sites share one")


class Cluster(_Model):
    """The EKS cluster of each site."""

    version: str = Field(pattern=r"^1\.\d\d$", description="Kubernetes version")
    service_cidr: Cidr = Field(description="addresses of Services")
    public_access_cidrs: list[ListedCidr] = Field(min_length=1, description="networks that reach the public endpoint")
    administrators: list[Arn] = Field(min_length=1, description="IAM principals with cluster admin")
    deletion_protection: bool = Field(description="whether EKS refuses to delete the cluster")
    log_retention_days: Days = Field(description="days that control-plane logs are kept")


class Range(_Model):
    """A least and a most."""

    minimum: Count = Field(description="least, a count")
    maximum: Count = Field(description="most, a count")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.minimum > self.maximum:
            raise ValueError(f"minimum {self.minimum} is above maximum {self.maximum}")
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

    instance_type: str = Field(description="EC2 instance type")


class GpuGroup(Group):
    """Nodes with GPUs of one capacity kind."""

    instance_types: list[str] = Field(min_length=1, description="EC2 instance types with GPUs")

    @model_validator(mode="after")
    def _known(self) -> Self:
        unknown = set(self.instance_types) - set(sizing.GPUS_PER_NODE)
        if unknown:
            raise ValueError(f"instance_types {sorted(unknown)} not of {sorted(sizing.GPUS_PER_NODE)}")
        return self

    def replicas(self, tensor_parallel: int) -> int:
        """Return how many replicas fit on the group at its least size."""
        return min(sizing.replicas_on(self.minimum, kind, tensor_parallel) for kind in self.instance_types)


class ReservedGroup(GpuGroup):
    """GPU nodes that are always there."""

    instance_types: list[str] = Field(min_length=1, max_length=1, description="the EC2 instance type with GPUs")
    reserve: bool = Field(description="whether to hold an on-demand capacity reservation of `initial` nodes")


class Nodes(_Model):
    """The node groups of each site."""

    system: SystemGroup = Field(description="nodes of the cluster's own services")
    reserved: ReservedGroup = Field(description="GPU nodes, on-demand or reserved")
    spot: GpuGroup = Field(description="GPU nodes, spot")


class Inference(_Model):
    """The model and how it is served on each site."""

    model: str = Field(min_length=1, description="model id")
    revision: str = Field(min_length=1, description="revision of the weights")
    image: str = Field(min_length=1, description="container image of the model server")
    quantization: str = Field(pattern=r"^(fp8|int8|awq)$", description="number format of the weights")
    tensor_parallel: Count = Field(description="GPUs of one replica")
    replicas: Range = Field(description="replicas per site")
    cpu: Count = Field(description="cores of one replica")
    memory_gib: Count = Field(description="memory of one replica, GiB")
    longest_stream_seconds: Count = Field(description="longest answer, s")
    pre_stop_seconds: Count = Field(description="wait before the server is told to stop, s")
    cpu_target_percent: int = Field(ge=1, le=100, description="CPU that the autoscaler aims at, %")
    scale_down_stabilisation_seconds: int = Field(ge=0, le=3600, description="wait before scaling down, s")


class Settings(_Model):
    """All of one stack's settings."""

    name: str = Field(pattern=r"^[a-z]([a-z0-9-]*[a-z0-9])?$", description="prefix of names; 30 characters at most")
    role: Role = Field(description="primary, or standby of another stack")
    region: Region = Field(description="AWS region")
    phase: Phase = Field(description="how much of the platform is adopted")
    owner: str = Field(min_length=1, description="team, as tag `owner`")
    cost_center: str = Field(min_length=1, description="who pays, as tag `cost`")
    protect: bool = Field(description="whether the engine refuses to delete stateful resources")
    upstream: str | None = Field(default=None, description="stack that a standby stands by for")
    network: Network = Field(description="addresses")
    sites: list[Site] = Field(min_length=1, max_length=15, description="one zone and cluster each")
    cluster: Cluster = Field(description="EKS")
    nodes: Nodes = Field(description="node groups")
    inference: Inference = Field(description="model serving")

    @classmethod
    def parse(cls, values: object) -> "Settings":
        """Return the settings in `values`; raises SettingsError with one line."""
        if not isinstance(values, dict):
            raise SettingsError(f"platform: got {values!r}, must be a mapping of settings; correct the stack's file")
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise SettingsError(_one_line(error)) from error

    @model_validator(mode="after")
    def _places(self) -> Self:
        names = [site.name for site in self.sites]
        zones = [*(site.zone for site in self.sites), self.network.witness_zone]
        if len(set(names)) < len(names):
            raise ValueError(f"sites have names {names}, must be distinct")
        if len(set(zones)) < len(zones):
            raise ValueError(f"zones {zones} (witness last) must be distinct")
        if foreign := [zone for zone in zones if zone[:-1] != self.region]:
            raise ValueError(f"zones {foreign} are not in region {self.region}")
        return self

    @model_validator(mode="after")
    def _names(self) -> Self:
        if why := naming.refusal(self.name, [site.name for site in self.sites]):
            raise ValueError(f"name {self.name}: {why}; take another or a shorter one")
        return self

    @model_validator(mode="after")
    def _addresses(self) -> Self:
        vpc, services = self.network.cidr, self.cluster.service_cidr
        if addressing.overlaps(vpc, services):
            raise ValueError(f"cluster.service_cidr {services} overlaps network.cidr {vpc}")
        if not addressing.same_side(vpc, services):
            raise ValueError(f"network.cidr {vpc} and cluster.service_cidr {services} must be on one side of 128.0.0.0")
        return self

    @model_validator(mode="after")
    def _upstream(self) -> Self:
        if (self.role is Role.STANDBY) != (self.upstream is not None):
            raise ValueError(f"role {self.role} with upstream {self.upstream}: a standby needs one, a primary has none")
        return self

    @model_validator(mode="after")
    def _survives(self) -> Self:
        least, gpus = self.inference.replicas.minimum, self.inference.tensor_parallel
        for kind, group in (("reserved", self.nodes.reserved), ("spot", self.nodes.spot)):
            if group.replicas(gpus) < least:
                raise ValueError(
                    f"nodes.{kind} alone holds {group.replicas(gpus)} replicas, must hold"
                    f" inference.replicas.minimum {least}; raise its minimum"
                )
        return self


def _one_line(error: ValidationError) -> str:
    found = error.errors()
    lines = [f"{'.'.join(map(str, ('platform', *each['loc'])))}: {each['msg']}" + _got(each["input"]) for each in found]
    more = f"; and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    return "; ".join(lines[:_SHOWN]) + more + "; correct the stack's settings file"


def _got(value: object) -> str:
    return "" if isinstance(value, dict | list) else f" (got {value!r})"
