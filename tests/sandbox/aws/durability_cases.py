"""Cases of what is kept elsewhere: replication of buckets and registries, and backups."""

from tests.sandbox.aws.case import Case, Props, tagged

BROUGHT: Props = {
    "id": "weights", "status": "Enabled", "priority": 1, "filter": {"prefix": ""},
    "deleteMarkerReplication": {"status": "Disabled"},
    "sourceSelectionCriteria": {"sseKmsEncryptedObjects": {"status": "Enabled"}},
    "destination": {
        "bucket": "@copies.arn", "encryptionConfiguration": {"replicaKmsKeyId": "@farkey.arn"},
        "replicationTime": {"status": "Enabled", "time": {"minutes": 15}},
        "metrics": {"status": "Enabled", "eventThreshold": {"minutes": 15}},
    },
}  # fmt: skip
DAILY: Props = {
    "ruleName": "daily", "targetVaultName": "@vault", "schedule": "cron(0 5 * * ? *)", "startWindow": 60,
    "completionWindow": 120, "lifecycle": {"deleteAfter": 35},
    "copyActions": [{
        "destinationVaultArn": "arn:aws:backup:us-west-2:123456789012:backup-vault:far", "lifecycle": {"deleteAfter": 7},
    }],
}  # fmt: skip


def _sent(region: str, prefix: str = "work") -> Props:
    filters = [{"filter": prefix, "filterType": "PREFIX_MATCH"}]
    return {"destinations": [{"region": region, "registryId": "123456789012"}], "repositoryFilters": filters}


DURABLE = (
    Case("weights", "aws:s3/bucket:Bucket", {}),
    Case("weightskept", "aws:s3/bucketVersioning:BucketVersioning",
         {"bucket": "@weights", "versioningConfiguration": {"status": "Enabled"}}),
    Case("farkey", "aws:kms/key:Key", {"description": "copies", "region": "us-west-2"}),
    Case("copies", "aws:s3/bucket:Bucket", {"region": "us-west-2"}),
    Case("copieskept", "aws:s3/bucketVersioning:BucketVersioning",
         {"bucket": "@copies", "versioningConfiguration": {"status": "Enabled"}, "region": "us-west-2"}),
    Case("replicated", "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
         {"bucket": "@weights", "role": "@role.arn", "rules": [BROUGHT]},
         {"rules": [{**BROUGHT, "status": "Disabled"}]}),
    Case("sent", "aws:ecr/replicationConfiguration:ReplicationConfiguration",
         {"replicationConfiguration": {"rules": [_sent("us-west-2")]}},
         {"replicationConfiguration": {"rules": [_sent("us-west-2", "other-")]}}),
    Case("vault", "aws:backup/vault:Vault", {"kmsKeyArn": "@key.arn", **tagged()}, tagged("two")),
    Case("locked", "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
         {"backupVaultName": "@vault", "minRetentionDays": 7}),
    Case("plan", "aws:backup/plan:Plan", {"name": "daily", "rules": [DAILY], **tagged()},
         {"rules": [{**DAILY, "lifecycle": {"deleteAfter": 14}}], **tagged("two")}),
    Case("chosen", "aws:backup/selection:Selection",
         {"planId": "@plan", "iamRoleArn": "@role.arn",
          "selectionTags": [{"type": "STRINGEQUALS", "key": "backup", "value": "daily"}]}),
)  # fmt: skip
