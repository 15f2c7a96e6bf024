"""KMS keys and aliases, and CloudWatch log groups.

moto can give no key to a log group that stands (AssociateKmsKey is missing): the ledger holds a change of kmsKeyId,
which nobody can make but through us.
"""

from typing import Any

from sandbox.aws.bags import document
from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.ledger import Row
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.tags import mapping, pairs, removed
from sandbox.plugin.wire import Props

KEY = "aws:kms/key:Key"
DELETION_DAYS = 30
"""KMS's own window where none is given (KMS API, ScheduleKeyDeletion)."""


def _create_key(cloud: Cloud, props: Props) -> tuple[str, Props]:
    policy = {"Policy": props["policy"]} if props.get("policy") else {}
    made = cloud.client("kms").create_key(
        Description=props.get("description", ""), Tags=pairs(props.get("tags"), "TagKey", "TagValue"), **policy
    )["KeyMetadata"]
    _rotate(cloud, made["KeyId"], props)
    return made["KeyId"], {"arn": made["Arn"], "keyId": made["KeyId"]}


def _rotate(cloud: Cloud, key: str, props: Props) -> None:
    kms = cloud.client("kms")
    if props.get("enableKeyRotation"):
        kms.enable_key_rotation(KeyId=key)
    else:
        kms.disable_key_rotation(KeyId=key)


def _read_key(cloud: Cloud, row: Row) -> Props | None:
    """What KMS shows; the policy that it writes itself where none is given is not ours to compare."""
    kms = cloud.client("kms")
    answer = found(lambda: kms.describe_key(KeyId=row.id))
    if not answer or answer["KeyMetadata"]["KeyState"] == "PendingDeletion":
        return None
    policy = kms.get_key_policy(KeyId=row.id, PolicyName="default")["Policy"]
    return (document(row.inputs, "policy", policy) if row.inputs.get("policy") else {}) | {
        "description": answer["KeyMetadata"]["Description"],
        "enableKeyRotation": kms.get_key_rotation_status(KeyId=row.id)["KeyRotationEnabled"],
        "tags": mapping(kms.list_resource_tags(KeyId=row.id)["Tags"], "TagKey", "TagValue"),
    }


def _update_key(cloud: Cloud, row: Row, news: Props) -> Props:
    kms = cloud.client("kms")
    _rotate(cloud, row.id, news)
    if news.get("description") != row.inputs.get("description"):
        kms.update_key_description(KeyId=row.id, Description=news.get("description", ""))
    if news.get("policy") and news["policy"] != row.inputs.get("policy"):
        kms.put_key_policy(KeyId=row.id, PolicyName="default", Policy=news["policy"])
    gone = removed(row.inputs, news)
    if gone:
        kms.untag_resource(KeyId=row.id, TagKeys=gone)
    if news.get("tags"):
        kms.tag_resource(KeyId=row.id, Tags=pairs(news["tags"], "TagKey", "TagValue"))
    return {}


def _delete_key(cloud: Cloud, row: Row) -> None:
    if _read_key(cloud, row) is not None:
        days = row.inputs.get("deletionWindowInDays", DELETION_DAYS)
        cloud.client("kms").schedule_key_deletion(KeyId=row.id, PendingWindowInDays=days)


def _create_alias(cloud: Cloud, props: Props) -> tuple[str, Props]:
    cloud.client("kms").create_alias(AliasName=props["name"], TargetKeyId=props["targetKeyId"])
    return props["name"], {"arn": cloud.arn("kms", props["name"])}


def _read_alias(cloud: Cloud, row: Row) -> Props | None:
    aliases = cloud.client("kms").list_aliases(Limit=100)["Aliases"]
    target = next((a.get("TargetKeyId") for a in aliases if a["AliasName"] == row.id), None)
    # The program may name the key by its ARN: the same key either way.
    same = target and str(row.inputs["targetKeyId"]).endswith(target)
    return None if target is None else ({} if same else {"targetKeyId": target})


def _update_alias(cloud: Cloud, row: Row, news: Props) -> Props:
    cloud.client("kms").update_alias(AliasName=row.id, TargetKeyId=news["targetKeyId"])
    return {}


def _create_log_group(cloud: Cloud, props: Props) -> tuple[str, Props]:
    key = {"kmsKeyId": props["kmsKeyId"]} if props.get("kmsKeyId") else {}
    tags = {"tags": props["tags"]} if props.get("tags") else {}
    cloud.client("logs").create_log_group(logGroupName=props["name"], **key, **tags)
    _retain(cloud, props)
    return props["name"], {"arn": cloud.arn("logs", f"log-group:{props['name']}")}


def _retain(cloud: Cloud, props: Props) -> None:
    logs = cloud.client("logs")
    if props.get("retentionInDays"):
        logs.put_retention_policy(logGroupName=props["name"], retentionInDays=props["retentionInDays"])
    else:
        logs.delete_retention_policy(logGroupName=props["name"])


def _describe_log_group(cloud: Cloud, name: str) -> Any:
    groups = cloud.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return next((group for group in groups if group["logGroupName"] == name), None)


def _read_log_group(cloud: Cloud, row: Row) -> Props | None:
    group = _describe_log_group(cloud, row.id)
    if group is None:
        return None
    tags = cloud.client("logs").list_tags_log_group(logGroupName=row.id)["tags"]
    return {"retentionInDays": group.get("retentionInDays"), "tags": tags}


def _update_log_group(cloud: Cloud, row: Row, news: Props) -> Props:
    logs = cloud.client("logs")
    _retain(cloud, news)
    gone = removed(row.inputs, news)
    if gone:
        logs.untag_log_group(logGroupName=row.id, tags=gone)
    if news.get("tags"):
        logs.tag_log_group(logGroupName=row.id, tags=news["tags"])
    return {}


SPECS = (
    Spec(
        KEY, inputs("description enableKeyRotation deletionWindowInDays policy tags"),
        _create_key, _read_key, _update_key, _delete_key, computed=("arn", "keyId"),
    ),
    Spec(
        "aws:kms/alias:Alias", inputs("name!* targetKeyId*"), _create_alias, _read_alias, _update_alias,
        lambda cloud, row: vanish(lambda: cloud.client("kms").delete_alias(AliasName=row.id)),
        computed=("arn",), identity=("name",), references=(Reference("targetKeyId", KEY),),
    ),
    Spec(
        "aws:cloudwatch/logGroup:LogGroup", inputs("name!* retentionInDays kmsKeyId tags"),
        _create_log_group, _read_log_group, _update_log_group,
        lambda cloud, row: vanish(lambda: cloud.client("logs").delete_log_group(logGroupName=row.id)),
        computed=("arn",), identity=("name",), references=(Reference("kmsKeyId", KEY, output="arn"),),
    ),
)  # fmt: skip
