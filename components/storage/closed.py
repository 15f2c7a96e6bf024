"""What every bucket of ours is: closed to the public, and to whoever comes without TLS."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_aws.s3 import Bucket, BucketPublicAccessBlock


def close(name: str, bucket: Bucket, opts: pulumi.ResourceOptions) -> None:
    """Block every way to make the bucket or an object of it public."""
    BucketPublicAccessBlock(
        name,
        bucket=bucket.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=opts,
    )


def tls_only(bucket: str) -> Mapping[str, Any]:
    """Return the statement that refuses requests in the clear to the bucket whose ARN is `bucket`.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    """
    everything = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [bucket, f"{bucket}/*"]}
    return everything | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
