"""Automated backups of an RDS instance that another region gets a copy of; moto has no such call."""

import hashlib
from collections.abc import Mapping
from typing import Final

from sandbox.aws.cloud import Cloud
from sandbox.aws.keys import KEY
from sandbox.aws.rds_replica import describe
from sandbox.aws.rds_rules import INSTANCE
from sandbox.aws.rules import require, require_between, require_one_of
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.plugin.wire import Props

REPLICATION: Final = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
CODE: Final = "InvalidParameterValue"
DAYS: Final = (1, 35)
MARK: Final = 40
DESTINATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "us-east-1": (
        "ap-south-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "ca-central-1",
        "eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3", "eu-north-1", "sa-east-1", "us-east-2", "us-west-1",
        "us-west-2",
    ),
    "us-west-2": (
        "ap-south-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "ca-central-1",
        "eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3", "eu-north-1", "us-east-1", "us-east-2", "us-west-1",
    ),
}  # fmt: skip
"""Where backups of our regions can go
(https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReplicateBackups.html)."""


def _require_valid(cloud: Cloud, props: Props) -> None:
    arn = props["sourceDbInstanceArn"]
    sources = [row for row in cloud.ledger.find(INSTANCE) if row.outputs["arn"] == arn]
    require(bool(sources), f"DBInstanceNotFound: sourceDbInstanceArn {arn!r} is no instance of the account")
    source = sources[0]
    require(
        source.region != cloud.region,
        f"{CODE}: {source.inputs['identifier']} is in {cloud.region} itself; its backups go to another region",
    )
    allowed = DESTINATIONS.get(source.region, ())
    require_one_of(f"the destination of backups of {source.region}", cloud.region, allowed, CODE)
    require_between("retentionPeriod", props.get("retentionPeriod"), DAYS, CODE)
    held = describe(Cloud(cloud.paths, source.region), source.inputs["identifier"])
    require(
        bool(held["BackupRetentionPeriod"]),
        f"InvalidDBInstanceState: {source.inputs['identifier']} has no automated backups; "
        "set its backupRetentionPeriod to 1 or more",
    )
    require(
        not held["StorageEncrypted"] or bool(props.get("kmsKeyId")),
        f"{CODE}: {source.inputs['identifier']} is encrypted; give a kmsKeyId of {cloud.region}",
    )
    _require_first(cloud, arn)


def _require_first(cloud: Cloud, arn: str) -> None:
    standing = cloud.ledger.find(REPLICATION, cloud.region)
    known = [row for row in standing if row.inputs["sourceDbInstanceArn"] == arn]
    require(not known, f"DBInstanceAutomatedBackupAlreadyExists: backups of {arn} go to {cloud.region} already")


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_valid(cloud, props)
    mark = hashlib.sha256(f"{props['sourceDbInstanceArn']} {cloud.region}".encode()).hexdigest()[:MARK]
    return cloud.arn("rds", f"auto-backup:ab-{mark}"), {}


SPECS = (
    Spec(
        REPLICATION, inputs("sourceDbInstanceArn!* kmsKeyId! retentionPeriod!"),
        _create, held="recorded", identity=("sourceDbInstanceArn",),
        references=(Reference("kmsKeyId", KEY, output="arn"),),
    ),
)  # fmt: skip
