"""Read replicas of RDS for MySQL: where one may come from, and what it takes over from its source."""

from typing import Final

from sandbox.aws.cloud import Cloud, found
from sandbox.aws.ledger import Row
from sandbox.aws.rds_rules import CODE, COMBINATION, INSTANCE, require_family
from sandbox.aws.rules import require
from sandbox.plugin.wire import Props, rows

MOST: Final = 15
"""Replicas of one instance
(https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstanceReadReplica.html)."""

OWN: Final = ("username", "dbName")
"""Inputs that the real provider does not take beside `replicateSourceDb`
(https://www.pulumi.com/registry/packages/aws/api-docs/rds/instance/)."""

TAKEN_OVER: Final = {
    "engine": "Engine", "engineVersion": "EngineVersion", "allocatedStorage": "AllocatedStorage",
    "storageType": "StorageType", "storageEncrypted": "StorageEncrypted", "username": "MasterUsername",
}  # fmt: skip


def inherited(cloud: Cloud, props: Props) -> Props:
    """Inputs of a replica with what it takes over from its source; an instance that is none as it is.

    Raises:
        ProviderError: RDS would not make such a replica.
    """
    if not props.get("replicateSourceDb"):
        return props
    source = _source(cloud, props["replicateSourceDb"])
    held = describe(Cloud(cloud.paths, source.region), source.inputs["identifier"])
    _require_source(cloud, source, held)
    _require_key(cloud, source, held, props)
    strange = [name for name in OWN if props.get(name)]
    require(not strange, f"{COMBINATION}: {' and '.join(strange)} with replicateSourceDb; a replica has its source's")
    whole = {name: held[key] for name, key in TAKEN_OVER.items() if key in held} | props
    require_family(cloud, props, whole["engine"], str(whole["engineVersion"]))
    return whole


def describe(cloud: Cloud, name: str) -> Props:
    """What RDS says of an instance of a region; nothing when it is gone."""
    rds = cloud.client("rds")
    held = rows(found(lambda: rds.describe_db_instances(DBInstanceIdentifier=name)), "DBInstances")
    return held[0] if held else {}


def _source(cloud: Cloud, name: str) -> Row:
    """An instance of any region by its ARN, one of this region by its identifier too."""
    here = [row for row in cloud.ledger.find(INSTANCE) if _is_named(cloud, row, name)]
    require(
        bool(here),
        f"DBInstanceNotFound: replicateSourceDb {name!r} is neither an instance of {cloud.region} nor the ARN of one "
        "of another region",
    )
    return here[0]


def _is_named(cloud: Cloud, row: Row, name: str) -> bool:
    return name == row.outputs["arn"] or (row.region == cloud.region and name == row.inputs["identifier"])


def _require_source(cloud: Cloud, source: Row, held: Props) -> None:
    name = source.inputs["identifier"]
    require(
        bool(held["BackupRetentionPeriod"]),
        f"InvalidDBInstanceState: {name} has no automated backups, which the source of a replica must have; "
        "set backupRetentionPeriod to 1 or more",
    )
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html#rds-secrets-manager-limitations
    require(
        not source.inputs.get("manageMasterUserPassword"),
        f"{COMBINATION}: RDS manages the master password of {name}, and makes no replica of such an "
        "instance; give it a password of your own secret",
    )
    replicas = [row for row in cloud.ledger.find(INSTANCE) if row.inputs.get("replicateSourceDb") in _names(source)]
    require(len(replicas) < MOST, f"InstanceQuotaExceeded: {name} has {len(replicas)} replicas, the most there can be")


def _names(source: Row) -> set[str]:
    return {source.outputs["arn"], source.inputs["identifier"]}


def _require_key(cloud: Cloud, source: Row, held: Props, props: Props) -> None:
    """(https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.XRgn.html)."""
    encrypted, key = held["StorageEncrypted"], props.get("kmsKeyId")
    require(
        encrypted or not key,
        f"{COMBINATION}: kmsKeyId for a replica of {source.inputs['identifier']}, which is not encrypted",
    )
    require(
        not encrypted or bool(key) or source.region == cloud.region,
        f"{CODE}: {source.inputs['identifier']} is encrypted, in {source.region}; "
        f"give its replica a kmsKeyId of {cloud.region}",
    )
