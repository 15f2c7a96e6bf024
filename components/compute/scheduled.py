"""What runs again and again beside the platform's own work: one run at a time, and each has an end."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.batch.v1 import CronJob, JobSpecArgsDict
from pulumi_kubernetes.core.v1 import ContainerArgsDict, PodSpecArgsDict, ServiceAccount, VolumeArgsDict
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict
from pulumi_kubernetes.networking.v1 import NetworkPolicy, NetworkPolicyEgressRuleArgsDict, NetworkPolicySpecArgsDict

from components.compute.nodes import DOMAIN_LABEL
from components.naming import BUSINESS
from components.pods import CONFINED_POD, leaving_dead_nodes
from components.tiers import PRECOMPUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run, and when there is one.

    Attributes:
        name: of the job in the domain `business`, of its service account and its network policy.
        schedule: as cron writes it.
        start_seconds: a pod may wait that long for its place, and pull its image, s; then the run is left out.
        longest_seconds: a run that goes on for longer is ended, s.
        grace_seconds: between SIGTERM and SIGKILL, s.
        reached: whom its pods talk to; nobody talks to them.
        container: the pod's.
        volumes: the pod's.
    """

    name: str
    schedule: str
    start_seconds: int
    longest_seconds: int
    grace_seconds: int
    reached: Sequence[NetworkPolicyEgressRuleArgsDict]
    container: ContainerArgsDict
    volumes: tuple[VolumeArgsDict, ...] = ()


def labels(name: str) -> dict[str, str]:
    """Return the labels of the job of this name, and of its pods."""
    return {"app.kubernetes.io/name": name}


def scheduled(name: str, run: Run, opts: pulumi.ResourceOptions) -> None:
    """Make the CronJob, on system nodes, in the tier that makes room for every other; its pods hold no token."""
    metadata = _metadata(run)
    account = ServiceAccount(name, metadata=metadata, automount_service_account_token=False, opts=opts)
    network = NetworkPolicy(name, metadata=metadata, spec=_network(run), opts=opts)
    CronJob(
        name,
        metadata=metadata,
        spec={
            "schedule": run.schedule,
            "concurrency_policy": "Forbid",
            "starting_deadline_seconds": run.start_seconds,
            "successful_jobs_history_limit": 1,
            "failed_jobs_history_limit": 3,
            "job_template": {"metadata": {"labels": labels(run.name)}, "spec": _job(run)},
        },
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[account, network])),
    )


def _metadata(run: Run) -> ObjectMetaArgsDict:
    return {"name": run.name, "namespace": BUSINESS, "labels": labels(run.name)}


def _network(run: Run) -> NetworkPolicySpecArgsDict:
    return {
        "pod_selector": {"match_labels": labels(run.name)},
        "policy_types": ["Ingress", "Egress"],
        "egress": list(run.reached),
    }


def _job(run: Run) -> JobSpecArgsDict:
    return {
        # What one run misses the next one finds.
        "backoff_limit": 0,
        "active_deadline_seconds": run.start_seconds + run.longest_seconds,
        "template": {"metadata": {"labels": labels(run.name)}, "spec": _pod(run)},
    }


def _pod(run: Run) -> PodSpecArgsDict:
    pod: PodSpecArgsDict = {
        "restart_policy": "Never",
        "service_account_name": run.name,
        "automount_service_account_token": False,
        "enable_service_links": False,
        "priority_class_name": PRECOMPUTE.name,
        "node_selector": {DOMAIN_LABEL: "system"},
        "tolerations": leaving_dead_nodes(),
        "termination_grace_period_seconds": run.grace_seconds,
        "security_context": CONFINED_POD,
        "containers": [run.container],
    }
    return {**pod, "volumes": list(run.volumes)} if run.volumes else pod
