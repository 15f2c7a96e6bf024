"""The bucket that a region's model weights lie in: one per region, so that a region starts its nodes by itself.

Weights are put there as `<model>/<revision>/<file>`, and last of all `manifest.sha256`, what `sha256sum` prints of the
files: a revision without it is still on its way.
"""

from dataclasses import dataclass

import pulumi
from pulumi_aws.s3 import (
    Bucket,
    BucketLifecycleConfiguration,
    BucketOwnershipControls,
    BucketPolicy,
    BucketServerSideEncryptionConfiguration,
    BucketVersioning,
)

from components import keys
from components.base import Component
from components.storage.closed import close, tls_only

# Hundreds of GB may take a day to come.
_UNFINISHED_DAYS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsBucketArgs:
    """Whose bucket it is, and for how many days what is replaced or deleted can be had back."""

    account: str
    old_version_days: int
    protect: bool


class WeightsBucket(Component):
    """A versioned bucket under a key of its own, read by the nodes of every site of the region."""

    type_path = "storage:WeightsBucket"
    bucket: pulumi.Output[str]
    arn: pulumi.Output[str]
    key: pulumi.Output[str]

    def __init__(self, name: str, args: WeightsBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        own = keys.EncryptionKeyArgs(
            description="model weights of the region", account=args.account, statements=[], protect=args.protect
        )
        self.key = keys.EncryptionKey(name, own, self.child()).arn
        made = Bucket(name, tags={"Name": name}, opts=pulumi.ResourceOptions(parent=self, protect=args.protect))
        close(name, made, self.child())
        self._own(made)
        self._encrypt(made)
        # What replicates into the bucket waits for it.
        self.versioned: pulumi.Resource = self._keep_versions(made)
        self._refuse_plain(made)
        self.bucket, self.arn = made.bucket, made.arn
        self.publish()

    def _own(self, made: Bucket) -> None:
        # Access lists mean nothing any more: policies alone decide.
        BucketOwnershipControls(
            self._name, bucket=made.bucket, rule={"object_ownership": "BucketOwnerEnforced"}, opts=self.child()
        )

    def _encrypt(self, made: Bucket) -> None:
        # A bucket key asks KMS once for many objects: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
        BucketServerSideEncryptionConfiguration(
            self._name,
            bucket=made.bucket,
            rules=[
                {
                    "apply_server_side_encryption_by_default": {
                        "sse_algorithm": "aws:kms",
                        "kms_master_key_id": self.key,
                    },
                    "bucket_key_enabled": True,
                }
            ],
            opts=self.child(),
        )

    def _keep_versions(self, made: Bucket) -> BucketVersioning:
        """Keep what is overwritten or deleted for a while, then its delete marker goes too; what is current stays."""
        versioned = BucketVersioning(
            self._name, bucket=made.bucket, versioning_configuration={"status": "Enabled"}, opts=self.child()
        )
        BucketLifecycleConfiguration(
            self._name,
            bucket=made.bucket,
            rules=[
                {
                    "id": "old-versions",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "noncurrent_version_expiration": {"noncurrent_days": self._args.old_version_days},
                    "expiration": {"expired_object_delete_marker": True},
                    "abort_incomplete_multipart_upload": {"days_after_initiation": _UNFINISHED_DAYS},
                }
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versioned]),
        )
        return versioned

    def _refuse_plain(self, made: Bucket) -> None:
        policy = made.arn.apply(lambda arn: {"Version": "2012-10-17", "Statement": [tls_only(arn)]})
        BucketPolicy(self._name, bucket=made.bucket, policy=pulumi.Output.json_dumps(policy), opts=self.child())
