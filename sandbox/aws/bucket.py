"""S3 buckets and what is set on them apart."""

from collections.abc import Callable
from typing import cast

from sandbox.aws.cloud import Cloud, vanish
from sandbox.aws.ledger import Row
from sandbox.aws.rules import require
from sandbox.aws.spec import Spec, inputs
from sandbox.aws.tags import mapping, pairs
from sandbox.plugin.wire import Props, rows, section

BUCKET = "aws:s3/bucket:Bucket"
HOME = "us-east-1"
"""The region that S3 takes where none is named, and refuses to be named."""


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    name = props["bucket"]
    placed = {} if cloud.region == HOME else {"CreateBucketConfiguration": {"LocationConstraint": cloud.region}}
    lock = {"ObjectLockEnabledForBucket": True} if props.get("objectLockEnabled") else {}
    require(
        not is_there(cloud, name),
        f"BucketAlreadyExists: there is a bucket {name!r} already; names are shared by all of AWS, choose another",
    )
    cloud.client("s3").create_bucket(Bucket=name, **placed, **lock)
    _tag(cloud, name, props)
    return name, {
        "arn": f"arn:aws:s3:::{name}", "bucketDomainName": f"{name}.s3.amazonaws.com", "bucketRegion": cloud.region,
        "bucketRegionalDomainName": f"{name}.s3.{cloud.region}.amazonaws.com",
    }  # fmt: skip


def _tag(cloud: Cloud, name: str, props: Props) -> None:
    if props.get("tags"):
        cloud.client("s3").put_bucket_tagging(Bucket=name, Tagging={"TagSet": pairs(props["tags"])})
    else:
        cloud.client("s3").delete_bucket_tagging(Bucket=name)


def is_there(cloud: Cloud, name: str) -> bool:
    """Whether the account has a bucket of this name."""
    return any(bucket["Name"] == name for bucket in cloud.client("s3").list_buckets()["Buckets"])


def answered(call: Callable[[], Props]) -> Props:
    """What is set on a bucket; S3 says in many ways that nothing is."""
    try:
        return call()
    except Exception as error:
        code = str(section(cast("Props", getattr(error, "response", {})), "Error").get("Code", ""))
        if code.startswith("NoSuch") or code.endswith("NotFoundError"):
            return {}
        raise


def _read(cloud: Cloud, row: Row) -> Props | None:
    if not is_there(cloud, row.id):
        return None
    answer = answered(lambda: cloud.client("s3").get_bucket_tagging(Bucket=row.id))
    return {"tags": mapping(answer.get("TagSet"))}


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    _tag(cloud, row.id, news)
    return {}


def _delete(cloud: Cloud, row: Row) -> None:
    if not is_there(cloud, row.id):
        return
    s3 = cloud.client("s3")
    listed = s3.list_object_versions(Bucket=row.id)
    held = [*rows(listed, "Versions"), *rows(listed, "DeleteMarkers")]
    require(
        not held or bool(row.inputs.get("forceDestroy")),
        f"BucketNotEmpty: bucket {row.id} holds {len(held)} objects or versions; empty it, or set forceDestroy",
    )
    for one in held:
        s3.delete_object(Bucket=row.id, Key=one["Key"], VersionId=one["VersionId"])
    vanish(lambda: s3.delete_bucket(Bucket=row.id))


SPECS = (
    Spec(
        BUCKET, inputs("bucket! forceDestroy objectLockEnabled! tags"), _create, _read, _update, _delete,
        computed=("arn", "bucketDomainName", "bucketRegion", "bucketRegionalDomainName"),
        identity=("bucket",), autoname=("bucket", 63),
    ),
)  # fmt: skip
