"""Who may talk to ProxySQL, and to whom it may talk, as plain data; pure."""

from collections.abc import Sequence
from typing import Final

from pulumi_kubernetes.networking.v1 import (
    NetworkPolicyPeerArgsDict,
    NetworkPolicyPortArgsDict,
    NetworkPolicySpecArgsDict,
)

from components.compute import closed
from components.compute.pools.pod import LABELS
from components.naming import BUSINESS, DATA, MONITORING
from components.ports import MYSQL_PORT, PROXYSQL_METRICS_PORT, PROXYSQL_PORT

CLIENT: Final = {"inference-platform/database": "client"}
"""Label of the pods of the domain `business` that may reach the database."""


def of_proxysql(database: Sequence[str]) -> NetworkPolicySpecArgsDict:
    """Return what the closed namespace lets through for ProxySQL; `database` is where the members are, as CIDRs."""
    members: list[NetworkPolicyPeerArgsDict] = [{"ip_block": {"cidr": cidr}} for cidr in database]
    return {
        "pod_selector": {"match_labels": LABELS},
        "policy_types": ["Ingress", "Egress"],
        "ingress": [
            {"from_": [_pods(BUSINESS, CLIENT)], "ports": _tcp(PROXYSQL_PORT)},
            {"from_": [closed.namespace(MONITORING)], "ports": _tcp(PROXYSQL_METRICS_PORT)},
        ],
        "egress": [{"to": members, "ports": _tcp(MYSQL_PORT)}],
    }


def of_clients() -> NetworkPolicySpecArgsDict:
    """Return what their closed namespace lets through for ProxySQL's clients."""
    return {
        "pod_selector": {"match_labels": CLIENT},
        "policy_types": ["Egress"],
        "egress": [{"to": [_pods(DATA, LABELS)], "ports": _tcp(PROXYSQL_PORT)}],
    }


def _pods(namespace: str, labels: dict[str, str]) -> NetworkPolicyPeerArgsDict:
    return {**closed.namespace(namespace), "pod_selector": {"match_labels": labels}}


def _tcp(port: int) -> list[NetworkPolicyPortArgsDict]:
    return [{"protocol": "TCP", "port": port}]
