"""The store of a region's queue: ElastiCache for Valkey, a primary and its replicas in zones of their own.

What it promises. A job that a replica has survives the loss of the primary and of its zone. Replication is
asynchronous, so whoever submits asks for a replica's word first (`REDIS_REPLICAS` of the worker's commands). An
append-only file is not to be had beside Multi-AZ: the loss of all nodes at once goes back to the last daily snapshot
(https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html). Nothing is evicted: a full store refuses
jobs instead of losing them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypedDict

import pulumi
from pulumi_aws.ec2 import SecurityGroup
from pulumi_aws.elasticache import ParameterGroup, ParameterGroupParameterArgsDict, ReplicationGroup, SubnetGroup
from pulumi_aws.vpc import SecurityGroupIngressRule

from components.asynchronous import Store
from components.base import Component
from components.chosen import ChosenSecret, ChosenSecretArgs
from components.keys import EncryptionKey, EncryptionKeyArgs
from components.ports import REDIS_PORT

# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html
_FAMILY: Final = "valkey8"
# BullMQ asks for it: https://docs.bullmq.io/guide/going-to-production#max-memory-policy
_EVICTION: Final[ParameterGroupParameterArgsDict] = {"name": "maxmemory-policy", "value": "noeviction"}
# An hour, UTC, in which the Americas sleep, and the maintenance after it.
_SNAPSHOTS: Final = "07:00-08:00"
_MAINTENANCE: Final = "sun:08:30-sun:09:30"


class QueuePassword(ChosenSecret):
    """What workers show the store."""

    type_path = "storage:QueuePassword"
    description = "What workers show the store of the queue"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStoreArgs:
    """What the store is made of.

    Attributes:
        store: its settings.
        account: the AWS account.
        vpc: id of the region's network.
        subnets: where its nodes are, one for each zone, two or more.
        clients: networks that reach it, as CIDRs.
        protect: whether the engine refuses to delete it.
    """

    store: Store
    account: str
    vpc: pulumi.Input[str]
    subnets: Sequence[pulumi.Input[str]]
    clients: Sequence[str]
    protect: bool


class QueueStore(Component):
    """The store; `host` is its primary's name, which moves to a replica when the primary is lost."""

    type_path = "storage:QueueStore"
    host: pulumi.Output[str]

    def __init__(self, name: str, args: QueueStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        key = self._key()
        password = ChosenSecretArgs(key=key, protect=args.protect)
        # For pods, and for the store itself; never an output of the stack.
        self.password: pulumi.Output[str] = QueuePassword(name, password, self.child()).value
        self.host = self._group(key, self._security_group()).primary_endpoint_address
        self.publish()

    def _key(self) -> pulumi.Output[str]:
        args = EncryptionKeyArgs(
            description=f"jobs and answers of {self._name}",
            account=self._args.account,
            statements=[],
            protect=self._args.protect,
        )
        return EncryptionKey(self._name, args, self.child()).arn

    def _security_group(self) -> SecurityGroup:
        group = SecurityGroup(
            self._name,
            vpc_id=self._args.vpc,
            description="the store of the queue, for pods of the region's sites",
            tags={"Name": self._name},
            opts=self.child(),
        )
        for number, cidr in enumerate(self._args.clients):
            SecurityGroupIngressRule(
                f"{self._name}-{number}",
                security_group_id=group.id,
                cidr_ipv4=cidr,
                ip_protocol="tcp",
                from_port=REDIS_PORT,
                to_port=REDIS_PORT,
                description=f"pods in {cidr}",
                opts=self.child(),
            )
        return group

    def _parameters(self) -> ParameterGroup:
        return ParameterGroup(
            self._name,
            family=_FAMILY,
            description="a full store refuses jobs instead of losing them",
            parameters=[_EVICTION],
            tags={"Name": self._name},
            opts=self.child(),
        )

    def _subnets(self) -> SubnetGroup:
        return SubnetGroup(
            self._name,
            description="one subnet a zone",
            subnet_ids=list(self._args.subnets),
            tags={"Name": self._name},
            opts=self.child(),
        )

    def _group(self, key: pulumi.Input[str], security: SecurityGroup) -> ReplicationGroup:
        store = self._args.store
        return ReplicationGroup(
            self._name,
            **_guarded(self._name, store),
            replication_group_id=self._name,
            description="the queue of the asynchronous tier",
            engine="valkey",
            engine_version=store.engine_version,
            node_type=store.node_type,
            num_cache_clusters=store.replicas + 1,
            port=REDIS_PORT,
            parameter_group_name=self._parameters().name,
            subnet_group_name=self._subnets().name,
            security_group_ids=[security.id],
            kms_key_id=key,
            auth_token=self.password,
            tags={"Name": self._name},
            opts=pulumi.ResourceOptions(parent=self, protect=self._args.protect),
        )


class _Guards(TypedDict):
    """What keeps jobs from others, and from being lost."""

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
        "snapshot_window": _SNAPSHOTS,
        "final_snapshot_identifier": f"{name}-final",
        "maintenance_window": _MAINTENANCE,
        "auto_minor_version_upgrade": True,
        # What would restart nodes waits for the maintenance window.
        "apply_immediately": False,
    }
