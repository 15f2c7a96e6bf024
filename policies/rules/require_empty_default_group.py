"""N5: what names no security group gets one that allows nothing."""

from collections.abc import Iterator, Sequence

from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import of_type, users
from rules._types import DEFAULT_SECURITY_GROUP, VPC


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    groups = of_type(resources, DEFAULT_SECURITY_GROUP)
    for vpc in of_type(resources, VPC):
        if not users(vpc, "vpcId", groups):
            yield failure(vpc, "its default security group is as AWS makes it, open within itself and to the outside")
    for group in groups:
        yield from _check_group(group)


def _check_group(group: Resource) -> Iterator[Finding]:
    for way in ("ingress", "egress"):
        allowed = group.get(way)
        if allowed is UNKNOWN:
            yield undecided(group, way)
        elif allowed:
            yield failure(group, f"{way} is not empty")


RULE = StackRule(
    id="N5",
    name="require-empty-default-group",
    severity=Severity.MEDIUM,
    what="The default security group of every VPC is taken over and has no rules.",
    why="A resource that names no group lands in the default one, and reaches everything else that did.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",
    fix="Create a DefaultSecurityGroup with the VPC's id and neither ingress nor egress.",
    check=_check,
)
