"""Settings of the way to the database: ProxySQL of each site, and clients' pools, which follow the same numbers."""

from collections.abc import Sequence
from typing import Final, Self

from pydantic import Field, model_validator

from components.demand import PROXYSQL, PROXYSQL_RELOADER, Demand
from components.vocabulary import Count, Image, Model, Text

NAME: Final = "proxysql"
"""Name of the Deployment, and of what belongs to it."""

HOST: Final = "mysql"
"""The name by which clients reach the database through it."""

COPIES: Final = 2
"""Of ProxySQL on each site: one may be lost, or be updated."""

SURGE: Final = 1
"""What an update adds; it connects to the database beside those that are there."""


class Pools(Model):
    """The numbers of every pool on the way to the database; they stand nowhere else."""

    # No digest of a version that is fit for use is known here: the waivers of the policies say more.
    image: Text = Field(description="ProxySQL; 3.0.9 or later, as what was before takes commands of strangers")
    client_image: Image = Field(description="image with the `mysql` client, for what stands beside ProxySQL")
    size: int = Field(
        ge=2, le=1000, description="connections of one pool, a count; each ProxySQL has one pool for each member"
    )
    connect_milliseconds: int = Field(
        ge=1000, le=120_000, description="longest wait for a connection, ms; then the client gets an error"
    )
    idle_milliseconds: int = Field(
        ge=60_000, le=3_600_000, description="time after which a connection that nobody needs is closed, ms"
    )
    clients: Count = Field(description="client connections that one ProxySQL takes, a count")
    statement_milliseconds: int = Field(ge=1000, le=3_600_000, description="longest statement, ms; then it is killed")
    transaction_milliseconds: int = Field(
        ge=1000, le=3_600_000, description="longest transaction, ms; then its connection is closed"
    )
    packet_mib: int = Field(ge=1, le=1024, description="largest statement or row, MiB")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.transaction_milliseconds < self.statement_milliseconds:
            raise ValueError(
                f"transaction_milliseconds {self.transaction_milliseconds} is below statement_milliseconds"
                f" {self.statement_milliseconds}, so that no statement could take as long as it may; raise it"
            )
        return self

    @property
    def idle_connections(self) -> int:
        """Connections that a pool keeps while nobody needs them: a tenth, so that idle ones are closed at all."""
        return max(1, self.size // 10)

    @property
    def connections_per_member(self) -> int:
        """Connections that one site opens to one member at most, during an update."""
        return self.size * (COPIES + SURGE)

    def demand(self) -> Demand:
        """Return what ProxySQL's pods of a site ask for; a rolling update starts one more."""
        return (PROXYSQL + PROXYSQL_RELOADER).times(COPIES + SURGE)

    def pods(self) -> Sequence[tuple[Demand, int]]:
        """Return ProxySQL's pods of a site, and how many there are."""
        return [(PROXYSQL + PROXYSQL_RELOADER, COPIES)]
