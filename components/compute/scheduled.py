"""What runs again and again beside the platform's own work: one run at a time, and each has an end."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.batch.v1 import CronJob, JobSpecArgsDict
from pulumi_kubernetes.core.v1 import ContainerArgsDict, PodSpecArgsDict, VolumeArgsDict

from components.compute.nodes import DOMAIN_LABEL
from components.naming import BUSINESS
from components.pods import CONFINED_POD, leaving_dead_nodes
from components.tiers import PRECOMPUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run, and when there is one.

    Attributes:
        name: of the job in the domain `business`, and of its service account.
        labels: of its pods.
        schedule: as cron writes it.
        start_seconds: a pod may wait that long for its place, and pull its image, s; then the run is left out.
        longest_seconds: a run that goes on for longer is ended, s.
        grace_seconds: between SIGTERM and SIGKILL, s.
        container: the pod's.
        volumes: the pod's.
    """

    name: str
    labels: dict[str, str]
    schedule: str
    start_seconds: int
    longest_seconds: int
    grace_seconds: int
    container: ContainerArgsDict
    volumes: tuple[VolumeArgsDict, ...] = ()


def scheduled(name: str, run: Run, opts: pulumi.ResourceOptions) -> CronJob:
    """Return the CronJob, on system nodes, in the tier that makes room for every other."""
    return CronJob(
        name,
        metadata={"name": run.name, "namespace": BUSINESS, "labels": run.labels},
        spec={
            "schedule": run.schedule,
            "concurrency_policy": "Forbid",
            "starting_deadline_seconds": run.start_seconds,
            "successful_jobs_history_limit": 1,
            "failed_jobs_history_limit": 3,
            "job_template": {"metadata": {"labels": run.labels}, "spec": _job(run)},
        },
        opts=opts,
    )


def _job(run: Run) -> JobSpecArgsDict:
    return {
        # What one run misses the next one finds.
        "backoff_limit": 0,
        "active_deadline_seconds": run.start_seconds + run.longest_seconds,
        "template": {"metadata": {"labels": run.labels}, "spec": _pod(run)},
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
