"""Whom the workers of the queue talk to: its store, the model servers of their site, CloudWatch, and Prometheus."""

from collections.abc import Sequence
from typing import Final

import pulumi
from pulumi_kubernetes.networking.v1 import (
    NetworkPolicy,
    NetworkPolicyPeerArgsDict,
    NetworkPolicyPortArgsDict,
    NetworkPolicySpecArgsDict,
)

from components.asynchronous import NAME
from components.compute import closed, serving_pod
from components.compute.worker_pod import LABELS
from components.naming import BUSINESS, DATA, MONITORING
from components.ports import HTTPS, REDIS_PORT, WORKER_PORT

# The agent that gives pods their credentials, on each node:
# https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
_IDENTITY: Final[NetworkPolicyPeerArgsDict] = {"ip_block": {"cidr": "169.254.170.23/32"}}
_IDENTITY_PORT: Final = 80


def open_ways(name: str, store: Sequence[str], opts: pulumi.ResourceOptions) -> None:
    """Open the ways of workers, and the model servers' side of theirs; `store` is where the queue is, as CIDRs."""
    NetworkPolicy(name, metadata={"name": NAME, "namespace": DATA}, spec=_of_workers(store), opts=opts)
    answered: NetworkPolicySpecArgsDict = {
        "pod_selector": {"match_labels": serving_pod.LABELS},
        "policy_types": ["Ingress"],
        "ingress": [{"from_": [_pods(DATA, LABELS)], "ports": _ports(serving_pod.PORT)}],
    }
    NetworkPolicy(
        f"{name}-answered",
        metadata={"name": f"{serving_pod.NAME}-{NAME}", "namespace": BUSINESS},
        spec=answered,
        opts=opts,
    )


def _of_workers(store: Sequence[str]) -> NetworkPolicySpecArgsDict:
    stores: list[NetworkPolicyPeerArgsDict] = [{"ip_block": {"cidr": cidr}} for cidr in store]
    return {
        "pod_selector": {"match_labels": LABELS},
        "policy_types": ["Ingress", "Egress"],
        "ingress": [{"from_": [closed.namespace(MONITORING)], "ports": _ports(WORKER_PORT)}],
        "egress": [
            {"to": stores, "ports": _ports(REDIS_PORT)},
            {"to": [_pods(BUSINESS, serving_pod.LABELS)], "ports": _ports(serving_pod.PORT)},
            {"to": [_IDENTITY], "ports": _ports(_IDENTITY_PORT)},
            # CloudWatch, whose addresses are AWS's to choose.
            {"ports": _ports(HTTPS)},
        ],
    }


def _pods(namespace: str, labels: dict[str, str]) -> NetworkPolicyPeerArgsDict:
    return {**closed.namespace(namespace), "pod_selector": {"match_labels": labels}}


def _ports(number: int) -> list[NetworkPolicyPortArgsDict]:
    return [{"protocol": "TCP", "port": number}]
