"""The table that all regions share and each of them writes: MemoryDB Multi-Region, with CRDTs.

The primary makes the multi-Region cluster and its own member, a standby joins by the name that it is told. A region
that is lost is lost alone: the other goes on with its own member, and there is nothing to promote. Each region may be
behind the others by the time that writes take, less than a second as a rule, which nothing guarantees
(https://docs.aws.amazon.com/memorydb/latest/devguide/multi-region.prereq.html); what that means for whoever writes
stands in `keyspace/table.py`.
"""

from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws.cloudwatch import MetricAlarm
from pulumi_aws.memorydb import Acl, Cluster, MultiRegionCluster, SubnetGroup, User

from components.base import Component
from components.chosen import ChosenSecret, ChosenSecretArgs
from components.ports import REDIS_PORT
from components.storage.places import Places
from components.storage.valkey import MAINTENANCE, SNAPSHOTS
from components.stores import Shared
from keyspace.commands import access_string

# No page says by which dimensions the lag is told apart, so all that the region knows of it are asked, by name:
# https://docs.aws.amazon.com/memorydb/latest/devguide/multi-Region.monitoring.html
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html
_LAG: Final = 'SELECT MAX(MultiRegionClusterReplicationLag) FROM "AWS/MemoryDB"'
_MINUTE: Final = 60
_PERIODS: Final = 3


class SharedPassword(ChosenSecret):
    """What pods show the table."""

    type_path = "storage:SharedPassword"
    description = "What pods show the table that regions share"


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedTableArgs:
    """What a region's member is made of.

    Attributes:
        shared: its settings.
        joined: name of the multi-Region cluster to join; None where it is to be made.
        where: its networks.
        security: id of its security group.
        topic: who is told of alarms, as ARN.
        key: that encrypts it, as ARN; each region has its own.
        protect: whether the engine refuses to delete it.
    """

    shared: Shared
    joined: pulumi.Input[str] | None
    where: Places
    security: pulumi.Input[str]
    topic: pulumi.Input[str]
    key: pulumi.Input[str]
    protect: bool


class SharedTable(Component):
    """The region's member.

    Attributes:
        host: name of all its shards' nodes; a client of clusters finds the right one.
        user: whom pods say they are.
        password: what they show.
        cluster_name: of the multi-Region cluster, for the regions that join.
    """

    type_path = "storage:SharedTable"
    host: pulumi.Output[str]

    def __init__(self, name: str, args: SharedTableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self._kept = pulumi.ResourceOptions(parent=self, protect=args.protect)
        secret = ChosenSecretArgs(key=args.key, protect=args.protect)
        # For pods, and for the user's own record; never an output of the stack.
        self.password: pulumi.Output[str] = SharedPassword(name, secret, self.child()).value
        self.user = name
        self.cluster_name: pulumi.Input[str] = args.joined or self._all_regions().multi_region_cluster_name
        member = self._member(self._access())
        self.host = member.cluster_endpoints.apply(lambda found: (found[0].address if found else None) or "")
        self._alarm(member)
        self.publish()

    def _all_regions(self) -> MultiRegionCluster:
        shared = self._args.shared
        return MultiRegionCluster(
            self._name,
            multi_region_cluster_name_suffix=self._name,
            description="answers that all regions know",
            engine="valkey",
            engine_version=shared.engine_version,
            node_type=shared.node_type,
            num_shards=shared.shards,
            tls_enabled=True,
            tags={"Name": self._name},
            opts=self._kept,
        )

    def _access(self) -> Acl:
        user = User(
            self._name,
            user_name=self.user,
            access_string=access_string(),
            authentication_mode={"type": "password", "passwords": [self.password]},
            tags={"Name": self._name},
            opts=self.child(),
        )
        return Acl(
            self._name, name=self._name, user_names=[user.user_name], tags={"Name": self._name}, opts=self.child()
        )

    def _subnets(self) -> SubnetGroup:
        return SubnetGroup(
            self._name,
            description="one subnet a zone",
            subnet_ids=list(self._args.where.subnets),
            tags={"Name": self._name},
            opts=self.child(),
        )

    def _member(self, acl: Acl) -> Cluster:
        """Engine, version, shards and parameters are those of the multi-Region cluster."""
        args = self._args
        return Cluster(
            self._name,
            name=self._name,
            description="this region's member of the shared table",
            multi_region_cluster_name=self.cluster_name,
            node_type=args.shared.node_type,
            num_replicas_per_shard=args.shared.replicas,
            port=REDIS_PORT,
            acl_name=acl.name,
            tls_enabled=True,
            kms_key_arn=args.key,
            subnet_group_name=self._subnets().name,
            security_group_ids=[args.security],
            snapshot_retention_limit=args.shared.snapshot_days,
            snapshot_window=SNAPSHOTS,
            final_snapshot_name=f"{self._name}-final",
            maintenance_window=MAINTENANCE,
            tags={"Name": self._name},
            opts=self._kept,
        )

    def _alarm(self, member: Cluster) -> None:
        """Alarm when another region's writes come late; silence keeps what was said last: a lost region is silent."""
        MetricAlarm(
            f"{self._name}-lag",
            alarm_description=f"Writes of other regions reach {self._name} late.",
            metric_queries=[{"id": "lag", "expression": _LAG, "period": _MINUTE, "return_data": True}],
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=self._args.shared.lag_milliseconds,
            evaluation_periods=_PERIODS,
            datapoints_to_alarm=_PERIODS,
            treat_missing_data="ignore",
            alarm_actions=[self._args.topic],
            ok_actions=[self._args.topic],
            tags={"Name": f"{self._name}-lag"},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[member]),
        )
