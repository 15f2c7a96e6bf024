"""What is set on S3 buckets apart from the bucket itself, each a resource of its own."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.aws.bags import camel, covers, document, pascal
from sandbox.aws.bucket import BUCKET, answered, is_there
from sandbox.aws.cloud import Cloud, vanish
from sandbox.aws.ledger import Row
from sandbox.aws.rules import require, require_one_of
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.plugin.wire import Props, rows, section

BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
ALGORITHMS = ("AES256", "aws:kms", "aws:kms:dsse")
STATES = ("Enabled", "Suspended")
EXPIRY = (
    "id* status* prefix filter.prefix filter.objectSizeGreaterThan filter.objectSizeLessThan filter.tag.key "
    "filter.tag.value expiration.days expiration.date expiration.expiredObjectDeleteMarker "
    "abortIncompleteMultipartUpload.daysAfterInitiation noncurrentVersionExpiration.noncurrentDays "
    "noncurrentVersionExpiration.newerNoncurrentVersions transitions.days transitions.date transitions.storageClass "
    "noncurrentVersionTransitions.noncurrentDays noncurrentVersionTransitions.storageClass"
)


def _leave(cloud: Cloud, props: Props) -> None:
    """S3 takes whatever its form allows."""
    del cloud, props


@dataclass(frozen=True, slots=True)
class _Setting:
    """One thing that is set on a bucket and read back whole.

    Attributes:
        put: operation that sets it, and the argument that holds it.
        get: operation that reads it, and the part of the answer that holds it; none where the answer is it.
        delete: operation that takes it away; none where it can only be left.
        shape: inputs to the service's form.
        check: refuses what S3 would not take.
    """

    put: tuple[str, str]
    get: tuple[str, str]
    delete: str
    shape: Callable[[Props], Any]
    check: Callable[[Cloud, Props], object] = _leave

    def create(self, cloud: Cloud, props: Props) -> tuple[str, Props]:
        self.check(cloud, props)
        operation, argument = self.put
        getattr(cloud.client("s3"), operation)(Bucket=props["bucket"], **{argument: self.shape(props)})
        return props["bucket"], {}

    def read(self, cloud: Cloud, row: Row) -> Props | None:
        operation, part = self.get
        if not is_there(cloud, row.id):
            return None
        answer = answered(lambda: getattr(cloud.client("s3"), operation)(Bucket=row.id))
        held = section(answer, part) if part else {k: v for k, v in answer.items() if k != "ResponseMetadata"}
        wanted = self.shape(row.inputs)
        if not held:
            return None
        return {} if covers(held, wanted) else self._seen(row, held)

    def _seen(self, row: Row, held: Props) -> Props:
        """The inputs that the service's form differs in, by their own names."""
        own = {key: value for key, value in camel(held).items() if key in row.inputs}
        inner = next((key for key in row.inputs if isinstance(row.inputs[key], dict)), "")
        return own or {inner: camel(held)}

    def update(self, cloud: Cloud, row: Row, news: Props) -> Props:
        del row
        return self.create(cloud, news)[1]

    def remove(self, cloud: Cloud, row: Row) -> None:
        if self.delete and is_there(cloud, row.id):
            vanish(lambda: getattr(cloud.client("s3"), self.delete)(Bucket=row.id))


def _blocks(props: Props) -> dict[str, bool]:
    return {name[0].upper() + name[1:]: bool(props.get(name, False)) for name in BLOCKS}


def _encryption(props: Props) -> dict[str, Any]:
    made: list[dict[str, Any]] = []
    for rule in rows(props, "rules"):
        default = section(rule, "applyServerSideEncryptionByDefault")
        key = {"KMSMasterKeyID": default["kmsMasterKeyId"]} if default.get("kmsMasterKeyId") else {}
        bucket_key = {"BucketKeyEnabled": rule["bucketKeyEnabled"]} if "bucketKeyEnabled" in rule else {}
        given = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": default["sseAlgorithm"]} | key}
        made.append((given if default else {}) | bucket_key)
    return {"Rules": made}


def _check_encryption(cloud: Cloud, props: Props) -> None:
    del cloud
    for rule in rows(props, "rules"):
        default = section(rule, "applyServerSideEncryptionByDefault")
        require_one_of("sseAlgorithm", default.get("sseAlgorithm", ALGORITHMS[0]), ALGORITHMS, "InvalidArgument")


def _versioning(props: Props) -> dict[str, str]:
    return {"Status": props["versioningConfiguration"]["status"]}


def _check_versioning(cloud: Cloud, props: Props) -> None:
    state, bucket = props["versioningConfiguration"]["status"], props["bucket"]
    require_one_of("versioningConfiguration.status", state, STATES)
    replicated = answered(lambda: cloud.client("s3").get_bucket_replication(Bucket=bucket))
    require(
        state == STATES[0] or not replicated,
        f"InvalidBucketState: bucket {bucket} is replicated, so versioning stays Enabled; end the replication first",
    )


def _lifecycle(props: Props) -> dict[str, Any]:
    made = [pascal({key: value for key, value in rule.items() if key != "id"}) for rule in rows(props, "rules")]
    named = [{"ID": rule["id"], **shape} for rule, shape in zip(rows(props, "rules"), made, strict=True)]
    return {"Rules": [rule if "Filter" in rule or "Prefix" in rule else rule | {"Prefix": ""} for rule in named]}


def _ownership(props: Props) -> dict[str, Any]:
    return {"Rules": [{"ObjectOwnership": props["rule"]["objectOwnership"]}]}


def _policy(props: Props) -> str:
    policy = props["policy"]
    return policy if isinstance(policy, str) else json.dumps(policy)


def _put_policy(cloud: Cloud, props: Props) -> tuple[str, Props]:
    """Put it, unless it is public and the bucket refuses public ones."""
    s3, text = cloud.client("s3"), _policy(props)
    public = [
        one for one in rows(json.loads(text), "Statement")
        if one["Effect"] == "Allow" and one.get("Principal") in ("*", {"AWS": "*"}) and not one.get("Condition")
    ]  # fmt: skip
    blocked = answered(lambda: s3.get_public_access_block(Bucket=props["bucket"]))
    require(
        not (public and section(blocked, "PublicAccessBlockConfiguration").get("BlockPublicPolicy")),
        f"AccessDenied: the policy of bucket {props['bucket']} lets everybody in, which blockPublicPolicy forbids",
    )
    s3.put_bucket_policy(Bucket=props["bucket"], Policy=text)
    return props["bucket"], {}


def _read_policy(cloud: Cloud, row: Row) -> Props | None:
    answer = answered(lambda: cloud.client("s3").get_bucket_policy(Bucket=row.id))
    return document(row.inputs | {"policy": _policy(row.inputs)}, "policy", answer["Policy"]) if answer else None


def _on_bucket(name: str, paths: str, setting: _Setting) -> Spec:
    return Spec(
        f"aws:s3/{name}:{name[0].upper() + name[1:]}", inputs(f"bucket!* {paths}"),
        setting.create, setting.read, setting.update, setting.remove, identity=("bucket",), references=ON,
    )  # fmt: skip


ON = (Reference("bucket", BUCKET),)
SPECS = (
    _on_bucket(
        "bucketPublicAccessBlock", " ".join(BLOCKS),
        _Setting(
            ("put_public_access_block", "PublicAccessBlockConfiguration"),
            ("get_public_access_block", "PublicAccessBlockConfiguration"), "delete_public_access_block", _blocks,
        ),
    ),
    _on_bucket(
        "bucketServerSideEncryptionConfiguration",
        "rules.applyServerSideEncryptionByDefault.sseAlgorithm rules.bucketKeyEnabled rules* "
        "rules.applyServerSideEncryptionByDefault.kmsMasterKeyId",
        _Setting(
            ("put_bucket_encryption", "ServerSideEncryptionConfiguration"),
            ("get_bucket_encryption", "ServerSideEncryptionConfiguration"), "delete_bucket_encryption", _encryption,
            _check_encryption,
        ),
    ),
    _on_bucket(
        "bucketVersioning", "versioningConfiguration* versioningConfiguration.status",
        _Setting(
            ("put_bucket_versioning", "VersioningConfiguration"), ("get_bucket_versioning", ""), "", _versioning,
            _check_versioning,
        ),
    ),
    _on_bucket(
        "bucketOwnershipControls", "rule* rule.objectOwnership",
        _Setting(
            ("put_bucket_ownership_controls", "OwnershipControls"),
            ("get_bucket_ownership_controls", "OwnershipControls"), "delete_bucket_ownership_controls", _ownership,
        ),
    ),
    _on_bucket(
        "bucketLifecycleConfiguration", "rules* " + " ".join(f"rules.{path}" for path in EXPIRY.split()),
        _Setting(
            ("put_bucket_lifecycle_configuration", "LifecycleConfiguration"),
            ("get_bucket_lifecycle_configuration", ""), "delete_bucket_lifecycle", _lifecycle,
        ),
    ),
    Spec(
        "aws:s3/bucketPolicy:BucketPolicy", inputs("bucket!* policy*"), _put_policy, _read_policy,
        lambda cloud, row, news: _put_policy(cloud, row.inputs | news)[1],
        lambda cloud, row: vanish(lambda: cloud.client("s3").delete_bucket_policy(Bucket=row.id)),
        identity=("bucket",), references=ON,
    ),
)  # fmt: skip
