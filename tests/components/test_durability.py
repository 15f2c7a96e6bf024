"""What would be left after a mistake, and after the loss of a region, read from the rendered resources of both stacks."""

import json
from functools import cache
from typing import Any

import engine

from components import database_names, naming
from components.asynchronous import NAME as WORKERS
from components.durability import TAG

THERE = "aws-us-east-1"


@cache
def _stack(name: str) -> engine.Engine:
    return engine.run(name, engine.values(name), None if name == "prod" else engine.UPSTREAM)


def _only(stack: str, kind: str) -> engine.Registered:
    [found] = _stack(stack).of(kind)
    return found


def _rule() -> dict[str, Any]:
    [rule] = _only("dr", "bucketReplicationConfig:BucketReplicationConfig").inputs["rules"]
    return rule


def test_weights_are_replicated_from_the_upstreams_bucket_by_its_own_region() -> None:
    made = _only("dr", "bucketReplicationConfig:BucketReplicationConfig")
    assert THERE in made.provider
    assert made.inputs["bucket"] == engine.UPSTREAM["weights"]["bucket"]
    assert _rule()["destination"]["bucket"] == "arn:aws:llm-dr-weights"
    assert not _stack("prod").of("bucketReplicationConfig:BucketReplicationConfig")


def test_replication_is_timed_measured_and_under_the_standbys_key() -> None:
    destination = _rule()["destination"]
    assert destination["replicationTime"] == {"status": "Enabled", "time": {"minutes": 15}}
    assert destination["metrics"] == {"status": "Enabled", "eventThreshold": {"minutes": 15}}
    assert destination["encryptionConfiguration"]["replicaKmsKeyId"] == "arn:aws:llm-dr-weights"
    assert _rule()["sourceSelectionCriteria"] == {"sseKmsEncryptedObjects": {"status": "Enabled"}}


def test_what_is_deleted_in_the_upstream_stays_in_the_standby() -> None:
    assert _rule()["deleteMarkerReplication"] == {"status": "Disabled"}
    policy = next(each for each in _stack("dr").of("iam/rolePolicy:RolePolicy") if each.name == "llm-dr-replication")
    allowed = json.loads(policy.inputs["policy"])["Statement"]
    assert not [action for each in allowed for action in each["Action"] if "Delete" in action]


def test_replication_decrypts_with_one_key_and_encrypts_with_the_other() -> None:
    policy = next(each for each in _stack("dr").of("iam/rolePolicy:RolePolicy") if each.name == "llm-dr-replication")
    keys = {
        each["Resource"]: (each["Action"], each["Condition"]["StringEquals"]["kms:ViaService"])
        for each in json.loads(policy.inputs["policy"])["Statement"]
        if each["Action"][0].startswith("kms:")
    }
    assert keys == {
        engine.UPSTREAM["weights"]["key"]: (["kms:Decrypt"], "s3.us-east-1.amazonaws.com"),
        "arn:aws:llm-dr-weights": (["kms:Encrypt", "kms:Decrypt"], "s3.us-west-2.amazonaws.com"),
    }


def test_replication_waits_for_versions_and_rights() -> None:
    [asked] = [it for it in _stack("dr").requests.values() if it.type.endswith(":BucketReplicationConfig")]
    waited = {urn.split("::", 2)[2].rsplit("$", 1)[-1] for urn in asked.dependencies}
    assert "aws:s3/bucketVersioning:BucketVersioning::llm-dr-weights" in waited
    assert "aws:iam/rolePolicy:RolePolicy::llm-dr-replication" in waited


def test_a_pushed_image_comes_under_the_name_that_the_standbys_workers_ask_for() -> None:
    made = _only("dr", "replicationConfiguration:ReplicationConfiguration")
    [rule] = made.inputs["replicationConfiguration"]["rules"]
    assert THERE in made.provider
    assert rule["destinations"] == [{"region": "us-west-2", "registryId": engine.ACCOUNT}]
    here, there = (
        {each.inputs["name"] for each in _stack(stack).of("ecr/repository:Repository")} for stack in ("dr", "prod")
    )
    assert here == there == {naming.worker_images("llm-prod"), database_names.images("llm-prod")}
    assert all(name.startswith(rule["repositoryFilters"][0]["filter"]) for name in there)
    workers = next(each for each in _stack("dr").of("apps/v1:Deployment") if each.inputs["metadata"]["name"] == WORKERS)
    image = workers.inputs["spec"]["template"]["spec"]["containers"][0]["image"]
    assert f".us-west-2.amazonaws.com/{naming.worker_images('llm-prod')}@" in image


def test_the_origins_token_is_in_the_standbys_region_too() -> None:
    copied = {each.name: each.inputs["replicas"] for each in _stack("prod").of(":Secret") if "replicas" in each.inputs}
    assert copied == {"llm-prod-entry-origin": [{"region": "us-west-2"}]}


def test_each_regions_backups_are_copied_into_the_others_vault() -> None:
    names = {stack: _only(stack, "backup/vault:Vault").inputs["name"] for stack in ("prod", "dr")}
    regions = {"prod": "us-east-1", "dr": "us-west-2"}
    for stack, other in (("prod", "dr"), ("dr", "prod")):
        [rule] = _only(stack, "backup/plan:Plan").inputs["rules"]
        arn = f"arn:aws:backup:{regions[other]}:{engine.ACCOUNT}:backup-vault:{names[other]}"
        assert rule["copyActions"] == [{"destinationVaultArn": arn, "lifecycle": {"deleteAfter": 35}}]
        assert (rule["targetVaultName"], rule["lifecycle"]) == (names[stack], {"deleteAfter": 35})
        assert rule["schedule"] == "cron(0 5 * * ? *)"


def test_vaults_are_locked_under_a_key_of_their_own() -> None:
    for stack in ("prod", "dr"):
        name = naming.backups(f"llm-{stack}")
        assert _only(stack, "backup/vault:Vault").inputs["kmsKeyArn"] == f"arn:aws:{name}"
        lock = _only(stack, "VaultLockConfiguration").inputs
        # Without `changeableForDays` it can be taken off again.
        assert lock == {"backupVaultName": name, "minRetentionDays": 7}


def test_what_has_the_tag_is_backed_up() -> None:
    chosen = _only("prod", "backup/selection:Selection").inputs
    assert chosen["selectionTags"] == [{"type": "STRINGEQUALS", "key": TAG, "value": "llm-prod-backups"}]
    attached = [each.inputs for each in _stack("prod").of("RolePolicyAttachment") if "backups" in each.name]
    assert {each["policyArn"].rsplit("/", 1)[-1] for each in attached} == {
        "AWSBackupServiceRolePolicyForBackup",
        "AWSBackupServiceRolePolicyForRestores",
    }


def test_a_primary_without_a_standby_copies_nowhere() -> None:
    values = engine.values("prod")
    del values["durability"]["standby"]
    made = engine.run("prod", values, None)
    [rule] = made.of("backup/plan:Plan")[0].inputs["rules"]
    assert not rule.get("copyActions")
    assert not [each for each in made.of(":Secret") if each.inputs.get("replicas")]


def test_old_weights_can_be_had_back_for_as_long_as_the_settings_say() -> None:
    values = engine.values("prod")
    values["durability"]["old_version_days"] = 44
    made = engine.run("prod", values, None)
    [rule] = [
        rule
        for each in made.of("BucketLifecycleConfiguration")
        if each.name == "llm-prod-weights"
        for rule in each.inputs["rules"]
    ]
    assert rule["noncurrentVersionExpiration"] == {"noncurrentDays": 44}
    assert rule["expiration"] == {"expiredObjectDeleteMarker": True}
