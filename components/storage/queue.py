"""The store of a region's queue: ElastiCache for Valkey, a primary and its replicas in zones of their own.

What it promises. A job that a replica has survives the loss of the primary and of its zone. Replication is
asynchronous, so whoever submits asks for a replica's word first (`REDIS_REPLICAS` of the worker's commands). An
append-only file is not to be had beside Multi-AZ: the loss of all nodes at once goes back to the last daily snapshot
(https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html). Nothing is evicted: a full store refuses
jobs instead of losing them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws.cloudwatch import MetricAlarm, MetricAlarmMetricQueryArgsDict
from pulumi_aws.elasticache import ReplicationGroup

from components.asynchronous import Store
from components.base import Component
from components.chosen import ChosenSecret, ChosenSecretArgs
from components.keys import EncryptionKey, EncryptionKeyArgs
from components.storage.places import Places, way_in
from components.storage.valkey import GroupArgs, replication_group

# BullMQ asks for it: https://docs.bullmq.io/guide/going-to-production#max-memory-policy
_EVICTION: Final = "noeviction"
# Of `maxmemory`, %, which leaves room for replication and snapshots; at 100 jobs are refused. The number is ours: what
# is left is the time to start workers, or nodes of a larger type.
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/redis-memory-management.html
_FULL: Final = 80
_MINUTE, _MINUTES = 60, 5


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
        where: its networks.
        topic: who is told of alarms, as ARN.
        protect: whether the engine refuses to delete it.
    """

    store: Store
    account: str
    where: Places
    topic: pulumi.Input[str]
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
        group = replication_group(name, self._group(key), self)
        self.host = group.primary_endpoint_address
        self._alarm(group)
        self.publish()

    def _key(self) -> pulumi.Output[str]:
        args = EncryptionKeyArgs(
            description=f"jobs and answers of {self._name}",
            account=self._args.account,
            statements=[],
            protect=self._args.protect,
        )
        return EncryptionKey(self._name, args, self.child()).arn

    def _group(self, key: pulumi.Input[str]) -> GroupArgs:
        args = self._args
        who = "the store of the queue, for pods of the region's sites"
        return GroupArgs(
            store=args.store,
            what="the queue of the asynchronous tier",
            eviction=_EVICTION,
            full="a full store refuses jobs instead of losing them",
            where=args.where,
            security=way_in(self._name, who, args.where, self.child()).id,
            key=key,
            password=self.password,
            protect=args.protect,
        )

    def _alarm(self, group: ReplicationGroup) -> None:
        """Alarm before the store refuses jobs: the fullest node decides, as any may be the primary next."""
        MetricAlarm(
            f"{self._name}-memory",
            alarm_description=f"{self._name} is nearly full, and will refuse jobs.",
            metric_queries=group.member_clusters.apply(_fullest),
            comparison_operator="GreaterThanThreshold",
            threshold=_FULL,
            evaluation_periods=_MINUTES,
            datapoints_to_alarm=_MINUTES,
            # Nodes of which nothing is heard are as bad.
            treat_missing_data="breaching",
            alarm_actions=[self._args.topic],
            ok_actions=[self._args.topic],
            tags={"Name": f"{self._name}-memory"},
            opts=self.child(),
        )


def _fullest(nodes: Sequence[str]) -> list[MetricAlarmMetricQueryArgsDict]:
    """Return the memory in use of the fullest node, % of its `maxmemory`.

    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html
    """
    each: list[MetricAlarmMetricQueryArgsDict] = [
        {
            "id": f"node{number}",
            "metric": {
                "namespace": "AWS/ElastiCache",
                "metric_name": "DatabaseMemoryUsagePercentage",
                "dimensions": {"CacheClusterId": node},
                "period": _MINUTE,
                "stat": "Maximum",
            },
        }
        for number, node in enumerate(sorted(nodes), start=1)
    ]
    return [*each, {"id": "fullest", "expression": "MAX(METRICS())", "return_data": True}]
