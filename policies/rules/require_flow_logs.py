"""N4: who talked to whom in a VPC can be looked up afterwards."""

from collections.abc import Iterator, Sequence

from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import of_type, users
from rules._types import FLOW_LOG, VPC


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    logs = of_type(resources, FLOW_LOG)
    for vpc in of_type(resources, VPC):
        yield from _check_vpc(vpc, users(vpc, "vpcId", logs))


def _check_vpc(vpc: Resource, logs: Sequence[Resource]) -> Iterator[Finding]:
    kinds = [log.get("trafficType") for log in logs]
    if "ALL" in kinds:
        return
    if UNKNOWN in kinds:
        yield undecided(logs[kinds.index(UNKNOWN)], "trafficType")
    elif kinds:
        yield failure(vpc, f"its flow log keeps {', '.join(map(str, kinds))} traffic, must keep ALL")
    else:
        yield failure(vpc, "has no flow log")


RULE = StackRule(
    id="N4",
    name="require-flow-logs",
    severity=Severity.MEDIUM,
    what="Every VPC has a flow log of all its traffic.",
    why="After a break-in or a partition, flow logs are the only record of who reached what; they cannot be had later.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",
    fix="Create a FlowLog with the VPC's id and trafficType ALL.",
    check=_check,
)
