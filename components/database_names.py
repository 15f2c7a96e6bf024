"""Names of a region's database; pure."""

from collections.abc import Iterator, Sequence


def of_region(stack: str) -> str:
    """Return the name of a region's database, and of its only instance where there is no group."""
    return f"{stack}-db"


def images(stack: str) -> str:
    """Return the name of a region's repository of the image of the bootstrap and the exporter."""
    return f"{stack}-database"


def of_member(stack: str, member: str) -> str:
    """Return the name of a member of a region's database group, a site or the witness."""
    return f"{of_region(stack)}-{member}"


def of_instances(stack: str, group: Sequence[str], *, copied: bool) -> Iterator[tuple[str, str]]:
    """Yield type and name of all that belongs to a database, of a group with these members or of one instance."""
    name = of_region(stack)
    yield "aws:ec2/securityGroup:SecurityGroup", name
    yield "aws:kms/alias:Alias", f"alias/{name}"
    yield "aws:rds/eventSubscription:EventSubscription", name
    yield "aws:rds/parameterGroup:ParameterGroup", name
    yield "aws:rds/subnetGroup:SubnetGroup", name
    yield "aws:secretsmanager/secret:Secret", name
    yield "aws:sns/topic:Topic", name
    if not copied:
        # A standby's repository has its upstream's name.
        yield "aws:ecr/repository:Repository", images(stack)
    if group:
        yield "aws:rds/subnetGroup:SubnetGroup", f"{name}-standby"
        # The first site forms the group.
        yield "aws:iam/role:Role", f"{stack}-{group[0]}-database-bootstrap"
        yield "aws:iam/rolePolicy:RolePolicy", f"{stack}-{group[0]}-database-bootstrap"
        for use in ("replication", "monitor"):
            yield "aws:secretsmanager/secret:Secret", f"{name}-{use}"
    for instance in [of_member(stack, each) for each in group] or [name]:
        yield "aws:rds/instance:Instance", instance
        for alarm in ("storage", "lag", "stopped") if copied else ("storage",):
            yield "aws:cloudwatch/metricAlarm:MetricAlarm", f"{instance}-{alarm}"
