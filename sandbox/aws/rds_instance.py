"""RDS instances of MySQL: held by moto, no MySQL behind them.

Three things moto gets wrong are done otherwise. A read replica is to moto a copy that shares its source's secret, and
one of another region can not be deleted: here it is an instance like any other, and the ledger knows whose replica it
is. The secret of a managed master password gets another name at each replay of the journal: here it is a secret like
any other. All instances have one resource id: here each has its own.
"""

import base64
import hashlib
import json
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from sandbox.aws.cloud import Cloud, vanish
from sandbox.aws.keys import KEY
from sandbox.aws.ledger import Row
from sandbox.aws.rds_parameters import PARAMETERS
from sandbox.aws.rds_replica import describe, inherited
from sandbox.aws.rds_rules import (
    COMBINATION,
    INSTANCE,
    require_family,
    require_instance,
    require_standalone,
    require_update,
)
from sandbox.aws.rds_subnets import SUBNETS
from sandbox.aws.rds_tags import retag_rds, tagged
from sandbox.aws.rules import require
from sandbox.aws.security import GROUP as SECURITY_GROUP
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.tags import mapping
from sandbox.plugin.wire import Props, rows, section

SHOWN: Final = {
    "instanceClass": "DBInstanceClass", "engine": "Engine", "engineVersion": "EngineVersion", "dbName": "DBName",
    "username": "MasterUsername", "allocatedStorage": "AllocatedStorage", "storageType": "StorageType",
    "iops": "Iops", "storageThroughput": "StorageThroughput", "storageEncrypted": "StorageEncrypted",
    "kmsKeyId": "KmsKeyId", "availabilityZone": "AvailabilityZone", "multiAz": "MultiAZ",
    "backupRetentionPeriod": "BackupRetentionPeriod", "backupWindow": "PreferredBackupWindow",
    "maintenanceWindow": "PreferredMaintenanceWindow", "autoMinorVersionUpgrade": "AutoMinorVersionUpgrade",
    "deletionProtection": "DeletionProtection", "copyTagsToSnapshot": "CopyTagsToSnapshot",
    "publiclyAccessible": "PubliclyAccessible", "caCertIdentifier": "CACertificateIdentifier",
    "monitoringInterval": "MonitoringInterval", "monitoringRoleArn": "MonitoringRoleArn",
}  # fmt: skip
"""Inputs that go to RDS and come from it by one name."""

SENT: Final = SHOWN | {
    "maxAllocatedStorage": "MaxAllocatedStorage", "parameterGroupName": "DBParameterGroupName",
    "dbSubnetGroupName": "DBSubnetGroupName", "vpcSecurityGroupIds": "VpcSecurityGroupIds",
    "iamDatabaseAuthenticationEnabled": "EnableIAMDatabaseAuthentication", "password": "MasterUserPassword",
}  # fmt: skip
UNCHANGED: Final = (
    "engine", "dbName", "username", "storageEncrypted", "kmsKeyId", "availabilityZone", "maxAllocatedStorage",
)  # fmt: skip
"""Inputs that no call changes, and the one that `_modified` words itself."""

PORT: Final = 3306
MARK: Final = 26
"""Letters and digits of a resource id behind `db-`."""


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    whole = inherited(cloud, props)
    require_instance(cloud, whole)
    if not props.get("replicateSourceDb"):
        require_standalone(cloud, whole)
    made = cloud.client("rds").create_db_instance(**_asked(whole), **tagged(props))["DBInstance"]
    identity = _resource_id(made["DBInstanceArn"])
    return identity, _outputs(made, identity) | {"masterUserSecrets": _manage(cloud, props, made)}


def _asked(props: Props) -> dict[str, Any]:
    asked: dict[str, Any] = {SENT[name]: props[name] for name in SENT if props.get(name) is not None}
    if not props.get("maxAllocatedStorage"):
        asked.pop("MaxAllocatedStorage", None)  # 0 switches it off
    logs = rows(props, "enabledCloudwatchLogsExports")
    return asked | {
        "DBInstanceIdentifier": props["identifier"], "Port": props.get("port", PORT),
        "BackupRetentionPeriod": props.get("backupRetentionPeriod", 0), "EnableCloudwatchLogsExports": logs,
    }  # fmt: skip


def _resource_id(arn: str) -> str:
    text = base64.b32encode(hashlib.sha256(arn.encode()).digest()).decode()
    return f"db-{text[:MARK]}"


def _outputs(held: Props, identity: str) -> Props:
    address, port = held["Endpoint"]["Address"], held["Endpoint"]["Port"]
    return {
        "arn": held["DBInstanceArn"], "address": address, "endpoint": f"{address}:{port}", "port": port,
        "engineVersionActual": held["EngineVersion"], "resourceId": identity, "status": held["DBInstanceStatus"],
    }  # fmt: skip


def _manage(cloud: Cloud, props: Props, held: Props) -> list[Props]:
    """The secret that RDS makes of a master password
    (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html).
    """  # noqa: D205
    if not props.get("manageMasterUserPassword"):
        return []
    client, key = cloud.client("secretsmanager"), props.get("masterUserSecretKmsKeyId")
    drawn = client.get_random_password(PasswordLength=28, ExcludeCharacters="/\"@'\\")["RandomPassword"]
    made = client.create_secret(
        Name=f"rds!db-{uuid5(NAMESPACE_URL, held['DBInstanceArn'])}",
        SecretString=json.dumps({"username": held["MasterUsername"], "password": drawn}),
        **({"KmsKeyId": key} if key else {}),
    )
    return [{"secretArn": made["ARN"], "secretStatus": "active"} | ({"kmsKeyId": key} if key else {})]


def _unmanage(cloud: Cloud, row: Row) -> None:
    for secret in row.outputs["masterUserSecrets"]:
        arn = secret["secretArn"]
        vanish(
            lambda arn=arn: cloud.client("secretsmanager").delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
        )


def _read(cloud: Cloud, row: Row) -> Props | None:
    held = describe(cloud, row.inputs["identifier"])
    if not held:
        return None
    seen: Props = {name: held.get(SHOWN[name]) for name in SHOWN if name in row.inputs}
    seen |= {"deletionProtection": held["DeletionProtection"], "tags": mapping(held["TagList"])}
    return _worded(row.inputs, seen) | _attached(row.inputs, held)


def _worded(given: Props, seen: Props) -> Props:
    """RDS writes a window in small letters."""
    window = given.get("maintenanceWindow", "")
    return {name: value for name, value in seen.items() if name != "maintenanceWindow" or value != window.lower()}


def _attached(given: Props, held: Props) -> Props:
    seen: Props = {
        "parameterGroupName": held["DBParameterGroups"][0]["DBParameterGroupName"],
        "dbSubnetGroupName": section(held, "DBSubnetGroup").get("DBSubnetGroupName"),
        "vpcSecurityGroupIds": [group["VpcSecurityGroupId"] for group in held["VpcSecurityGroups"]],
        "enabledCloudwatchLogsExports": held.get("EnabledCloudwatchLogsExports") or [],
        "iamDatabaseAuthenticationEnabled": held["IAMDatabaseAuthenticationEnabled"],
        "maxAllocatedStorage": held.get("MaxAllocatedStorage", 0), "port": held["Endpoint"]["Port"],
    }  # fmt: skip
    return {name: value for name, value in seen.items() if name in given}


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    name = row.inputs["identifier"]
    require_update(row, news)
    held = describe(cloud, name)
    taken = {"storageEncrypted": held["StorageEncrypted"]}
    require_instance(cloud, taken | news)
    require_family(cloud, news, held["Engine"], str(news.get("engineVersion", held["EngineVersion"])))
    rds = cloud.client("rds")
    changed = rds.modify_db_instance(
        DBInstanceIdentifier=name, ApplyImmediately=True, **_modified(row.inputs, news, held)
    )["DBInstance"]
    retag_rds(cloud, row, news)
    return _outputs(changed, row.id) | {"masterUserSecrets": _managed(cloud, row, news, changed)}


def _modified(olds: Props, news: Props, held: Props) -> dict[str, Any]:
    """What differs; AWS keeps what is given no more, but deletion protection, which the real provider takes away."""
    asked: dict[str, Any] = {
        key: news[name] for name, key in SENT.items()
        if name not in UNCHANGED and news.get(name) is not None and news[name] != olds.get(name)
    }  # fmt: skip
    asked["DeletionProtection"] = bool(news.get("deletionProtection"))
    if news.get("port", PORT) != held["Endpoint"]["Port"]:
        asked["DBPortNumber"] = news.get("port", PORT)
    if news.get("maxAllocatedStorage") != olds.get("maxAllocatedStorage"):
        size = asked.get("AllocatedStorage", held["AllocatedStorage"])
        asked["MaxAllocatedStorage"] = news.get("maxAllocatedStorage") or size
    return asked | _logs(olds, news)


def _logs(olds: Props, news: Props) -> dict[str, Any]:
    old, new = ({str(log) for log in rows(props, "enabledCloudwatchLogsExports")} for props in (olds, news))
    change = {"EnableLogTypes": sorted(new - old), "DisableLogTypes": sorted(old - new)}
    return {"CloudwatchLogsExportConfiguration": change} if old != new else {}


def _managed(cloud: Cloud, row: Row, news: Props, held: Props) -> list[Props]:
    was, now = row.inputs.get("manageMasterUserPassword"), news.get("manageMasterUserPassword")
    if bool(was) == bool(now):
        return row.outputs["masterUserSecrets"]
    _unmanage(cloud, row)
    return _manage(cloud, news, held)


def _delete(cloud: Cloud, row: Row) -> None:
    held = describe(cloud, row.inputs["identifier"])
    if not held:
        return
    require(
        not held["DeletionProtection"],
        f"{COMBINATION}: instance {row.inputs['identifier']} has deletion protection; "
        "set deletionProtection to false and update first",
    )
    vanish(
        lambda: cloud.client("rds").delete_db_instance(
            DBInstanceIdentifier=row.inputs["identifier"], **_farewell(row.inputs)
        )
    )
    _unmanage(cloud, row)


def _farewell(props: Props) -> dict[str, Any]:
    """What is kept; moto's own automated backups never are, since a replay would make two of one minute."""
    name, final = props["identifier"], props.get("finalSnapshotIdentifier")
    if props.get("skipFinalSnapshot"):
        return {"SkipFinalSnapshot": True}
    require(
        not props.get("replicateSourceDb"),
        f"{COMBINATION}: a replica leaves no final snapshot; set skipFinalSnapshot of {name} to true and update first",
    )
    require(
        bool(final),
        f"{COMBINATION}: finalSnapshotIdentifier is required when skipFinalSnapshot is false; "
        f"set one of them for {name} and update first",
    )
    return {"SkipFinalSnapshot": False, "FinalDBSnapshotIdentifier": final}


SPECS = (
    Spec(
        INSTANCE,
        inputs(
            "identifier instanceClass* engine! engineVersion allowMajorVersionUpgrade autoMinorVersionUpgrade "
            "allocatedStorage maxAllocatedStorage storageType iops storageThroughput storageEncrypted! kmsKeyId! "
            "availabilityZone! multiAz parameterGroupName dbSubnetGroupName vpcSecurityGroupIds publiclyAccessible "
            "port dbName! username! password manageMasterUserPassword masterUserSecretKmsKeyId "
            "iamDatabaseAuthenticationEnabled backupRetentionPeriod backupWindow deleteAutomatedBackups "
            "copyTagsToSnapshot maintenanceWindow applyImmediately deletionProtection skipFinalSnapshot "
            "finalSnapshotIdentifier enabledCloudwatchLogsExports monitoringInterval monitoringRoleArn "
            "performanceInsightsEnabled performanceInsightsKmsKeyId performanceInsightsRetentionPeriod "
            "databaseInsightsMode caCertIdentifier engineLifecycleSupport replicateSourceDb tags"
        ),
        _create, _read, _update, _delete, identity=("identifier",), autoname=("identifier", 63),
        computed=(
            "arn", "address", "endpoint", "port", "engineVersionActual", "resourceId", "status", "masterUserSecrets",
        ),
        references=(
            Reference("parameterGroupName", PARAMETERS, blocks=True),
            Reference("dbSubnetGroupName", SUBNETS, blocks=True),
            Reference("vpcSecurityGroupIds", SECURITY_GROUP, blocks=True),
            Reference("kmsKeyId", KEY, output="arn"),
            Reference("masterUserSecretKmsKeyId", KEY, output="arn"),
            Reference("performanceInsightsKmsKeyId", KEY, output="arn"),
            Reference("monitoringRoleArn", "aws:iam/role:Role", output="arn", everywhere=True),
        ),
    ),
)  # fmt: skip
