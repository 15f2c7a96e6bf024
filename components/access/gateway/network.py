"""Who may talk to a gateway, and to whom it may talk, as plain data; pure. `discovery` lets Consul's own through."""

from collections.abc import Sequence

from pulumi_kubernetes.networking.v1 import (
    NetworkPolicyEgressRuleArgsDict,
    NetworkPolicyPeerArgsDict,
    NetworkPolicyPortArgsDict,
    NetworkPolicySpecArgsDict,
)

from components.access.gateway.pod import LABELS
from components.compute import closed, precompute, serving_pod
from components.naming import MONITORING
from components.ports import GATEWAY_METRICS_PORT, GATEWAY_PORT, GATEWAY_PROMPTS_PORT, GRPC_PORT, HTTPS, REDIS_PORT


def policy(shared: Sequence[str]) -> NetworkPolicySpecArgsDict:
    """Return what the closed namespace lets through for the gateways; `shared` is where their cache is, as CIDRs."""
    monitoring = closed.namespace(MONITORING)
    servers: NetworkPolicyPeerArgsDict = {"pod_selector": {"match_labels": serving_pod.LABELS}}
    return {
        "pod_selector": {"match_labels": LABELS},
        "policy_types": ["Ingress", "Egress"],
        "ingress": [
            # From the node port, with the address of whoever asked the balancer.
            {"ports": _tcp([GATEWAY_PORT])},
            {"from_": [monitoring], "ports": _tcp([GATEWAY_METRICS_PORT])},
            # Prompts are clients' own: nobody else is shown them.
            {
                "from_": [{"pod_selector": {"match_labels": precompute.LABELS}}],
                "ports": _tcp([GATEWAY_PROMPTS_PORT]),
            },
        ],
        "egress": [
            {"to": [servers], "ports": _tcp([serving_pod.PORT, GRPC_PORT])},
            # The other site's balancer, whose addresses AWS chooses.
            {"ports": _tcp([HTTPS])},
            *_to_shared(shared),
        ],
    }


def _to_shared(networks: Sequence[str]) -> list[NetworkPolicyEgressRuleArgsDict]:
    if not networks:
        return []
    return [{"to": [{"ip_block": {"cidr": cidr}} for cidr in networks], "ports": _tcp([REDIS_PORT])}]


def _tcp(ports: Sequence[int]) -> list[NetworkPolicyPortArgsDict]:
    return [{"protocol": "TCP", "port": port} for port in ports]
