"""The settings of a stack: the only place where its YAML enters. Units and meanings stand at each field."""

from enum import StrEnum
from typing import Self

from pydantic import Field, ValidationError, model_validator

from components import addressing, messages, naming
from components.asynchronous import Asynchronous
from components.database import Database
from components.durability import Durability
from components.forecast import Forecast
from components.node_groups import Nodes
from components.pools import Pools
from components.precompute import Precompute
from components.quotas import Quotas
from components.region import Cluster, Network, Site
from components.scaling import Scaling
from components.serving import Inference
from components.stores import Stores
from components.tenants import Tenants
from components.traffic import Access
from components.vocabulary import Model, Name, Region, Text


class SettingsError(ValueError):
    """The stack's settings are wrong; the message is one line for people."""


class Role(StrEnum):
    """What a region is for."""

    PRIMARY = "primary"
    STANDBY = "standby"


class Settings(Model):
    """All of one stack's settings."""

    name: Name = Field(description="prefix of names; 22 characters at most")
    role: Role = Field(strict=False, description="primary, or standby of another stack")
    region: Region = Field(description="AWS region")
    owner: Text = Field(description="team, as tag `owner`")
    cost_center: Text = Field(description="who pays, as tag `cost`")
    protect: bool = Field(description="whether the engine refuses to delete stateful resources")
    upstream: Text | None = Field(default=None, description="stack that a standby stands by for")
    network: Network = Field(description="addresses")
    sites: list[Site] = Field(min_length=1, max_length=15, description="one zone and cluster each")
    cluster: Cluster = Field(description="EKS")
    access: Access = Field(description="entry, gateway and service discovery")
    nodes: Nodes = Field(description="node groups")
    scaling: Scaling = Field(description="how many replicas there are")
    inference: Inference = Field(description="model serving")
    asynchronous: Asynchronous = Field(description="requests that somebody reads the answer of later")
    database: Database = Field(description="MySQL: a group in a primary, its copy in a standby")
    pools: Pools = Field(description="the way to the database: ProxySQL, and clients' pools")
    stores: Stores = Field(description="where answers are kept")
    durability: Durability = Field(description="what outlives a mistake, or the region")
    precompute: Precompute = Field(description="answers made ahead of their questions")
    forecast: Forecast = Field(description="the traffic that the sizes are planned for")
    tenants: Tenants = Field(default=[], description="whose pods run beside the platform's; each has a namespace")
    quotas: Quotas = Field(description="the most that each domain may ask for")

    @classmethod
    def parse(cls, values: object) -> "Settings":
        """Return the settings in `values`; raises SettingsError with one line."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise SettingsError(messages.one_line(cls, error)) from error

    @model_validator(mode="after")
    def _places(self) -> Self:
        messages.distinct("names", [site.name for site in self.sites])
        zones = [*(site.zone for site in self.sites), self.network.witness_zone]
        messages.distinct("zones (the last is network.witness_zone)", zones)
        zones += [self.database.standby_zone] if self.database.standby_zone else []
        messages.distinct("zones (the last is database.standby_zone)", zones)
        messages.distinct("reservation_ids", [site.reservation_id for site in self.sites if site.reservation_id])
        if foreign := [zone for zone in zones if zone[:-1] != self.region]:
            raise ValueError(f"zones {foreign} are not in region {self.region}; take zones of it, like {self.region}a")
        return self

    @model_validator(mode="after")
    def _names(self) -> Self:
        if why := naming.refusal(
            self.name, [site.name for site in self.sites], owns_entry=self.access.entry is not None
        ):
            raise ValueError(f"name {self.name}: {why}; take another or a shorter one")
        return self

    @model_validator(mode="after")
    def _addresses(self) -> Self:
        vpc, services = self.network.cidr, self.cluster.service_cidr
        if addressing.overlaps(vpc, services):
            raise ValueError(f"cluster.service_cidr {services} overlaps network.cidr {vpc}; take another for one")
        if not addressing.same_side(vpc, services):
            raise ValueError(
                f"network.cidr {vpc} and cluster.service_cidr {services} must be on one side of 128.0.0.0;"
                " take both from 10.0.0.0/8, or both from above"
            )
        return self

    @model_validator(mode="after")
    def _upstream(self) -> Self:
        if (self.role is Role.STANDBY) != (self.upstream is not None):
            raise ValueError(f"role {self.role} with upstream {self.upstream}: a standby needs one, a primary has none")
        if why := self.durability.misplaced(self.region, self.upstream):
            raise ValueError(f"durability.standby: {why}")
        return self

    @model_validator(mode="after")
    def _entry(self) -> Self:
        if (self.role is Role.PRIMARY) != (self.access.entry is not None):
            raise ValueError(
                f"role {self.role} with access.entry {self.access.entry}: a primary has one, a standby joins another's"
            )
        return self

    @model_validator(mode="after")
    def _database(self) -> Self:
        found = (self.database.standby_zone is not None, self.database.replica is not None)
        if found != (self.role is Role.PRIMARY, self.role is Role.STANDBY):
            raise ValueError(
                f"role {self.role} with database.standby_zone {self.database.standby_zone} and database.replica"
                f" {self.database.replica}: a primary has the first, a standby the second"
            )
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

    @model_validator(mode="after")
    def _fits(self) -> Self:
        groups = (self.nodes.reserved, self.nodes.spot, self.nodes.on_demand)
        for kind in sorted({kind for group in groups for kind in group.instance_types}):
            if short := self.inference.cache_shortage(kind):
                raise ValueError(
                    f"inference: {short}; lower concurrency, mean_tokens, context_tokens or batching, raise"
                    " tensor_parallel, or take nodes with more GPU memory"
                )
        return self

    @model_validator(mode="after")
    def _keeps(self) -> Self:
        held, ends = self.scaling.fallback.replicas, self.inference.replicas
        if not ends.minimum <= held <= ends.maximum:
            raise ValueError(
                f"scaling.fallback.replicas {held} must be from inference.replicas.minimum {ends.minimum}"
                f" to maximum {ends.maximum}; take one of them or between"
            )
        return self

    @model_validator(mode="after")
    def _room(self) -> Self:
        demand = self.inference.demand() + self.access.demand() + self.quotas.precompute.demand()
        if short := self.quotas.business.shortage(demand):
            raise ValueError(
                f"quotas.business: {short}, which the most replicas and gateways need in an update beside precompute;"
                " raise it, or lower inference.replicas.maximum, access.gateway.replicas.maximum or quotas.precompute"
            )
        demand = self.asynchronous.demand() + self.pools.demand() + self.database.demand()
        if short := self.quotas.data.shortage(demand):
            raise ValueError(
                f"quotas.data: {short}, for the database's pods and asynchronous.workers.maximum; raise it or lower"
                " that"
            )
        beside = [
            *self.scaling.pods(), *self.asynchronous.pods(), *self.pools.pods(), *self.database.pods(),
        ]  # fmt: skip
        demand = self.scaling.prometheus.demand() + self.quotas.log_shipping.demand()
        if short := self.quotas.monitoring.shortage(demand):
            raise ValueError(
                f"quotas.monitoring: {short}, which Prometheus needs in an update beside log shippers; raise it,"
                " or lower quotas.log_shipping"
            )
        if why := self.access.crowding(self.nodes.system, beside):
            raise ValueError(f"nodes.system: {why}; take more or larger nodes, or lower access.gateway.replicas")
        return self

    @model_validator(mode="after")
    def _precomputed(self) -> Self:
        least = self.inference.replicas.minimum
        if not self.precompute.in_flight(self.inference.concurrency, least):
            raise ValueError(
                f"precompute.share_percent {self.precompute.share_percent} of inference.concurrency"
                f" {self.inference.concurrency} times {least} replicas is less than one request; raise it"
            )
        return self
