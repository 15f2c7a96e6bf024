"""Settings of the database, and where its members stand; pure."""

import uuid
from collections.abc import Sequence
from typing import Final, Self

from pydantic import Field, model_validator

from components.demand import DATABASE_TOOL, Demand
from components.vocabulary import Digest, Model, MysqlVersion, Text, Zone

USER: Final = "platform_admin"
"""The master user; `rdsgrprepladmin` is taken by group replication."""

MONITOR: Final = "monitor"
"""The account that reads the state of a group, which the bootstrap makes; copies of its members have it too."""

WITNESS: Final = "witness"
"""The member that stands in no site, so that there is an odd number of them."""

MOST_MEMBERS: Final = 9
"""Members of a group at most, a count.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-active-active-clusters-considerations-limitations.html
"""

_GROUPS: Final = uuid.UUID("4c1f2f5e-6d0b-4e5c-9d0a-5d1d6f0a7b11")
"""Namespace of the names of our groups; drawn once, and never to be changed: a group's name is part of every GTID."""


class Replica(Model):
    """What a standby has in place of a group: an asynchronous copy of its upstream's database."""

    lag_seconds: int = Field(ge=1, le=29, description="how far the copy may be behind until somebody is told, s")
    promoted: bool = Field(description="true cuts the copy off and makes it the database; there is no way back")


class Database(Model):
    """RDS for MySQL: members of a group in a primary, one copy of them in a standby."""

    image_digest: Digest = Field(
        description="digest of the image of the bootstrap and the exporter, in the region's own repository"
    )
    engine_version: MysqlVersion = Field(description="version of MySQL; members are brought to it one by one")
    instance_class: Text = Field(description="RDS instance class of each member")
    # gp3: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html
    storage_gib: int = Field(ge=20, le=65536, description="storage of each member at first, GiB")
    storage_maximum_gib: int = Field(ge=22, le=65536, description="what it may grow to by itself, GiB")
    backup_days: int = Field(ge=1, le=35, description="days that can be gone back to, to the second")
    deletion_protection: bool = Field(description="whether AWS refuses to delete a member")
    standby_zone: Zone | None = Field(
        default=None,
        description="zone of the standby of the first member, which standbys copy; holds nothing else",
    )
    replica: Replica | None = Field(default=None, description="of a standby only: its copy of the upstream's database")

    @model_validator(mode="after")
    def _grows(self) -> Self:
        # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
        if self.storage_maximum_gib * 10 < self.storage_gib * 11:
            raise ValueError(
                f"storage_maximum_gib {self.storage_maximum_gib} must be a tenth or more above storage_gib"
                f" {self.storage_gib}; raise it"
            )
        return self

    def demand(self) -> Demand:
        """Return what looks after a group asks for on a site: the exporter, its successor, and the bootstrap's job."""
        return DATABASE_TOOL.times(3)

    def pods(self) -> Sequence[tuple[Demand, int]]:
        """Return what runs on a site while the group is formed, and how many there are."""
        return [(DATABASE_TOOL, 2)]


def members(sites: Sequence[str]) -> Sequence[str]:
    """Return where a region's group has a member: in its sites, and in the witness's zone where those are even.

    One site has no group, as there is no zone to lose; beyond nine sites the others have none.
    """
    if len(sites) < 2:  # noqa: PLR2004 - two are what one of them may be lost of
        return ()
    voting = sites[:MOST_MEMBERS]
    return tuple(voting) if len(voting) % 2 else (*voting, WITNESS)


def group_name(stack: str) -> str:
    """Return the name of the group of a stack, a UUID that is always the same.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-active-active-clusters-parameters.html
    """
    return str(uuid.uuid5(_GROUPS, stack))
