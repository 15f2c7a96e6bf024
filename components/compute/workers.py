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
from components.asynchronous import HOST, NAME
from components.base import Component, site_tags
from components.compute import signals, worker_network, worker_pod
from components.compute.cluster import Cluster
from components.compute.identity import service_role
from components.compute.scaling import Autoscaler, AutoscalerArgs, asked
from components.naming import DATA
from components.ports import REDIS_PORT
from components.settings import Settings
from components.storage.asynchronous import Queue

_METADATA: Final[ObjectMetaArgsDict] = {"name": NAME, "namespace": DATA, "labels": worker_pod.LABELS}
_STORE: Final[ObjectMetaArgsDict] = {"name": HOST, "namespace": DATA, "labels": worker_pod.LABELS}
_PODS: Final[LabelSelectorArgsDict] = {"match_labels": worker_pod.LABELS}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkersArgs:
    """What workers need.

    Attributes:
        settings: of the stack.
        site: name of the site.
        cluster: where they run.
        queue: the region's.
        keda: what makes their autoscaler.
        after: what their pods need to start.
    """

    settings: Settings
    site: str
    cluster: Cluster
    queue: Queue
    keda: pulumi.Resource
    after: Sequence[pulumi.Resource]


class Workers(Component):
    """A Deployment of `python -m worker run`, which knows the queue by the name `redis-cluster`."""

    type_path = "compute:Workers"

    def __init__(self, name: str, args: WorkersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self._opts = pulumi.ResourceOptions(parent=self, depends_on=list(args.after))
        worker_network.open_ways(name, args.queue.networks, self._opts)
        self._budget()
        self._autoscaler(self._deployment([*self._identity(), self._password(), self._alias()]))
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
        data = {worker_pod.PASSWORD: self._args.queue.password}
        return Secret(f"{self._name}-store", metadata=_STORE, string_data=data, opts=self._opts)

    def _alias(self) -> Service:
        return Service(
            f"{self._name}-store",
            metadata=_STORE,
            spec={"type": "ExternalName", "external_name": self._args.queue.host, "ports": [{"port": REDIS_PORT}]},
            opts=self._opts,
        )

    def _deployment(self, needed: Sequence[pulumi.Resource]) -> Deployment:
        settings, queue = self._args.settings, self._args.queue
        told = worker_pod.Told(store=queue.host, stack=settings.name, region=settings.region)
        template = worker_pod.pod_spec(settings.asynchronous, queue.image, told)
        return Deployment(
            self._name,
            metadata=_METADATA,
            # No `replicas`: the autoscaler owns the number, and an update must not take it back.
            spec={
                "selector": _PODS,
                "strategy": {"type": "RollingUpdate", "rolling_update": {"max_surge": 1, "max_unavailable": 0}},
                "template": {"metadata": {"labels": worker_pod.LABELS}, "spec": template},
            },
            opts=pulumi.ResourceOptions.merge(self._opts, pulumi.ResourceOptions(depends_on=list(needed))),
        )

    def _autoscaler(self, deployment: Deployment) -> None:
        """Follow the queue alone: a worker waits, so its CPU says nothing.

        Each site counts the jobs of the whole region, so that one site alone has workers for all of them.
        """
        settings = self._args.settings
        asynchronous, scaling = settings.asynchronous, settings.scaling
        jobs = signals.queued(queue_metric.QUEUE)
        args = AutoscalerArgs(
            namespace=DATA,
            deployment=NAME,
            replicas=asynchronous.workers,
            triggers=[asked("queue", jobs, asynchronous.jobs_per_worker)],
            scaling=scaling,
            fallback_replicas=asynchronous.workers.minimum,
            after=[deployment, self._args.keda],
        )
        Autoscaler(self._name, args, self.child())

    def _budget(self) -> None:
        PodDisruptionBudget(
            self._name, metadata=_METADATA, spec={"max_unavailable": 1, "selector": _PODS}, opts=self._opts
        )
