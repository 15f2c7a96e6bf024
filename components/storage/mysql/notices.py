"""Who is told of the database: one topic for what RDS says of its instances, and for alarms."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws.cloudwatch import MetricAlarm
from pulumi_aws.rds import EventSubscription, Instance
from pulumi_aws.sns import Topic

from components.base import Component

# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
_EVENTS: Final = (
    "availability", "deletion", "failover", "failure", "low storage", "maintenance", "notification", "read replica",
    "recovery",
)  # fmt: skip
_GIB: Final = 2**30
# Of the storage at first. Storage grows by itself when a tenth is left; so much less means that it does not:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
_LEFT: Final = 0.05
_MINUTE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesArgs:
    """What is watched.

    Attributes:
        instances: of the region, by name.
        storage: of each at first, GiB.
        lag: how far a copy may be behind, s; None where nothing is copied.
        key: that encrypts the topic, as ARN.
    """

    instances: Sequence[tuple[str, Instance]]
    storage: int
    lag: int | None
    key: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alarm:
    """When one rings: `metric` of an instance is below or above `threshold` for `minutes`."""

    name: str
    says: str
    metric: str
    threshold: float
    minutes: int
    above: bool = False


class Notices(Component):
    """The topic, the events and the alarms; people subscribe to the topic themselves."""

    type_path = "storage:DatabaseNotices"
    topic: pulumi.Output[str]

    def __init__(self, name: str, args: NoticesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        # A topic's own policy lets RDS and alarms of the account in:
        # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.GrantingPermissions.html
        self.topic = Topic(name, kms_master_key_id=args.key, tags={"Name": name}, opts=self.child()).arn
        self._events()
        for each, instance in args.instances:
            for alarm in self._alarms(each):
                self._alarm(alarm, instance)
        self.publish()

    def _events(self) -> None:
        EventSubscription(
            self._name,
            sns_topic=self.topic,
            source_type="db-instance",
            source_ids=[instance.identifier for _, instance in self._args.instances],
            event_categories=list(_EVENTS),
            tags={"Name": self._name},
            opts=self.child(),
        )

    def _alarms(self, instance: str) -> Sequence[_Alarm]:
        """Return the alarms of an instance.

        A copy that has stopped says -1, which is no lag above any threshold:
        https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_MySQL.Replication.ReadReplicas.html
        """
        left = self._args.storage * _GIB * _LEFT
        storage = _Alarm(name=f"{instance}-storage", says="is nearly full, and storage does not grow",
                         metric="FreeStorageSpace", threshold=left, minutes=5)  # fmt: skip
        if self._args.lag is None:
            return [storage]
        lag = _Alarm(name=f"{instance}-lag", says="is behind its source", metric="ReplicaLag",
                     threshold=self._args.lag, minutes=1, above=True)  # fmt: skip
        stopped = _Alarm(name=f"{instance}-stopped", says="follows its source no longer", metric="ReplicaLag",
                         threshold=0, minutes=2)  # fmt: skip
        return [storage, lag, stopped]

    def _alarm(self, alarm: _Alarm, instance: Instance) -> None:
        MetricAlarm(
            alarm.name,
            alarm_description=pulumi.Output.concat("Database ", instance.identifier, f" {alarm.says}."),
            namespace="AWS/RDS",
            metric_name=alarm.metric,
            dimensions={"DBInstanceIdentifier": instance.identifier},
            statistic="Maximum" if alarm.above else "Minimum",
            comparison_operator="GreaterThanThreshold" if alarm.above else "LessThanThreshold",
            threshold=alarm.threshold,
            period=_MINUTE,
            evaluation_periods=alarm.minutes,
            datapoints_to_alarm=alarm.minutes,
            # An instance of which nothing is heard is as bad.
            treat_missing_data="breaching",
            alarm_actions=[self.topic],
            ok_actions=[self.topic],
            tags={"Name": alarm.name},
            opts=self.child(),
        )
