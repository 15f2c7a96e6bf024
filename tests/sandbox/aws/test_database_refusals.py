"""What RDS and SNS refuse and moto lets pass, and the life of a replica in another region."""

import json
from typing import Any

import pytest

from sandbox.aws.provider import AwsProvider
from sandbox.plugin.provider import ProviderError
from tests.sandbox.aws.case import Case, Props
from tests.sandbox.aws.cases import CASES
from tests.sandbox.aws.estate import Estate, refuse, refuse_deletion, refuse_update, subject_of
from tests.sandbox.aws.storage_cases import GROUP, parameter

BY_NAME = {case.name: case for case in CASES}
STANDING = ("vpc", "a", "b", "sg", "key", "topic", "members", "placed", "member", "plain", "copied")
INSTANCE = BY_NAME["member"].type
FAR = "us-west-2"
OWN: Props = {"manageMasterUserPassword": None, "masterUserSecretKmsKeyId": None, "password": "a-password-of-our-own"}


def with_parameter(*changed: Props) -> Props:
    names = {each["name"] for each in changed}
    return {"name": "x", "parameters": [*(each for each in GROUP if each["name"] not in names), *changed]}


REFUSED: tuple[tuple[str, Props, str], ...] = (
    ("members", with_parameter(parameter("gtid-mode", "ON", "immediate")),
     r"InvalidParameterCombination: cannot use immediate apply method for static parameter gtid-mode; .*pending-reboot"),
    ("members", with_parameter({"name": "enforce_gtid_consistency", "value": "ON"}), r"static parameter enforce_gtid"),
    ("members", with_parameter(parameter("gtid-mode", "ON", "later")), r"applyMethod of gtid-mode is 'later'; allowed"),
    ("members", with_parameter(parameter("gtid_mode", "ON")), r"Could not find parameter with name: gtid_mode"),
    ("members", with_parameter(parameter("rds.custom_dns_resolution", "0")), r"enabled is 1 and .* is 0; they must be"),
    ("members", with_parameter(parameter("group_replication_group_name", "ours")), r"'ours', which is no UUID"),
    ("members", {"name": "x", "family": "mysql5.7"}, r"family is 'mysql5.7'; allowed are mysql8.0, mysql8.4"),
    ("members", {"name": "Group"}, r"name is 'Group'; 1 to 255 small letters"),
    ("placed", {"name": "x", "subnetIds": ["@a"]}, r"DBSubnetGroupDoesNotCoverEnoughAZs: .*'us-east-1a'"),
    ("placed", {"name": "@placed"}, r"DBSubnetGroupAlreadyExists"),
    ("member", {"identifier": "a--b"}, r"identifier is 'a--b'; 1 to 63"),
    ("member", {"identifier": "x", "username": "rdsgrprepladmin"}, r"username is 'rdsgrprepladmin'; 1 to 16"),
    ("member", {"identifier": "x", "availabilityZone": "us-east-1a"}, r"availabilityZone us-east-1a with multiAz"),
    ("plain", {"identifier": "x", "availabilityZone": "us-west-2a"}, r"us-west-2a is not of us-east-1"),
    ("member", {"identifier": "x", "maxAllocatedStorage": 399}, r"maxAllocatedStorage is 399 GiB, below the 400"),
    ("member", {"identifier": "x", "allocatedStorage": 399}, r"iops and storageThroughput with 399 GiB of gp3"),
    ("member", {"identifier": "x", "storageType": "gp4"}, r"storageType is 'gp4'; allowed are gp2, gp3"),
    ("member", {"identifier": "x", "storageEncrypted": None}, r"kmsKeyId without storageEncrypted"),
    ("member", {"identifier": "x", "password": "hunter2-hunter2"}, r"password with manageMasterUserPassword"),
    ("member", {"identifier": "x", "manageMasterUserPassword": None}, r"masterUserSecretKmsKeyId without manage"),
    ("plain", {"identifier": "x", "password": None}, r"MissingParameter: instance x has no password"),
    ("plain", {"identifier": "x", "username": None}, r"MissingParameter: username of instance x"),
    ("plain", {"identifier": "x", "engine": "postgres"}, r"engine is 'postgres'; allowed are mysql"),
    ("member", {"identifier": "x", "engineVersion": "8.0.42"}, r"is of family mysql8.4, instance x of mysql8.0"),
    ("member", {"identifier": "x", "backupRetentionPeriod": 36}, r"backupRetentionPeriod is 36; 0 to 35"),
    ("member", {"identifier": "x", "maintenanceWindow": "sun:08:30-sun:08:45"}, r"of 30 minutes or more"),
    ("member", {"identifier": "x", "enabledCloudwatchLogsExports": ["slow"]}, r"is 'slow'; allowed are audit, error"),
    ("member", {"identifier": "x", "parameterGroupName": "none"}, r"'none', which parameterGroupName of"),
    ("copied", {"region": None}, r"plain-\w+ is in us-east-1 itself; its backups go to another region"),
    ("copied", {"sourceDbInstanceArn": "arn:none"}, r"'arn:none' is no instance of the account"),
    ("copied", {"region": "us-east-2", "retentionPeriod": 36}, r"retentionPeriod is 36; 1 to 35"),
    ("copied", {"region": "eu-south-1"}, r"the destination of backups of us-east-1 is 'eu-south-1'; allowed are"),
    ("copied", {"sourceDbInstanceArn": "@member.arn"}, r"member is encrypted; give a kmsKeyId of us-west-2"),
    ("copied", {}, r"backups of arn:.* go to us-west-2 already"),
    ("events", {"name": "x", "snsTopic": "arn:none"}, r"'arn:none', which snsTopic of"),
    ("events", {"name": "x", "sourceIds": ["gone"]}, r"SourceNotFound: db-instance \['gone'\]"),
    ("events", {"name": "x", "sourceType": None}, r"sourceIds without sourceType"),
    ("events", {"name": "x", "eventCategories": ["outage"]}, r"is 'outage'; allowed are availability"),
    ("topic", {"name": "a topic"}, r"name is 'a topic'; 1 to 256 letters"),
    ("topic", {"name": "x", "kmsMasterKeyId": "none"}, r"KMSNotFound: kmsMasterKeyId 'none'"),
    ("publishers", {"policy": json.dumps({"Statement": [{"Resource": "*"}]})}, r"its Resource must be arn:aws:sns:.*"),
)  # fmt: skip


@pytest.fixture
def database(estate: Estate) -> Estate:
    for name in STANDING:
        estate.create(BY_NAME[name])
    return estate


def replica(source: str, **change: Any) -> Case:
    inputs = {"identifier": "copy", "instanceClass": "db.r7g.xlarge", "replicateSourceDb": source, "kmsKeyId": "@far.arn",
              "skipFinalSnapshot": True, "region": FAR, **change}  # fmt: skip
    return Case("copy", INSTANCE, {name: value for name, value in inputs.items() if value is not None})


def source(**change: Any) -> Case:
    kept = {name: value for name, value in {**BY_NAME["member"].inputs, **OWN}.items() if value is not None}
    return Case("source", INSTANCE, {**kept, "identifier": "source", **change})


@pytest.fixture
def regions(database: Estate) -> Estate:
    """A source whose password is ours, and a key where its copy is to be."""
    database.create(source())
    database.create(Case("far", "aws:kms/key:Key", {"description": "copies", "region": FAR}))
    return database


def client(estate: Estate, region: str) -> Any:
    provider = AwsProvider(estate.provider.paths)
    provider.configure({"region": region})
    return provider.cloud.client("rds")


def test_what_rds_and_sns_would_not_make(database: Estate) -> None:
    for name, change, message in REFUSED:
        refuse(database, BY_NAME[name], change, message)


@pytest.mark.parametrize("name", ["placed", "zones"])
def test_a_subnet_group_is_of_one_network_for_good(estate: Estate, name: str) -> None:
    for each in ("vpc", "a", "b", name):
        estate.create(BY_NAME[each])
    estate.create(Case("other", BY_NAME["vpc"].type, {"cidrBlock": "10.9.0.0/16"}))
    for number, zone in enumerate(("us-east-1a", "us-east-1b")):
        away = {"vpcId": "@other", "cidrBlock": f"10.9.{number}.0/24", "availabilityZone": zone}
        estate.create(Case(f"away{number}", BY_NAME["a"].type, away))
    mixed, moved = {"name": "x", "subnetIds": ["@a", "@away1"]}, {"subnetIds": ["@away0", "@away1"]}
    refuse(estate, BY_NAME[name], mixed, r"InvalidSubnet: .* must be of one VPC")
    refuse_update(estate, name, moved, r"InvalidSubnet: .* is of vpc-\w+ and can not move to another VPC")


def test_a_password_is_in_no_message(database: Estate) -> None:
    with pytest.raises(ProviderError, match="password must be 8 to 41 printable") as told:
        database.create(source(password="an/unfit-password"))
    assert "unfit" not in str(told.value)


def test_groups_stay_while_an_instance_uses_them(database: Estate) -> None:
    refuse_deletion(database, "members", r"InvalidDBParameterGroupState: .* in use by Instance db-")
    refuse_deletion(database, "placed", r"InvalidDBSubnetGroupStateFault: .* in use by Instance db-")
    refuse_deletion(database, "sg", r"DependencyViolation: .* in use by Instance db-")


def test_a_protected_instance_stays_and_leaves_a_snapshot_when_it_goes(database: Estate) -> None:
    refuse_deletion(database, "member", r"member has deletion protection; set deletionProtection to false and update")
    free = {"deletionProtection": False}
    database.update(BY_NAME["member"], {**free, "finalSnapshotIdentifier": None})
    refuse_deletion(database, "member", r"finalSnapshotIdentifier is required when skipFinalSnapshot is false")
    database.update(BY_NAME["member"], free)
    secret = database.made["member"].outputs["masterUserSecrets"][0]["secretArn"]
    secrets = database.provider.cloud.client("secretsmanager")
    assert json.loads(secrets.get_secret_value(SecretId=secret)["SecretString"])["username"] == "platform_admin"
    database.delete(BY_NAME["member"])
    kept = client(database, "us-east-1").describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    assert [snapshot["DBSnapshotIdentifier"] for snapshot in kept] == ["member-final"]
    assert secrets.list_secrets()["SecretList"] == []


def test_what_rds_would_not_change_in_place(database: Estate) -> None:
    refuse_update(database, "member", {"allocatedStorage": 399, "iops": None, "storageThroughput": None},
                  r"allocatedStorage of member is 400 GiB and can not shrink to 399")  # fmt: skip
    refuse_update(database, "member", {"replicateSourceDb": "plain"}, r"cannot elect new source .* replicates nothing")
    refuse_update(database, "member", {"identifier": "other"}, r"does not rename instance member to other")
    refuse_update(database, "member", {"engineVersion": "8.0.42"}, r"family mysql8.4, instance member of mysql8.0")
    refuse_update(
        database, "members", {"parameters": [parameter("gtid-mode", "OFF", "immediate")]}, r"static parameter"
    )


def test_a_parameter_that_is_taken_away_has_its_default_again(database: Estate) -> None:
    name = database.id("members")
    database.update(BY_NAME["members"], {"parameters": list(GROUP[:-1])})
    shown = client(database, "us-east-1").describe_db_parameters(DBParameterGroupName=name)["Parameters"]
    gone = [each for each in shown if each["ParameterName"] == "replica_preserve_commit_order"]
    assert [each["Source"] for each in gone] == ["engine-default"]
    database.require_no_drift()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"replicateSourceDb": "source"}, r"'source' is neither an instance of us-west-2 nor the ARN"),
        ({"kmsKeyId": None}, r"source is encrypted, in us-east-1; give its replica a kmsKeyId of us-west-2"),
        ({"kmsKeyId": "@key.arn"}, r"which kmsKeyId of .* does not exist in us-west-2"),
        ({"replicateSourceDb": "@plain.arn"}, r"kmsKeyId for a replica of plain-\w+, which is not encrypted"),
        ({"replicateSourceDb": "@member.arn"}, r"RDS manages the master password of member, and makes no replica"),
        ({"username": "other", "dbName": "x"}, r"username and dbName with replicateSourceDb; a replica has its source"),
        ({"engineVersion": "8.0.42", "parameterGroupName": "far"}, r"'far', which parameterGroupName of"),
    ],
)
def test_replicas_that_rds_would_not_make(regions: Estate, asked: Props, message: str) -> None:
    refuse(regions, replica("@source.arn"), asked, message)


def test_the_source_of_a_replica_has_backups(regions: Estate) -> None:
    regions.update(source(), {"backupRetentionPeriod": 0})
    refuse(regions, replica("@source.arn"), {}, r"source has no automated backups, which the source of a replica must")


def test_a_replica_is_promoted_in_place_by_leaving_its_source_out(regions: Estate) -> None:
    copy = replica(
        "@source.arn", backupRetentionPeriod=7, skipFinalSnapshot=False, finalSnapshotIdentifier="copy-final"
    )
    regions.create(copy)
    made = regions.made["copy"]
    assert made.outputs["endpoint"] == f"{made.outputs['address']}:3306"
    assert FAR in made.outputs["address"]
    assert made.outputs["resourceId"] == made.identity
    held = client(regions, FAR).describe_db_instances(DBInstanceIdentifier="copy")["DBInstances"][0]
    assert (held["Engine"], held["EngineVersion"], held["AllocatedStorage"]) == ("mysql", "8.4.8", 400)
    assert held["StorageEncrypted"]
    regions.require_no_drift()
    refuse_deletion(regions, "copy", r"a replica leaves no final snapshot; set skipFinalSnapshot of copy to true")
    refuse_update(regions, "copy", {"replicateSourceDb": "@plain.arn"}, r"replicates arn:.*:source, not arn:")
    promoted = Case("copy", INSTANCE, {key: value for key, value in copy.inputs.items() if key != "replicateSourceDb"})
    regions.update(promoted)
    assert (regions.id("copy"), regions.made["copy"].outputs["arn"]) == (made.identity, made.outputs["arn"])
    regions.require_no_drift()
    refuse_update(regions, "copy", {"replicateSourceDb": "@source.arn"}, r"copy replicates nothing, not arn:")
    regions.delete(promoted)
    assert client(regions, "us-east-1").describe_db_instances(DBInstanceIdentifier="source")["DBInstances"]


def test_a_replica_of_a_replica_has_the_settings_of_the_first(regions: Estate) -> None:
    regions.create(replica("@source.arn", backupRetentionPeriod=7))
    regions.create(Case("second", INSTANCE, {**replica("copy").inputs, "identifier": "second"}))
    held = client(regions, FAR).describe_db_instances(DBInstanceIdentifier="second")["DBInstances"][0]
    assert (held["EngineVersion"], held["MasterUsername"]) == ("8.4.8", "platform_admin")


REPLACED = ("availabilityZone", "dbName", "engine", "kmsKeyId", "storageEncrypted", "username")
IN_PLACE = (
    "allocatedStorage", "backupRetentionPeriod", "dbSubnetGroupName", "deletionProtection", "engineVersion",
    "identifier", "instanceClass", "manageMasterUserPassword", "multiAz", "parameterGroupName", "password", "port",
    "replicateSourceDb", "storageType", "vpcSecurityGroupIds",
)  # fmt: skip


def test_only_what_the_real_provider_replaces_is_replaced(database: Estate) -> None:
    for names, replaced in ((REPLACED, True), (IN_PLACE, False)):
        for name in names:
            found = database.provider.diff(subject_of(BY_NAME["member"]), "db-1", {name: "one"}, {name: "two"})
            assert [change.replaces for change in found.changes] == [replaced], name


def test_changes_to_a_database_by_others_are_seen_and_put_right(database: Estate) -> None:
    rds = client(database, "us-east-1")
    rds.modify_db_instance(DBInstanceIdentifier="member", DeletionProtection=False, BackupRetentionPeriod=1)
    opened = {"ParameterName": "gtid-mode", "ParameterValue": "OFF", "ApplyMethod": "pending-reboot"}
    rds.modify_db_parameter_group(DBParameterGroupName=database.id("members"), Parameters=[opened])
    seen = {name: seen_of(database, name) for name in ("member", "members")}
    assert (seen["member"]["deletionProtection"], seen["member"]["backupRetentionPeriod"]) == (False, 1)
    assert parameter("gtid-mode", "OFF") in seen["members"]["parameters"]
    for name in seen:
        database.update(BY_NAME[name])
    database.require_no_drift()


def seen_of(estate: Estate, name: str) -> Props:
    made = estate.made[name]
    seen = estate.provider.read(subject_of(made.case), made.identity, {}, made.outputs)
    assert seen is not None
    return seen.inputs
