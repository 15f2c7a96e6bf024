"""An alarm that rings: what its policies do to the node groups, by the documented model; no one evaluates it here."""

from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.aws.alarm import ALARM
from sandbox.aws.cloud import Cloud
from sandbox.aws.eks_nodes import NODE_GROUP, resize, sizes
from sandbox.aws.ledger import Ledger, Row
from sandbox.aws.scaling_policy import POLICY
from sandbox.aws.step_scaling import Group, StepPolicy
from sandbox.errors import SandboxError
from sandbox.paths import Paths


@dataclass(frozen=True, slots=True)
class Grown:
    """What an alarm did to a node group: its nodes before and after."""

    node_group: str
    before: int
    after: int


def ring(paths: Paths, name: str, value: float) -> list[Grown]:
    """Let an alarm ring with this value of its metric, once: each of its policies is called, and nodes join.

    Args:
        paths: the sandbox.
        name: what the alarm's name begins with.
        value: newest value of its metric.

    Raises:
        SandboxError: there is no such alarm, or the value is not above its threshold.
    """
    alarm = _alarm(paths, name)
    threshold = float(alarm.inputs["threshold"])
    if value <= threshold:
        raise SandboxError(f"alarm {alarm.id} rings above {threshold:g}, not at {value:g}; give a larger value")
    cloud = Cloud(paths, alarm.region)
    return [_call(cloud, policy, value - threshold) for policy in _policies(cloud, alarm)]


def _alarm(paths: Paths, name: str) -> Row:
    known = [row for row in Ledger(paths).find(ALARM) if row.inputs.get("alarmActions")]
    found = [row for row in known if row.id.startswith(name)]
    if len(found) != 1:
        names = ", ".join(sorted(row.id for row in known)) or "none"
        raise SandboxError(f"{len(found)} alarms begin with {name!r}, must be 1; those that call a policy: {names}")
    return found[0]


def _policies(cloud: Cloud, alarm: Row) -> Iterator[Row]:
    for row in cloud.ledger.find(POLICY, cloud.region):
        if row.outputs["arn"] in alarm.inputs["alarmActions"]:
            yield row


def _call(cloud: Cloud, policy: Row, breach: float) -> Grown:
    group = next(row for row in cloud.ledger.find(NODE_GROUP, cloud.region) if _is_of(policy, row))
    least, before, most = sizes(cloud, group)
    modelled = Group(minimum=least, maximum=most, desired=before)
    if modelled.call(StepPolicy.of(policy.inputs), breach, 0):
        resize(cloud, group, modelled.desired)
    return Grown(group.inputs["nodeGroupName"], before, modelled.desired)


def _is_of(policy: Row, group: Row) -> bool:
    names = [each["name"] for made in group.outputs["resources"] for each in made["autoscalingGroups"]]
    return policy.inputs["autoscalingGroupName"] in names
