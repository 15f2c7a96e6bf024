"""The weights of a site: fetched once per GPU node onto its own disks, and offered there to the model server."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws.eks import PodIdentityAssociation
from pulumi_aws.iam import Role, RolePolicy
from pulumi_kubernetes.apps.v1 import DaemonSet
from pulumi_kubernetes.core.v1 import (
    ConfigMap,
    EnvVarArgsDict,
    PersistentVolume,
    PersistentVolumeClaim,
    ServiceAccount,
)
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict

from components.base import Component, site_tags
from components.compute.cluster import Cluster
from components.compute.identity import service_role
from components.compute.weights import pod
from components.naming import BUSINESS
from components.pods import files_digest
from components.serving import Inference
from components.storage.weights import WeightsBucket

_METADATA: Final[ObjectMetaArgsDict] = {"name": pod.NAME, "namespace": pod.NAMESPACE, "labels": pod.LABELS}


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsArgs:
    """What is fetched and from where.

    Attributes:
        inference: the model, its revision and images.
        bucket: where the region's weights lie.
        region: AWS region of the bucket.
        cluster: whose nodes get them.
        site: name of the site.
        after: what the claim needs, among it its namespace, and what the pods need to start.
    """

    inference: Inference
    bucket: WeightsBucket
    region: str
    cluster: Cluster
    site: str
    after: Sequence[pulumi.Resource]


class Weights(Component):
    """A DaemonSet that fetches weights and holds the server's image; pods that mount `claim` wait for both."""

    type_path = "compute:Weights"

    def __init__(self, name: str, args: WeightsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self._opts = pulumi.ResourceOptions(parent=self, depends_on=list(args.after))
        self._fetchers(self._identity())
        self.claim: pulumi.Resource = self._claim()
        self.publish()

    def _identity(self) -> list[pulumi.Resource]:
        tags = site_tags(self._name, self._args.site)
        role, _ = service_role(self._name, "pods.eks.amazonaws.com", [], tags, self)
        account = ServiceAccount(self._name, metadata=_METADATA, automount_service_account_token=False, opts=self._opts)
        association = PodIdentityAssociation(
            self._name,
            cluster_name=self._args.cluster.name,
            namespace=pod.NAMESPACE,
            service_account=pod.NAME,
            role_arn=role.arn,
            tags=tags,
            opts=self.child(),
        )
        return [account, association, self._read_only(role)]

    def _read_only(self, role: Role) -> RolePolicy:
        """Let the role read the bucket; listing is what tells a file that is not there from one that is forbidden."""
        bucket = self._args.bucket
        statements = [
            {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": bucket.arn},
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": pulumi.Output.concat(bucket.arn, "/*")},
            {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": bucket.key},
        ]
        policy = pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": statements})
        return RolePolicy(self._name, role=role.id, policy=policy, opts=self.child())

    def _fetchers(self, identity: Sequence[pulumi.Resource]) -> None:
        files = dict(pod.files())
        script = ConfigMap(self._name, metadata=_METADATA, data=files, opts=self._opts)
        source: list[EnvVarArgsDict] = [
            {"name": "BUCKET", "value": self._args.bucket.bucket},
            {"name": "AWS_REGION", "value": self._args.region},
        ]
        template_metadata: ObjectMetaArgsDict = {"labels": pod.LABELS, "annotations": files_digest(files)}
        DaemonSet(
            self._name,
            # Its pods are ready when the weights are there, which may be after they are first published.
            metadata={**_METADATA, "annotations": {"pulumi.com/skipAwait": "true"}},
            spec={
                "selector": {"match_labels": pod.LABELS},
                # They serve nobody, so all nodes get a new revision at once.
                "update_strategy": {"type": "RollingUpdate", "rolling_update": {"max_unavailable": "100%"}},
                "template": {"metadata": template_metadata, "spec": pod.pod_spec(self._args.inference, source)},
            },
            opts=pulumi.ResourceOptions.merge(self._opts, pulumi.ResourceOptions(depends_on=[script, *identity])),
        )

    def _claim(self) -> PersistentVolumeClaim:
        metadata: ObjectMetaArgsDict = {"name": pod.NAME, "labels": pod.LABELS}
        volume = PersistentVolume(self._name, metadata=metadata, spec=pod.shared_folder(), opts=self._opts)
        return PersistentVolumeClaim(
            self._name,
            metadata={**metadata, "namespace": BUSINESS},
            spec={
                "access_modes": ["ReadOnlyMany"],
                "storage_class_name": pod.CLASS,
                "volume_name": pod.NAME,
                "resources": {"requests": {"storage": pod.SIZE}},
            },
            opts=pulumi.ResourceOptions.merge(self._opts, pulumi.ResourceOptions(depends_on=[volume])),
        )
