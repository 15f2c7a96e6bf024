"""A bucket that AWS services write access logs to: closed, encrypted, and emptied by age."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws.s3 import (
    Bucket,
    BucketLifecycleConfiguration,
    BucketPolicy,
    BucketServerSideEncryptionConfiguration,
)

from components.base import Component
from components.storage.closed import close, tls_only

_DELIVERY = {"Service": "delivery.logs.amazonaws.com"}
_UNFINISHED_DAYS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LogBucketArgs:
    """Whose logs it holds: `account` is ours, `retention_days` how long an object is kept."""

    account: str
    retention_days: int
    protect: bool


class LogBucket(Component):
    """A bucket for load-balancer, accelerator and distribution logs."""

    type_path = "access:LogBucket"
    bucket: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: LogBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name = name
        made = Bucket(name, tags={"Name": name}, opts=pulumi.ResourceOptions(parent=self, protect=args.protect))
        close(name, made, self.child())
        self._encrypt(made)
        self._age(made, args.retention_days)
        self.writable: pulumi.Resource = self._allow(made, args.account)
        self.bucket, self.arn = made.bucket, made.arn
        self.publish()

    def _encrypt(self, made: Bucket) -> None:
        # Load balancers write with S3's keys or with one whose policy knows them; nothing here needs the latter:
        # https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html
        BucketServerSideEncryptionConfiguration(
            self._name,
            bucket=made.bucket,
            rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
            opts=self.child(),
        )

    def _age(self, made: Bucket, days: int) -> None:
        BucketLifecycleConfiguration(
            self._name,
            bucket=made.bucket,
            rules=[
                {
                    "id": "expire",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "expiration": {"days": days},
                    "abort_incomplete_multipart_upload": {"days_after_initiation": _UNFINISHED_DAYS},
                }
            ],
            opts=self.child(),
        )

    def _allow(self, made: Bucket, account: str) -> BucketPolicy:
        policy = made.arn.apply(lambda arn: {"Version": "2012-10-17", "Statement": statements(arn, account)})
        return BucketPolicy(self._name, bucket=made.bucket, policy=pulumi.Output.json_dumps(policy), opts=self.child())


def statements(bucket: str, account: str) -> Sequence[Mapping[str, Any]]:
    """Return who may do what with the bucket whose ARN is `bucket`: log delivery for `account`, nobody in the clear.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-S3.html
    """
    ours = {"aws:SourceAccount": account}
    source = {"ArnLike": {"aws:SourceArn": f"arn:aws:logs:*:{account}:*"}}
    owned = {**ours, "s3:x-amz-acl": "bucket-owner-full-control"}
    folders = [f"{bucket}/AWSLogs/{account}/*", f"{bucket}/*/AWSLogs/{account}/*"]
    return [
        {"Effect": "Allow", "Principal": _DELIVERY, "Action": "s3:PutObject", "Resource": folders}
        | {"Condition": {"StringEquals": owned, **source}},
        {"Effect": "Allow", "Principal": _DELIVERY, "Action": "s3:GetBucketAcl", "Resource": bucket}
        | {"Condition": {"StringEquals": ours, **source}},
        tls_only(bucket),
    ]
