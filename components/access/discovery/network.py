"""Who may talk to whom among Consul's servers and agents, as plain data; pure.

Ports: https://developer.hashicorp.com/consul/docs/install/ports
"""

from collections.abc import Mapping, Sequence
from typing import Final

from pulumi_kubernetes.meta.v1 import LabelSelectorArgsDict
from pulumi_kubernetes.networking.v1 import (
    NetworkPolicyEgressRuleArgsDict,
    NetworkPolicyIngressRuleArgsDict,
    NetworkPolicyPeerArgsDict,
    NetworkPolicyPortArgsDict,
    NetworkPolicySpecArgsDict,
)

from components.access.discovery import config
from components.access.discovery.pod import BOOTSTRAP_LABELS, LABELS

_NAME: Final = "app.kubernetes.io/name"
_HTTPS: Final = 443
_MEMBERS: Final[LabelSelectorArgsDict] = {
    "match_expressions": [
        {"key": _NAME, "operator": "In", "values": [config.NAME, config.INFERENCE, config.GATEWAY]}
    ]
}  # fmt: skip


def policies() -> Mapping[str, NetworkPolicySpecArgsDict]:
    """Return the policies by name; without them the domain is closed."""
    return {
        "consul-gossip": _both(_MEMBERS, _MEMBERS, [_tcp(config.GOSSIP_PORT), _udp(config.GOSSIP_PORT)]),
        "consul-servers": {
            "pod_selector": {"match_labels": LABELS},
            "policy_types": ["Ingress"],
            "ingress": [
                _from(_MEMBERS, [_tcp(config.RPC_PORT)]),
                _from({"match_labels": BOOTSTRAP_LABELS}, [_tcp(config.HTTPS_PORT)]),
            ],
        },
        "consul-members": {
            "pod_selector": _MEMBERS,
            "policy_types": ["Egress"],
            "egress": [_to({"match_labels": LABELS}, [_tcp(config.RPC_PORT)])],
        },
        "consul-bootstrap": {
            "pod_selector": {"match_labels": BOOTSTRAP_LABELS},
            "policy_types": ["Egress"],
            # The API server is not a pod, and its addresses are the cluster's to choose.
            "egress": [{"ports": [_tcp(_HTTPS)]}, _to({"match_labels": LABELS}, [_tcp(config.HTTPS_PORT)])],
        },
    }


def _both(
    pods: LabelSelectorArgsDict, others: LabelSelectorArgsDict, ports: Sequence[NetworkPolicyPortArgsDict]
) -> NetworkPolicySpecArgsDict:
    return {
        "pod_selector": pods,
        "policy_types": ["Ingress", "Egress"],
        "ingress": [_from(others, ports)],
        "egress": [_to(others, ports)],
    }


def _from(pods: LabelSelectorArgsDict, ports: Sequence[NetworkPolicyPortArgsDict]) -> NetworkPolicyIngressRuleArgsDict:
    return {"from_": [_peer(pods)], "ports": list(ports)}


def _to(pods: LabelSelectorArgsDict, ports: Sequence[NetworkPolicyPortArgsDict]) -> NetworkPolicyEgressRuleArgsDict:
    return {"to": [_peer(pods)], "ports": list(ports)}


def _peer(pods: LabelSelectorArgsDict) -> NetworkPolicyPeerArgsDict:
    return {"pod_selector": pods}


def _tcp(port: int) -> NetworkPolicyPortArgsDict:
    return {"protocol": "TCP", "port": port}


def _udp(port: int) -> NetworkPolicyPortArgsDict:
    return {"protocol": "UDP", "port": port}
