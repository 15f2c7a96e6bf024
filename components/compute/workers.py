"""The workers of one site: they take jobs from the region's queue and ask the site's own model servers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws.eks import PodIdentityAssociation
from pulumi_aws.iam import RolePolicy
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.core.v1 import Secret, Service, ServiceAccount
from pulumi_kubernetes.meta.v1 import LabelSelectorArgsDict, ObjectMetaArgsDict
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget

from components import queue_metric
from components.asynchronous import HOST, NAME, Asynchronous
from components.base import Component, site_tags
from components.compute import worker_network, worker_pod
from components.compute.cluster import Cluster
from components.compute.identity import service_role
from components.naming import DATA
from components.ports import REDIS_PORT

_METADATA: Final[ObjectMetaArgsDict] = {"name": NAME, "namespace": DATA, "labels": worker_pod.LABELS}
_STORE: Final[ObjectMetaArgsDict] = {"name": HOST, "namespace": DATA, "labels": worker_pod.LABELS}
_PODS: Final[LabelSelectorArgsDict] = {"match_labels": worker_pod.LABELS}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkersArgs:
    """What workers need.

    Attributes:
        asynchronous: their settings.
        stack: whose queue it is.
        region: its region, whose CloudWatch is told the queue's length.
        site: name of the site.
        cluster: where they run.
        image: theirs, by digest.
        store: host name of the queue's store.
        store_networks: where its nodes are, as CIDRs.
        password: of the store.
        after: what their pods need to start.
    """

    asynchronous: Asynchronous
    stack: str
    region: str
    site: str
    cluster: Cluster
    image: str
    store: pulumi.Input[str]
    store_networks: Sequence[str]
    password: pulumi.Input[str]
    after: Sequence[pulumi.Resource]


class Workers(Component):
    """A Deployment of `python -m worker run`, which knows the queue by the name `redis-cluster`."""

    type_path = "compute:Workers"

    def __init__(self, name: str, args: WorkersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self._opts = pulumi.ResourceOptions(parent=self, depends_on=list(args.after))
        worker_network.open_ways(name, args.store_networks, self._opts)
        self._deployment([*self._identity(), self._password(), self._alias()])
        self._budget()
        self.publish()

    def _identity(self) -> list[pulumi.Resource]:
        """Return the account of the pods, and its right to tell CloudWatch of the queue and of nothing else."""
        tags = site_tags(self._name, self._args.site)
        role, _ = service_role(self._name, "pods.eks.amazonaws.com", [], tags, self)
        only = {"StringEquals": {"cloudwatch:namespace": queue_metric.NAMESPACE}}
        allow = {"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*", "Condition": only}
        policy = pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [allow]})
        association = PodIdentityAssociation(
            self._name,
            cluster_name=self._args.cluster.name,
            namespace=DATA,
            service_account=NAME,
            role_arn=role.arn,
            tags=tags,
            opts=self.child(),
        )
        account = ServiceAccount(self._name, metadata=_METADATA, automount_service_account_token=False, opts=self._opts)
        return [RolePolicy(self._name, role=role.id, policy=policy, opts=self.child()), association, account]

    def _password(self) -> Secret:
        data = {worker_pod.PASSWORD: pulumi.Output.secret(self._args.password)}
        return Secret(f"{self._name}-store", metadata=_STORE, string_data=data, opts=self._opts)

    def _alias(self) -> Service:
        return Service(
            f"{self._name}-store",
            metadata=_STORE,
            spec={"type": "ExternalName", "external_name": self._args.store, "ports": [{"port": REDIS_PORT}]},
            opts=self._opts,
        )

    def _deployment(self, needed: Sequence[pulumi.Resource]) -> None:
        args = self._args
        pod = worker_pod.pod_spec(
            args.asynchronous, args.image, worker_pod.Queue(store=args.store, stack=args.stack, region=args.region)
        )
        Deployment(
            self._name,
            metadata=_METADATA,
            # No `replicas`: the autoscaler owns the number, and an update must not take it back.
            spec={
                "selector": _PODS,
                "strategy": {"type": "RollingUpdate", "rolling_update": {"max_surge": 1, "max_unavailable": 0}},
                "template": {"metadata": {"labels": worker_pod.LABELS}, "spec": pod},
            },
            opts=pulumi.ResourceOptions.merge(self._opts, pulumi.ResourceOptions(depends_on=list(needed))),
        )

    def _budget(self) -> None:
        PodDisruptionBudget(
            self._name, metadata=_METADATA, spec={"max_unavailable": 1, "selector": _PODS}, opts=self._opts
        )
