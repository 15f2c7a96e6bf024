"""What brings an upstream's weights and images to a standby; the standby owns all of it, as it owns the peering.

Replication is a setting of the bucket, and of the registry, that things are brought from, so both are in the
upstream's region. Replicas keep no order: a node that sees a revision's manifest before its files fails, and starts
again until they have come. What lay there before the replication began is not brought:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-batch-replication-batch.html
"""

import json
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_aws import Provider
from pulumi_aws.ecr import ReplicationConfiguration
from pulumi_aws.iam import Role, RolePolicy
from pulumi_aws.s3 import BucketReplicationConfig, BucketReplicationConfigRuleDestinationArgsDict

from components.base import Component
from components.storage.weights import WeightsBucket
from components.upstream import RegionOutputs

# The only number that S3 takes: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationTimeValue.html
_MINUTES: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicationArgs:
    """From where and to where.

    Attributes:
        account: ours, in both regions.
        here: provider of the standby's region.
        there: provider of the upstream's.
        upstream: what weights and images are brought from.
        region: the standby's.
        weights: the standby's bucket.
    """

    account: str
    here: Provider
    there: Provider
    upstream: RegionOutputs
    region: str
    weights: WeightsBucket


class Replication(Component):
    """New weights within 15 minutes, under the standby's key, and each pushed image."""

    type_path = "storage:Replication"

    def __init__(self, name: str, args: ReplicationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self._bring_weights()
        self._bring_images()
        self.publish()

    def _bring_weights(self) -> None:
        role = self._role()
        able = RolePolicy(self._name, role=role.id, policy=self._rights(), opts=self._at(self._args.here))
        opts = pulumi.ResourceOptions(depends_on=[able, self._args.weights.versioned])
        BucketReplicationConfig(
            self._name,
            bucket=self._args.upstream.weights.bucket,
            role=role.arn,
            rules=[
                {
                    "id": "weights",
                    "status": "Enabled",
                    "priority": 1,
                    "filter": {"prefix": ""},
                    # What is deleted there by mistake is still here.
                    "delete_marker_replication": {"status": "Disabled"},
                    "source_selection_criteria": {"sse_kms_encrypted_objects": {"status": "Enabled"}},
                    "destination": self._destination(),
                }
            ],
            opts=pulumi.ResourceOptions.merge(self._at(self._args.there), opts),
        )

    def _destination(self) -> BucketReplicationConfigRuleDestinationArgsDict:
        return {
            "bucket": self._args.weights.arn,
            "encryption_configuration": {"replica_kms_key_id": self._args.weights.key},
            "replication_time": {"status": "Enabled", "time": {"minutes": _MINUTES}},
            "metrics": {"status": "Enabled", "event_threshold": {"minutes": _MINUTES}},
        }

    def _at(self, provider: Provider) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, provider=provider)

    def _role(self) -> Role:
        trust = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        tags = {"Name": self._name}
        return Role(self._name, assume_role_policy=document, tags=tags, opts=self._at(self._args.here))

    def _rights(self) -> pulumi.Output[str]:
        """Return what S3 needs to bring encrypted objects; deleting is not among it.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
        """
        source, target = self._args.upstream.weights, self._args.weights
        from_region, to_region = self._args.upstream.region, self._args.region
        objects = pulumi.Output.concat(source.arn, "/*")
        read = ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"]
        statements = [
            _allow(["s3:GetReplicationConfiguration", "s3:ListBucket"], source.arn),
            _allow(read, objects),
            _allow(["s3:ReplicateObject", "s3:ReplicateTags"], pulumi.Output.concat(target.arn, "/*")),
            _allow(["kms:Decrypt"], source.key) | _through(from_region),
            # Decrypting is how S3 checks a bucket key before it uses it.
            _allow(["kms:Encrypt", "kms:Decrypt"], target.key) | _through(to_region),
        ]
        return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": statements})

    def _bring_images(self) -> None:
        """Have the registry send what is pushed into the upstream's repositories to those of the same names here.

        A registry has one such configuration, so two pairs of stacks cannot share an account and a region.
        https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
        """
        ReplicationConfiguration(
            self._name,
            replication_configuration={
                "rules": [
                    {
                        "destinations": [{"region": self._args.region, "registry_id": self._args.account}],
                        "repository_filters": [
                            {"filter": f"{self._args.upstream.name}-", "filter_type": "PREFIX_MATCH"}
                        ],
                    }
                ]
            },
            opts=self._at(self._args.there),
        )


def _allow(actions: list[str], resource: pulumi.Input[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def _through(region: str) -> dict[str, Any]:
    return {"Condition": {"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}}}
