"""Tags of Elastic Load Balancing v2, which are the same calls for all that it has."""

from sandbox.aws.cloud import Cloud
from sandbox.aws.ledger import Row
from sandbox.aws.tags import mapping, pairs, reconcile
from sandbox.plugin.wire import Props


def tags_of(cloud: Cloud, arn: str) -> dict[str, str]:
    """The tags that the service has of a load balancer, target group or listener."""
    return mapping(cloud.client("elbv2").describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"])


def retag_elb(cloud: Cloud, row: Row, news: Props) -> None:
    """Bring the tags of a load balancer, target group or listener from old to new."""
    elb = cloud.client("elbv2")
    reconcile(
        row.inputs, news, lambda gone: elb.remove_tags(ResourceArns=[row.id], TagKeys=gone),
        lambda tags: elb.add_tags(ResourceArns=[row.id], Tags=pairs(tags)),
    )  # fmt: skip
