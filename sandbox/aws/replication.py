"""Replication of buckets and registries into another region. Nothing is copied here: moto moves no object and no image.

Of a bucket's rules moto shows the role and, of each, id, status, priority and destination: the ledger holds the rest.
"""

from typing import Any

from sandbox.aws.bags import covers, pascal
from sandbox.aws.bucket import BUCKET, answered, is_there
from sandbox.aws.cloud import Cloud, vanish
from sandbox.aws.ledger import Row
from sandbox.aws.rules import require, require_one_of
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.plugin.wire import Props, rows, section

BUCKETS = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
REGISTRY = "aws:ecr/replicationConfiguration:ReplicationConfiguration"
STATES = ("Enabled", "Disabled")
MINUTES = 15
"""The only time that S3 takes (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationTimeValue.html)."""

REGISTRY_RULES, DESTINATIONS, FILTERS = 10, 25, 100
"""Most of each that a registry takes
(https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ReplicationConfiguration.html)."""

SHOWN = ("ID", "Status", "Priority")


def _require_rules(cloud: Cloud, props: Props) -> None:
    _require_versions(cloud, props["bucket"], "Versioning must be Enabled on the bucket that is replicated")
    priorities = [rule.get("priority") for rule in rows(props, "rules")]
    require(
        len(set(priorities)) == len(priorities),
        f"InvalidRequest: priorities are {priorities}; each rule must have its own",
    )
    for rule in rows(props, "rules"):
        _require_whole(rule)
        _require_time(section(rule, "destination"))
        _require_key(rule)
        target = str(rule["destination"]["bucket"]).removeprefix("arn:aws:s3:::")
        _require_versions(cloud, target, "the destination must exist and have versioning enabled")


def _require_versions(cloud: Cloud, bucket: str, rule: str) -> None:
    kept = is_there(cloud, bucket) and cloud.client("s3").get_bucket_versioning(Bucket=bucket).get("Status")
    require(kept == "Enabled", f"InvalidRequest: {rule}; {bucket} has {kept or 'none'}")


def _require_whole(rule: Props) -> None:
    """Refuse half of the newer form: a filter goes with a priority and a word on delete markers.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html
    """
    require_one_of("status", rule["status"], STATES, "MalformedXML")
    lacking = [name for name in ("deleteMarkerReplication", "priority") if rule.get(name) is None]
    require("filter" not in rule or not lacking, f"InvalidRequest: a rule with filter lacks {' and '.join(lacking)}")


def _require_time(destination: Props) -> None:
    time, metrics = section(destination, "replicationTime"), section(destination, "metrics")
    for value in (section(time, "time"), section(metrics, "eventThreshold")):
        require_one_of("minutes", value.get("minutes", MINUTES), (MINUTES,), "InvalidArgument")
    timed, measured = time.get("status") == "Enabled", metrics.get("status") == "Enabled"
    require(measured or not timed, "InvalidRequest: replicationTime is Enabled without metrics; enable them too")


def _require_key(rule: Props) -> None:
    encrypted = section(section(rule, "sourceSelectionCriteria"), "sseKmsEncryptedObjects").get("status") == "Enabled"
    key = section(section(rule, "destination"), "encryptionConfiguration").get("replicaKmsKeyId")
    require(
        encrypted == bool(key),
        "InvalidRequest: sseKmsEncryptedObjects and replicaKmsKeyId go together;"
        f" found {'Enabled' if encrypted else 'not enabled'} with {key or 'no key'}",
    )


def _shape(props: Props) -> dict[str, Any]:
    return {"Role": props["role"], "Rules": [_rule(rule) for rule in rows(props, "rules")]}


def _rule(rule: Props) -> dict[str, Any]:
    destination = section(rule, "destination")
    key = section(destination, "encryptionConfiguration").get("replicaKmsKeyId")
    encryption = {"EncryptionConfiguration": {"ReplicaKmsKeyID": key}} if key else {}
    rest = {name: value for name, value in rule.items() if name not in ("id", "destination")}
    named = {"ID": rule["id"]} if rule.get("id") else {}
    return named | pascal(rest) | {"Destination": pascal(destination) | encryption}


def _put(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_rules(cloud, props)
    cloud.client("s3").put_bucket_replication(Bucket=props["bucket"], ReplicationConfiguration=_shape(props))
    return props["bucket"], {}


def _read(cloud: Cloud, row: Row) -> Props | None:
    if not is_there(cloud, row.id):
        return None
    answer = answered(lambda: cloud.client("s3").get_bucket_replication(Bucket=row.id))
    held = section(answer, "ReplicationConfiguration")
    if not held:
        return None
    wanted = _shape(row.inputs)
    seen = [_shown(rule) for rule in rows(held, "Rules")]
    same = covers(seen, [_shown(rule) for rule in wanted["Rules"]])
    changed: Props = {} if held["Role"] == wanted["Role"] else {"role": held["Role"]}
    return changed if same else changed | {"rules": seen}


def _shown(rule: Props) -> Props:
    return {name: rule[name] for name in SHOWN if name in rule} | {"bucket": section(rule, "Destination")["Bucket"]}


def _require_registry(cloud: Cloud, props: Props) -> None:
    given = rows(section(props, "replicationConfiguration"), "rules")
    targets = {(each["region"], each["registryId"]) for rule in given for each in rows(rule, "destinations")}
    for name, found, most in (
        ("rules", len(given), REGISTRY_RULES),
        ("destinations", len(targets), DESTINATIONS),
        ("repositoryFilters of a rule", max((len(rows(r, "repositoryFilters")) for r in given), default=0), FILTERS),
    ):
        require(found <= most, f"InvalidParameterException: {found} {name}; at most {most} are allowed")
    require(
        (cloud.region, cloud.caller["Account"]) not in targets,
        f"InvalidParameterException: the registry of {cloud.region} cannot replicate to itself; name another region",
    )
    for rule in given:
        for each in rows(rule, "repositoryFilters"):
            require_one_of("filterType", each.get("filterType"), ("PREFIX_MATCH",), "InvalidParameterException")


def _set_registry(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_registry(cloud, props)
    cloud.client("ecr").put_replication_configuration(replicationConfiguration=_registry(props))
    account = cloud.caller["Account"]
    return account, {"registryId": account}


def _registry(props: Props) -> Props:
    """The configuration, with all that moto asks of it."""
    given = rows(section(props, "replicationConfiguration"), "rules")
    return {"rules": [{"repositoryFilters": [], **rule} for rule in given]}


def _create_registry(cloud: Cloud, props: Props) -> tuple[str, Props]:
    held = cloud.client("ecr").describe_registry()["replicationConfiguration"]["rules"]
    require(
        not held,
        f"the registry of {cloud.region} has a replication configuration already, and can have one alone;"
        " give it to one stack",
    )
    return _set_registry(cloud, props)


def _read_registry(cloud: Cloud, row: Row) -> Props | None:
    held = cloud.client("ecr").describe_registry()["replicationConfiguration"]
    if not held["rules"]:
        return None
    return {} if covers(held, _registry(row.inputs)) else {"replicationConfiguration": held}


def _clear_registry(cloud: Cloud, row: Row) -> None:
    del row
    cloud.client("ecr").put_replication_configuration(replicationConfiguration={"rules": []})


RULE = (
    "id status* priority filter.prefix filter.tag.key filter.tag.value prefix deleteMarkerReplication.status "
    "sourceSelectionCriteria.sseKmsEncryptedObjects.status sourceSelectionCriteria.replicaModifications.status "
    "destination.bucket destination.account destination.storageClass "
    "destination.encryptionConfiguration.replicaKmsKeyId destination.replicationTime.status "
    "destination.replicationTime.time.minutes destination.metrics.status destination.metrics.eventThreshold.minutes"
)
SPECS = (
    Spec(
        BUCKETS, inputs("bucket!* role* rules* " + " ".join(f"rules.{path}" for path in RULE.split())),
        _put, _read, lambda cloud, row, news: _put(cloud, row.inputs | news)[1],
        lambda cloud, row: vanish(lambda: cloud.client("s3").delete_bucket_replication(Bucket=row.id)),
        identity=("bucket",), references=(
            Reference("bucket", BUCKET),
            Reference("role", "aws:iam/role:Role", output="arn", everywhere=True),
            Reference("rules.destination.bucket", BUCKET, output="arn", everywhere=True),
            Reference(
                "rules.destination.encryptionConfiguration.replicaKmsKeyId", "aws:kms/key:Key", output="arn",
                everywhere=True,
            ),
        ),
    ),
    Spec(
        REGISTRY,
        inputs(
            "replicationConfiguration.rules.destinations.region replicationConfiguration.rules.destinations.registryId "
            "replicationConfiguration.rules.repositoryFilters.filter "
            "replicationConfiguration.rules.repositoryFilters.filterType"
        ),
        _create_registry, _read_registry, lambda cloud, row, news: _set_registry(cloud, row.inputs | news)[1],
        _clear_registry, computed=("registryId",),
    ),
)  # fmt: skip
