"""Tags as Pulumi writes them (a map), and as EC2, IAM, KMS and EKS do."""

from collections.abc import Callable, Iterable
from typing import Any

from sandbox.aws.cloud import Cloud
from sandbox.plugin.wire import Props, section


def pairs(tags: dict[str, str] | None, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """A list of key and value, as most of AWS's older services take it."""
    return [{key: k, value: v} for k, v in (tags or {}).items()]


def mapping(listed: Iterable[dict[str, str]] | None, key: str = "Key", value: str = "Value") -> dict[str, str]:
    """A map again, without AWS's own tags."""
    return {t[key]: t[value] for t in listed or () if not t[key].startswith("aws:")}


def at_creation(kind: str, inputs: Props) -> dict[str, Any]:
    """The argument that tags an EC2 resource when it is made."""
    tags = inputs.get("tags")
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": pairs(tags)}]} if tags else {}


def held(cloud: Cloud, identity: str) -> dict[str, str]:
    """The tags of an EC2 resource whose description does not show in moto what tagging it later gave it."""
    return mapping(cloud.ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [identity]}])["Tags"])


def removed(olds: Props, news: Props) -> list[str]:
    """Keys of tags that the new inputs have no more."""
    return sorted(section(olds, "tags").keys() - section(news, "tags").keys())


def retag(cloud: Cloud, identity: str, olds: Props, news: Props) -> None:
    """Bring an EC2 resource's tags from old to new."""
    gone = removed(olds, news)
    if gone:
        cloud.ec2.delete_tags(Resources=[identity], Tags=[{"Key": key} for key in gone])
    if news.get("tags") and news["tags"] != olds.get("tags"):
        cloud.ec2.create_tags(Resources=[identity], Tags=pairs(news["tags"]))


def reconcile(
    olds: Props, news: Props, drop: Callable[[list[str]], object], put: Callable[[dict[str, str]], object]
) -> None:
    """Bring a resource's tags from old to new by the two calls of its service."""
    gone = removed(olds, news)
    if gone:
        drop(gone)
    if news.get("tags") and news["tags"] != olds.get("tags"):
        put(news["tags"])
