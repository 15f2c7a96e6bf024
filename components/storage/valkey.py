"""An ElastiCache group for Valkey: a primary and its replicas in zones of their own, encrypted, behind a password."""

from dataclasses import dataclass
from typing import Final, TypedDict

import pulumi
from pulumi_aws.elasticache import ParameterGroup, ReplicationGroup, SubnetGroup

from components.asynchronous import Store
from components.ports import REDIS_PORT
from components.storage.places import Places

# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html
_FAMILY: Final = "valkey8"
# An hour, UTC, in which the Americas sleep, and the maintenance after it.
SNAPSHOTS: Final = "07:00-08:00"
MAINTENANCE: Final = "sun:08:30-sun:09:30"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupArgs:
    """What a group is made of.

    Attributes:
        store: its settings.
        what: what it is, for people.
        eviction: its `maxmemory-policy`, what goes when it is full.
        full: the same for people.
        where: its networks.
        security: id of its security group.
        key: that encrypts it, as ARN.
        password: what clients show it.
        protect: whether the engine refuses to delete it.
    """

    store: Store
    what: str
    eviction: str
    full: str
    where: Places
    security: pulumi.Input[str]
    key: pulumi.Input[str]
    password: pulumi.Input[str]
    protect: bool


def replication_group(name: str, args: GroupArgs, parent: pulumi.Resource) -> ReplicationGroup:
    """Return the group with its own parameters and subnets, all of them children of `parent`."""
    store, opts = args.store, pulumi.ResourceOptions(parent=parent)
    return ReplicationGroup(
        name,
        **_guarded(name, store),
        replication_group_id=name,
        description=args.what,
        engine="valkey",
        engine_version=store.engine_version,
        node_type=store.node_type,
        num_cache_clusters=store.replicas + 1,
        port=REDIS_PORT,
        parameter_group_name=_parameters(name, args, opts).name,
        subnet_group_name=_subnets(name, args.where, opts).name,
        security_group_ids=[args.security],
        kms_key_id=args.key,
        auth_token=args.password,
        tags={"Name": name},
        opts=pulumi.ResourceOptions(parent=parent, protect=args.protect),
    )


def _parameters(name: str, args: GroupArgs, opts: pulumi.ResourceOptions) -> ParameterGroup:
    return ParameterGroup(
        name,
        family=_FAMILY,
        description=args.full,
        parameters=[{"name": "maxmemory-policy", "value": args.eviction}],
        tags={"Name": name},
        opts=opts,
    )


def _subnets(name: str, where: Places, opts: pulumi.ResourceOptions) -> SubnetGroup:
    return SubnetGroup(
        name, description="one subnet a zone", subnet_ids=list(where.subnets), tags={"Name": name}, opts=opts
    )


class _Guards(TypedDict):
    """What keeps the data from others, and from being lost."""

    at_rest_encryption_enabled: bool
    transit_encryption_enabled: bool
    automatic_failover_enabled: bool
    multi_az_enabled: bool
    snapshot_retention_limit: int
    snapshot_window: str
    final_snapshot_identifier: str
    maintenance_window: str
    auto_minor_version_upgrade: bool
    apply_immediately: bool


def _guarded(name: str, store: Store) -> _Guards:
    return {
        "at_rest_encryption_enabled": True,
        "transit_encryption_enabled": True,
        "automatic_failover_enabled": True,
        "multi_az_enabled": True,
        "snapshot_retention_limit": store.snapshot_days,
        "snapshot_window": SNAPSHOTS,
        "final_snapshot_identifier": f"{name}-final",
        "maintenance_window": MAINTENANCE,
        "auto_minor_version_upgrade": True,
        # What would restart nodes waits for the maintenance window.
        "apply_immediately": False,
    }
