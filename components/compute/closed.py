"""What closes a namespace, as plain data; pure. Whoever puts something into it says what is let through."""

from typing import Final

from pulumi_kubernetes.networking.v1 import (
    NetworkPolicyEgressRuleArgsDict,
    NetworkPolicyPeerArgsDict,
    NetworkPolicyPortArgsDict,
    NetworkPolicySpecArgsDict,
)

NAMESPACE_LABEL: Final = "kubernetes.io/metadata.name"
_DNS_PORT: Final = 53


def deny_all() -> NetworkPolicySpecArgsDict:
    """Return the policy by which nothing talks to the pods of a namespace, and they to nothing."""
    return {"pod_selector": {}, "policy_types": ["Ingress", "Egress"]}


def allow_dns() -> NetworkPolicySpecArgsDict:
    """Return the policy by which they may resolve names all the same."""
    ports: list[NetworkPolicyPortArgsDict] = [{"protocol": protocol, "port": _DNS_PORT} for protocol in ("UDP", "TCP")]
    egress: NetworkPolicyEgressRuleArgsDict = {"to": [namespace("kube-system")], "ports": ports}
    return {"pod_selector": {}, "policy_types": ["Egress"], "egress": [egress]}


def namespace(name: str) -> NetworkPolicyPeerArgsDict:
    """Return all the pods of a namespace, as one end of a connection."""
    return {"namespace_selector": {"match_labels": {NAMESPACE_LABEL: name}}}
