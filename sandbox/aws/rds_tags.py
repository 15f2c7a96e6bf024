"""Tags of RDS, which are the same calls for all that it has."""

from sandbox.aws.cloud import Cloud
from sandbox.aws.ledger import Row
from sandbox.aws.tags import mapping, pairs, reconcile
from sandbox.plugin.wire import Props


def tagged(props: Props) -> Props:
    """The argument that tags something of RDS when it is made."""
    return {"Tags": pairs(props["tags"])} if props.get("tags") else {}


def tags_of(cloud: Cloud, arn: str) -> dict[str, str]:
    """The tags that RDS has of a resource."""
    return mapping(cloud.client("rds").list_tags_for_resource(ResourceName=arn)["TagList"])


def retag_rds(cloud: Cloud, row: Row, news: Props) -> None:
    """Bring the tags of a resource of RDS from old to new."""
    rds, arn = cloud.client("rds"), row.outputs["arn"]
    reconcile(
        row.inputs, news, lambda gone: rds.remove_tags_from_resource(ResourceName=arn, TagKeys=gone),
        lambda tags: rds.add_tags_to_resource(ResourceName=arn, Tags=pairs(tags)),
    )  # fmt: skip
