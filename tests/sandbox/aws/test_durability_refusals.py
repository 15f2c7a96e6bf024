"""What S3, ECR, Secrets Manager and AWS Backup refuse and moto lets pass: one failing case for each guard."""

import pytest

from sandbox.aws.cloud import Cloud
from tests.sandbox.aws.cases import CASES, Case, Props
from tests.sandbox.aws.durability_cases import BROUGHT, DAILY
from tests.sandbox.aws.estate import Estate, refuse, refuse_deletion, refuse_update, subject_of

BY_NAME = {case.name: case for case in CASES}
STANDING = (
    "role", "key", "bucket", "weights", "weightskept", "farkey", "copies", "copieskept", "vault", "locked", "plan",
    "chosen",
)  # fmt: skip
TARGET: Props = {**BROUGHT["destination"]}
HOME: Props = {"region": "us-east-1", "registryId": "123456789012"}
FILTER: Props = {"filter": "work", "filterType": "PREFIX_MATCH"}
COPY: Props = {**DAILY["copyActions"][0]}


def brought(**change: object) -> Props:
    rule = {**BROUGHT, **change}
    return {"rules": [{key: value for key, value in rule.items() if value is not None}]}


def to(**change: object) -> Props:
    return brought(destination={key: value for key, value in {**TARGET, **change}.items() if value is not None})


def sent(rules: int = 1, **change: object) -> Props:
    rule: Props = {"destinations": [{**HOME, "region": "us-west-2"}], "repositoryFilters": [FILTER], **change}
    return {"replicationConfiguration": {"rules": [rule] * rules}}


def daily(**change: object) -> Props:
    return {"name": "other", "rules": [{**DAILY, **change}]}


REFUSED: tuple[tuple[str, Props, str], ...] = (
    ("replicated", {"bucket": "@bucket"}, r"InvalidRequest: Versioning must be Enabled .*; bucket-\w+ has none"),
    ("replicated", to(bucket="@bucket.arn"), r"the destination must exist and have versioning enabled; bucket-\w+ has"),
    ("replicated", to(bucket="arn:aws:s3:::none"), r"'arn:aws:s3:::none', which rules.destination.bucket of"),
    ("replicated", to(encryptionConfiguration=None), r"go together; found Enabled with no key"),
    ("replicated", brought(sourceSelectionCriteria=None), r"go together; found not enabled with arn:aws:kms:us-west-2"),
    ("replicated", to(encryptionConfiguration={"replicaKmsKeyId": "none"}), r"'none', which rules.destination.encrypt"),
    ("replicated", to(metrics=None), r"replicationTime is Enabled without metrics; enable them too"),
    ("replicated", to(replicationTime={"status": "Enabled", "time": {"minutes": 30}}), r"is 30; allowed are 15"),
    ("replicated", brought(deleteMarkerReplication=None), r"a rule with filter lacks deleteMarkerReplication"),
    ("replicated", brought(priority=None), r"a rule with filter lacks priority"),
    ("replicated", brought(status="On"), r"MalformedXML: status is 'On'; allowed are Enabled, Disabled"),
    ("replicated", {"rules": [BROUGHT, {**BROUGHT, "id": "two"}]}, r"priorities are \[1, 1\]; each rule must have its"),
    ("replicated", {"role": "arn:aws:iam::123456789012:role/none"}, r"role/none', which role of"),
    ("sent", sent(destinations=[HOME]), r"the registry of us-east-1 cannot replicate to itself; name another region"),
    ("sent", sent(11), r"11 rules; at most 10 are allowed"),
    ("sent", sent(repositoryFilters=[FILTER] * 101), r"101 repositoryFilters of a rule; at most 100"),
    ("sent", sent(destinations=[{**HOME, "region": f"r-{n}"} for n in range(26)]), r"26 destinations; at most 25"),
    ("sent", sent(repositoryFilters=[{**FILTER, "filterType": "GLOB"}]), r"is 'GLOB'; allowed are PREFIX_MATCH"),
    ("secret", {"replicas": [{"region": "us-east-1"}]}, r"replicas are in us-east-1; us-east-1 has the secret itself"),
    ("secret", {"replicas": [{"region": "us-west-2"}] * 2}, r"us-west-2, us-west-2; .* another region has one replica"),
    ("vault", {"name": "a"}, r"name is 'a'; \[a-zA-Z0-9_-\]\{2,50\} is allowed"),
    ("locked", {"backupVaultName": "none"}, r"'none', which backupVaultName of"),
    ("locked", {"minRetentionDays": 9, "maxRetentionDays": 8}, r"MinRetentionDays cannot be greater"),
    ("plan", {}, r"AlreadyExistsException: there is a backup plan 'daily' in us-east-1 already"),
    ("plan", daily(schedule="rate(1 day)"), r"'rate\(1 day\)'; cron with six fields is allowed"),
    ("plan", daily(startWindow=30), r"startWindow is 30 minutes; 60 or more"),
    ("plan", daily(completionWindow=119), r"completionWindow is 119 minutes; 120 or more"),
    ("plan", daily(lifecycle={"deleteAfter": 0}), r"deleteAfter is 0 days; 1 or more"),
    ("plan", daily(lifecycle={"deleteAfter": 90, "coldStorageAfter": 7}), r"deleteAfter is 90 days, coldStorageAfter 7"),
    ("plan", daily(copyActions=[{**COPY, "destinationVaultArn": "far"}]), r"'far' is no vault's ARN"),
    ("plan", daily(copyActions=[{**COPY, "lifecycle": {"deleteAfter": 0}}]), r"deleteAfter is 0 days"),
    ("plan", daily(targetVaultName="none"), r"'none', which rules.targetVaultName of"),
    ("chosen", {"selectionTags": None}, r"names nothing; give resources or selectionTags"),
    ("chosen", {"selectionTags": [{"type": "LIKE", "key": "a", "value": "b"}]}, r"is 'LIKE'; allowed are STRINGEQUALS"),
    ("chosen", {"resources": ["arn:aws:rds:us-east-1:123456789012:db:a"] * 501}, r"501 resources; at most 500"),
    ("chosen", {"name": "a b"}, r"name is 'a b'; \[a-zA-Z0-9_.-\]\{1,50\} is allowed"),
)  # fmt: skip


@pytest.fixture
def region(estate: Estate) -> Estate:
    for name in STANDING:
        estate.create(BY_NAME[name])
    return estate


def test_what_is_refused(region: Estate) -> None:
    for name, change, message in REFUSED:
        refuse(region, BY_NAME[name], change, message)


def test_a_registry_is_configured_once(region: Estate) -> None:
    region.create(BY_NAME["sent"])
    refuse(region, BY_NAME["sent"], {}, r"has a replication configuration already, .* give it to one stack")


def test_what_is_replicated_keeps_its_versions(region: Estate) -> None:
    region.create(BY_NAME["replicated"])
    suspended = {"versioningConfiguration": {"status": "Suspended"}}
    refuse_update(region, "weightskept", suspended, r"InvalidBucketState: bucket weights-\w+ is replicated")


def test_a_plan_goes_after_what_it_selects(region: Estate) -> None:
    refuse_deletion(region, "plan", r"InvalidRequestException: .* in use by Selection \S+; delete these first")


def test_a_secret_has_its_value_in_the_other_region(region: Estate) -> None:
    secret = BY_NAME["secret"]
    region.create(
        Case("secret", secret.type, {**secret.inputs, "name": "copied", "replicas": [{"region": "us-west-2"}]})
    )
    region.create(BY_NAME["value"])
    there = Cloud(region.provider.paths, "us-west-2").client("secretsmanager")
    assert there.get_secret_value(SecretId="copied")["SecretString"] == "s3cr3t"
    region.delete(BY_NAME["value"])
    region.delete(region.made["secret"].case)
    assert there.list_secrets()["SecretList"] == []


def test_drift_of_replication_is_seen(region: Estate) -> None:
    region.create(BY_NAME["replicated"])
    region.create(BY_NAME["sent"])
    cloud = region.provider.cloud
    cloud.client("s3").delete_bucket_replication(Bucket=region.id("weights"))
    cloud.client("ecr").put_replication_configuration(replicationConfiguration={"rules": []})
    cloud.client("backup").delete_backup_vault_lock_configuration(BackupVaultName=region.id("vault"))
    for name in ("replicated", "sent", "locked"):
        made = region.made[name]
        assert region.provider.read(subject_of(made.case), made.identity, {}, made.outputs) is None, name
