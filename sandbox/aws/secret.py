"""Secrets Manager: secrets and their values.

A value that is taken away stays, as at AWS, while it is the current one: it goes with its secret.
"""

from typing import Any

from sandbox.aws.bags import document
from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.ledger import Row
from sandbox.aws.rules import require
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.tags import mapping, pairs, reconcile
from sandbox.plugin.wire import Props, rows

SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type's name
WINDOW_DAYS = 30
WINDOWS = (7, 30)
"""Days that a deleted secret can be had back, what is taken where none are given, and 0 for at once
(https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html)."""

CURRENT = "AWSCURRENT"


def _require_window(props: Props) -> None:
    days = props.get("recoveryWindowInDays", WINDOW_DAYS)
    low, high = WINDOWS
    require(
        days == 0 or low <= days <= high,
        f"InvalidParameterException: recoveryWindowInDays is {days}; 0, or {low} to {high}, are allowed",
    )


def _require_elsewhere(cloud: Cloud, props: Props) -> None:
    regions = [replica["region"] for replica in rows(props, "replicas")]
    require(
        cloud.region not in regions and len(set(regions)) == len(regions),
        f"InvalidParameterException: replicas are in {', '.join(regions)}; {cloud.region} has the secret itself,"
        " and another region has one replica",
    )


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_window(props)
    _require_elsewhere(cloud, props)
    names = {"description": "Description", "kmsKeyId": "KmsKeyId"}
    given: dict[str, Any] = {key: props[name] for name, key in names.items() if props.get(name)}
    if props.get("replicas"):
        given["AddReplicaRegions"] = [_replica(replica) for replica in props["replicas"]]
    made = cloud.client("secretsmanager").create_secret(
        Name=props["name"], **given, **({"Tags": pairs(props["tags"])} if props.get("tags") else {})
    )
    if props.get("policy"):
        cloud.client("secretsmanager").put_resource_policy(SecretId=made["ARN"], ResourcePolicy=props["policy"])
    return made["ARN"], {"arn": made["ARN"]}


def _replica(replica: Props) -> dict[str, str]:
    key = {"KmsKeyId": replica["kmsKeyId"]} if replica.get("kmsKeyId") else {}
    return {"Region": replica["region"]} | key


def _describe(cloud: Cloud, secret: str) -> Props:
    answer = found(lambda: cloud.client("secretsmanager").describe_secret(SecretId=secret))
    return {} if answer.get("DeletedDate") else answer


def _read(cloud: Cloud, row: Row) -> Props | None:
    secret = _describe(cloud, row.id)
    if not secret:
        return None
    seen: Props = {
        "description": secret.get("Description") or None, "kmsKeyId": secret.get("KmsKeyId"),
        "tags": mapping(secret.get("Tags")),
    }  # fmt: skip
    if row.inputs.get("policy"):
        held = cloud.client("secretsmanager").get_resource_policy(SecretId=row.id).get("ResourcePolicy") or "{}"
        seen |= document(row.inputs, "policy", held)
    return seen


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    _require_window(news)
    _require_elsewhere(cloud, news)
    client = cloud.client("secretsmanager")
    changed = [name for name in ("description", "kmsKeyId") if news.get(name) != row.inputs.get(name)]
    if changed:
        client.update_secret(
            SecretId=row.id, **{name[0].upper() + name[1:]: news.get(name, "") for name in changed}
        )  # fmt: skip
    if news.get("policy") != row.inputs.get("policy"):
        if news.get("policy"):
            client.put_resource_policy(SecretId=row.id, ResourcePolicy=news["policy"])
        else:
            client.delete_resource_policy(SecretId=row.id)
    _replicate(cloud, row, news)
    reconcile(
        row.inputs, news, lambda gone: client.untag_resource(SecretId=row.id, TagKeys=gone),
        lambda tags: client.tag_resource(SecretId=row.id, Tags=pairs(tags)),
    )  # fmt: skip
    return {}


def _replicate(cloud: Cloud, row: Row, news: Props) -> None:
    old, new = rows(row.inputs, "replicas"), rows(news, "replicas")
    gone = [replica["region"] for replica in old if replica not in new]
    if gone:
        cloud.client("secretsmanager").remove_regions_from_replication(SecretId=row.id, RemoveReplicaRegions=gone)
    added = [_replica(replica) for replica in new if replica not in old]
    if added:
        cloud.client("secretsmanager").replicate_secret_to_regions(SecretId=row.id, AddReplicaRegions=added)


def _delete(cloud: Cloud, row: Row) -> None:
    if not _describe(cloud, row.id):
        return
    _replicate(cloud, row, {})
    days = row.inputs.get("recoveryWindowInDays", WINDOW_DAYS)
    window: dict[str, Any] = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
    vanish(lambda: cloud.client("secretsmanager").delete_secret(SecretId=row.id, **window))


def _put(cloud: Cloud, props: Props) -> tuple[str, Props]:
    value = [name for name in ("secretString", "secretBinary") if props.get(name) is not None]
    require(len(value) == 1, f"a secret version has {value or 'no value'}; give secretString or secretBinary")
    given = {value[0][0].upper() + value[0][1:]: props[value[0]]}
    stages = {"VersionStages": props["versionStages"]} if props.get("versionStages") else {}
    made = cloud.client("secretsmanager").put_secret_value(SecretId=props["secretId"], **given, **stages)
    version = made["VersionId"]
    return f"{made['ARN']}|{version}", {
        "arn": made["ARN"], "versionId": version, "versionStages": made.get("VersionStages") or [CURRENT],
    }  # fmt: skip


def _read_version(cloud: Cloud, row: Row) -> Props | None:
    secret, version = row.id.split("|")
    if not _describe(cloud, secret):
        return None
    client = cloud.client("secretsmanager")
    held = found(lambda: client.get_secret_value(SecretId=secret, VersionId=version))
    if not held:
        return None
    return {"secretString": held["SecretString"]} if "secretString" in row.inputs else {}


def _stage(cloud: Cloud, row: Row, news: Props) -> Props:
    """Only the stages change in place; the value is a new version."""
    secret, version = row.id.split("|")
    old, new = row.inputs.get("versionStages") or [CURRENT], news.get("versionStages") or [CURRENT]
    for stage in (stage for stage in new if stage not in old):
        cloud.client("secretsmanager").update_secret_version_stage(
            SecretId=secret, VersionStage=stage, MoveToVersionId=version
        )
    return {"versionStages": new}


SPECS = (
    Spec(
        SECRET,
        inputs("name! description kmsKeyId recoveryWindowInDays policy replicas.region replicas.kmsKeyId tags"),
        _create, _read, _update, _delete, computed=("arn",), identity=("name",), autoname=("name", 512),
        references=(Reference("kmsKeyId", "aws:kms/key:Key", output="arn"),),
    ),
    Spec(
        "aws:secretsmanager/secretVersion:SecretVersion",
        inputs("secretId!* secretString! secretBinary! versionStages"),
        _put, _read_version, _stage, computed=("arn", "versionId", "versionStages"),
        references=(Reference("secretId", SECRET),),
    ),
)  # fmt: skip
