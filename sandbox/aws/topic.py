"""SNS topics and who may publish to them; nothing is sent."""

import json
import re
from typing import Any, Final

from sandbox.aws.bags import at, document
from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.keys import KEY
from sandbox.aws.ledger import Row
from sandbox.aws.rules import require
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.tags import mapping, pairs, reconcile
from sandbox.plugin.wire import Props, section

TOPIC: Final = "aws:sns/topic:Topic"
NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
"""(https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html); FIFO topics are not mapped."""

ATTRIBUTES: Final = {
    "displayName": "DisplayName", "kmsMasterKeyId": "KmsMasterKeyId", "signatureVersion": "SignatureVersion",
    "tracingConfig": "TracingConfig",
}  # fmt: skip


def _require_valid(cloud: Cloud, props: Props) -> None:
    name, key = props["name"], props.get("kmsMasterKeyId")
    require(
        NAME.fullmatch(name) is not None,
        f"InvalidParameter: name is {name!r}; 1 to 256 letters, digits, hyphens and underscores",
    )
    known = {value for row in cloud.ledger.find(KEY, cloud.region) for value in (row.id, row.outputs["arn"])}
    require(
        key is None or key.startswith("alias/") or key in known,
        f"KMSNotFound: kmsMasterKeyId {key!r} is neither a key of {cloud.region} nor an alias",
    )


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_valid(cloud, props)
    given = {key: str(props[name]) for name, key in ATTRIBUTES.items() if props.get(name) is not None}
    arn = cloud.client("sns").create_topic(
        Name=props["name"], Attributes=given, **({"Tags": pairs(props["tags"])} if props.get("tags") else {})
    )["TopicArn"]
    return arn, {"arn": arn, "owner": cloud.caller["Account"]}


def _attributes(cloud: Cloud, arn: str) -> dict[str, str]:
    return section(found(lambda: cloud.client("sns").get_topic_attributes(TopicArn=arn)), "Attributes")


def _read(cloud: Cloud, row: Row) -> Props | None:
    held = _attributes(cloud, row.id)
    if not held:
        return None
    seen: Props = {name: held.get(key) for name, key in ATTRIBUTES.items() if row.inputs.get(name) is not None}
    same = [name for name, value in seen.items() if value == str(row.inputs[name])]
    tags = cloud.client("sns").list_tags_for_resource(ResourceArn=row.id)["Tags"]
    return {name: value for name, value in seen.items() if name not in same} | {"tags": mapping(tags)}


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    _require_valid(cloud, news)
    sns = cloud.client("sns")
    for name, key in ATTRIBUTES.items():
        if news.get(name) != row.inputs.get(name):
            sns.set_topic_attributes(TopicArn=row.id, AttributeName=key, AttributeValue=str(news.get(name, "")))
    reconcile(
        row.inputs, news, lambda gone: sns.untag_resource(ResourceArn=row.id, TagKeys=gone),
        lambda tags: sns.tag_resource(ResourceArn=row.id, Tags=pairs(tags)),
    )  # fmt: skip
    return {}


def _delete(cloud: Cloud, row: Row) -> None:
    vanish(lambda: cloud.client("sns").delete_topic(TopicArn=row.id))


def _require_policy(props: Props) -> None:
    statements = _statements(props["policy"])
    strange = [statement for statement in statements if props["arn"] not in _resources(statement)]
    require(
        bool(statements) and not strange,
        f"InvalidParameter: Policy statement must apply to the topic: its Resource must be {props['arn']}",
    )


def _statements(policy: str) -> list[Any]:
    try:
        return list(at(json.loads(policy), "Statement"))
    except ValueError:
        return []


def _resources(statement: Props) -> list[str]:
    return list(at(statement, "Resource"))


def _put_policy(cloud: Cloud, arn: str, policy: str) -> None:
    cloud.client("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)


def _create_policy(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_policy(props)
    _put_policy(cloud, props["arn"], props["policy"])
    return props["arn"], {"owner": cloud.caller["Account"]}


def _read_policy(cloud: Cloud, row: Row) -> Props | None:
    held = _attributes(cloud, row.id)
    return document(row.inputs, "policy", held["Policy"]) if held else None


def _update_policy(cloud: Cloud, row: Row, news: Props) -> Props:
    _require_policy(news)
    _put_policy(cloud, row.id, news["policy"])
    return {}


def _delete_policy(cloud: Cloud, row: Row) -> None:
    """Put back what a topic has at first: its own account may do all
    (https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html).
    """  # noqa: D205
    account = {"AWS": f"arn:aws:iam::{cloud.caller['Account']}:root"}
    statement = {"Effect": "Allow", "Principal": account, "Action": "sns:*", "Resource": row.id}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    if _attributes(cloud, row.id):
        _put_policy(cloud, row.id, policy)


SPECS = (
    Spec(
        TOPIC, inputs("name! displayName kmsMasterKeyId signatureVersion tracingConfig tags"),
        _create, _read, _update, _delete, computed=("arn", "owner"), identity=("name",), autoname=("name", 256),
    ),
    Spec(
        "aws:sns/topicPolicy:TopicPolicy", inputs("arn!* policy*"),
        _create_policy, _read_policy, _update_policy, _delete_policy, computed=("owner",), identity=("arn",),
        references=(Reference("arn", TOPIC, output="arn"),),
    ),
)  # fmt: skip
