"""Settings of the access layer: the global entry, the gateway of each site, and how it finds the model servers."""

from collections.abc import Sequence
from typing import Self

from pydantic import Field, model_validator

from components import sizing
from components.demand import AGENT, CONSUL_SERVER, CONSUL_SERVERS, KEEPER, POD, TEMPLATE, Demand, of_container
from components.node_groups import SystemGroup
from components.vocabulary import Count, Domain, Model, Percent, Range, Text


class RateLimit(Model):
    """A token bucket; a site's gateways share it evenly."""

    requests_per_second: Count = Field(description="tokens that flow in, requests/s per site")
    burst: Count = Field(description="tokens that it holds, requests per site")


class Pool(Model):
    """Connections of one gateway worker to the model servers."""

    idle_connections: Count = Field(description="connections kept open, a count per worker")
    keep_alive_seconds: Count = Field(description="how long an idle one is kept, s")
    connect_timeout_seconds: Count = Field(description="wait for a new one, s")
    read_timeout_seconds: Count = Field(
        description="longest silence of a model server within an answer that is not streamed, s"
    )


class Breaker(Model):
    """When a model server is left alone, and for how long."""

    failures: Count = Field(description="failures in a row that open it, a count")
    pause_seconds: Count = Field(description="wait before one request tries again, s")


class Retry(Model):
    """What a request that failed before its first byte may try again; nothing is tried after it."""

    tries: int = Field(ge=1, le=5, description="model servers that one request may try, a count")
    budget_percent: Percent = Field(description="retries of all requests of the last ten seconds, %")


class SharedCache(Model):
    """Answers that all gateways of the region find in Redis when they have none of their own."""

    ttl_seconds: Count = Field(
        description="how long an answer stays there, s; the same in all regions that share answers"
    )
    largest_kib: Count = Field(description="largest answer that goes there, KiB")
    timeout_milliseconds: Count = Field(
        description="wait for each step of Redis, ms; it is left alone for a second or more after one that takes longer"
    )


class Cache(Model):
    """Answers that the gateway keeps: only those of cacheable routes, each for its own tenant."""

    size_mib: Count = Field(description="room on disk of one gateway, MiB")
    fresh_seconds: Count = Field(description="how long an answer is served without asking, s")
    stale_seconds: Count = Field(description="how long after that it is served while a new one is fetched, s")
    shared: SharedCache | None = Field(default=None, description="the second level; none means each for itself")

    @model_validator(mode="after")
    def _shared_stays_longer(self) -> Self:
        if self.shared and self.shared.ttl_seconds <= self.fresh_seconds:
            raise ValueError(
                f"ttl_seconds {self.shared.ttl_seconds} must be above fresh_seconds {self.fresh_seconds}, or no gateway"
                " finds there what it has not got itself"
            )
        return self


class Gateway(Model):
    """The Nginx gateway of each site."""

    image: Text = Field(description="container image of Nginx, by digest")
    replicas: Range = Field(description="gateways per site")
    cpu: Count = Field(description="cores of one gateway")
    memory_gib: Count = Field(description="memory of one gateway, GiB")
    client: RateLimit = Field(description="limit of one client address")
    tenant: RateLimit = Field(description="limit of one tenant, known by its API key")
    pool: Pool = Field(description="connections to the model servers")
    retry: Retry = Field(description="second tries")
    breaker: Breaker = Field(description="circuit breaker of one model server")
    slow_start_seconds: Count = Field(description="time in which a returning model server gets its full share, s")
    cache: Cache = Field(description="cached answers")
    body_limit_kib: Count = Field(description="largest request body, KiB")

    @property
    def longest_answer_seconds(self) -> int:
        """After this time, s, an answer that is not streamed has come, or all its tries have failed."""
        return self.retry.tries * (self.pool.connect_timeout_seconds + self.pool.read_timeout_seconds)

    def pod(self) -> Demand:
        """Return what one gateway asks for, with what runs beside it."""
        return of_container(self.cpu, self.memory_gib) + TEMPLATE + AGENT + POD


class Discovery(Model):
    """Consul of each site, and the check of every model server."""

    image: Text = Field(description="container image of Consul, by digest")
    template_image: Text = Field(description="container image of consul-template, by digest")
    disk_gib: Count = Field(description="volume of one Consul server, GiB")
    interval_seconds: Count = Field(description="time between two checks, s")
    timeout_seconds: Count = Field(description="wait for the answer to a check, s")
    failures: Count = Field(description="failed checks in a row that make a server critical, a count")
    passing_weight: Count = Field(description="share of traffic while passing, relative")
    warning_weight: Count = Field(description="share of traffic while warning, relative")

    @model_validator(mode="after")
    def _check_ends(self) -> Self:
        if self.timeout_seconds >= self.interval_seconds:
            raise ValueError(
                f"timeout_seconds {self.timeout_seconds} must be below interval_seconds {self.interval_seconds}"
            )
        return self


class Firewall(Model):
    """Requests that the firewall lets through in five minutes."""

    per_address: int = Field(ge=10, description="requests of one client address in five minutes")
    per_key: int = Field(ge=10, description="requests of one API key in five minutes")


class Entry(Model):
    """The global entry; only a primary has one, and its standby joins it."""

    domain: Domain = Field(description="DNS zone; the API answers at api.<domain>")
    firewall: Firewall = Field(description="rate rules of WAF")


class Access(Model):
    """The way from a client's DNS look-up to a model server."""

    entry: Entry | None = Field(default=None, description="the global entry, in a primary only")
    dial_percent: int = Field(ge=0, le=100, description="share of the region's clients that its sites take, %")
    gateway: Gateway = Field(description="Nginx")
    discovery: Discovery = Field(description="Consul")

    def demand(self) -> Demand:
        """Return what the layer's pods of a site ask for; a rolling update starts one gateway more than the most."""
        gateways = self.gateway.pod().times(self.gateway.replicas.maximum + 1)
        return gateways + CONSUL_SERVER.times(CONSUL_SERVERS) + KEEPER.times(2)

    def crowding(self, system: SystemGroup, others: Sequence[tuple[Demand, int]]) -> str:
        """Return where the layer's pods find no room on the system nodes beside `others`; empty where they do.

        Consul's servers have a node each: two of three on one that dies would be the quorum. The rest is spread
        evenly, so the fullest node decides: with the most gateways on the most nodes, and with the least of both
        after the loss of a node, since nobody waits for a new one then.
        """
        if system.minimum < CONSUL_SERVERS:
            return f"minimum {system.minimum} must be at least {CONSUL_SERVERS}, one for each Consul server"
        most, least = self.gateway.replicas.maximum + 1, self.gateway.replicas.minimum
        for nodes, gateways in ((system.maximum, most), (system.minimum - 1, least)):
            own = [(self.gateway.pod(), gateways), (CONSUL_SERVER, CONSUL_SERVERS)]
            if why := _beyond(sizing.spread_over(nodes, [*own, *others]), system.room()):
                beside = f"{CONSUL_SERVERS} Consul servers and {sum(count for _, count in others)} others"
                return f"{gateways} gateways, {beside} on {nodes} nodes need {why}"
        return ""


def _beyond(full: Demand, room: Demand) -> str:
    if full.millicores > room.millicores:
        return f"{full.millicores} thousandths of a core on one, {room.millicores} are free"
    if full.memory_mib > room.memory_mib:
        return f"{full.memory_mib} MiB on one, {room.memory_mib} are free"
    return ""
