"""The store of each site that autoscalers read their signals from.

Two servers that each look at everything by themselves, and keep hours in memory and on their node's disk: what one has
just lost, the other answers, and no disk has to follow a pod to another node. History is not kept here.

Values: https://github.com/prometheus-community/helm-charts/blob/prometheus-29.27.0/charts/prometheus/values.yaml
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_kubernetes.helm.v3 import Release
from pulumi_kubernetes.networking.v1 import (
    NetworkPolicy,
    NetworkPolicyEgressRuleArgsDict,
    NetworkPolicyPeerArgsDict,
    NetworkPolicyPortArgsDict,
    NetworkPolicySpecArgsDict,
)
from pulumi_kubernetes.rbac.v1 import PolicyRuleArgsDict, Role, RoleBinding, SubjectArgsDict

from components.base import Component
from components.camel_case import camel_case
from components.compute import closed
from components.compute.nodes import DOMAIN_LABEL
from components.demand import PROMETHEUS, RELOADER
from components.monitoring.scrape import NAME_LABEL, Target, jobs
from components.naming import KEDA, MONITORING
from components.pods import CONFINED, CONFINED_POD, leaving_dead_nodes, spread_over_hosts
from components.ports import HTTPS, PROMETHEUS_PORT
from components.scaling import COPIES
from components.scaling import Prometheus as PrometheusSettings
from components.tiers import METRICS

_REPOSITORY: Final = "https://prometheus-community.github.io/helm-charts"
_NAME: Final = "prometheus"
_SERVER: Final = "prometheus-server"
"""The Service, whose address the questions of `compute.signals` go to, and the service account."""
_LABELS: Final = {NAME_LABEL: _NAME, "app.kubernetes.io/component": "server"}
_TIMEOUT_SECONDS: Final = 4
# Some MiB an hour for tens of pods; a node's disk must not be filled by a mistake.
_DISK: Final = "4Gi"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusArgs:
    """Which Prometheus, and whom it looks at; `after` is what its pods need to start, and the targets' namespaces."""

    prometheus: PrometheusSettings
    targets: Sequence[Target]
    after: Sequence[pulumi.Resource]


class Prometheus(Component):
    """The release of the chart, the rights to find its targets, and the ways to them."""

    type_path = "monitoring:Prometheus"

    def __init__(self, name: str, args: PrometheusArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self._opts = pulumi.ResourceOptions(parent=self, depends_on=list(args.after))
        rights = [each for place in self._places() for each in self._rights(place)]
        ways = NetworkPolicy(
            name, metadata={"name": _NAME, "namespace": MONITORING}, spec=_ways(args.targets), opts=self._opts
        )
        self._release([*rights, ways])
        self.publish()

    def _places(self) -> Sequence[str]:
        return sorted({target.namespace for target in self._args.targets})

    def _rights(self, place: str) -> list[pulumi.Resource]:
        """Let it see the pods of a namespace: the chart itself would let it read every ConfigMap of the cluster."""
        name = f"{self._name}-{place}"
        pods: PolicyRuleArgsDict = {"api_groups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}
        subject: SubjectArgsDict = {"kind": "ServiceAccount", "name": _SERVER, "namespace": MONITORING}
        role = Role(name, metadata={"name": _SERVER, "namespace": place}, rules=[pods], opts=self._opts)
        binding = RoleBinding(
            name,
            metadata={"name": _SERVER, "namespace": place},
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": _SERVER},
            subjects=[subject],
            opts=self._opts,
        )
        return [role, binding]

    def _release(self, first: Sequence[pulumi.Resource]) -> None:
        Release(
            self._name,
            name=_NAME,
            chart="prometheus",
            version=self._args.prometheus.version,
            namespace=MONITORING,
            repository_opts={"repo": _REPOSITORY},
            values=_values(self._args.prometheus, self._args.targets),
            # One that does not come up is taken back.
            atomic=True,
            opts=pulumi.ResourceOptions.merge(self._opts, pulumi.ResourceOptions(depends_on=list(first))),
        )


def _ways(targets: Sequence[Target]) -> NetworkPolicySpecArgsDict:
    return {
        "pod_selector": {"match_labels": _LABELS},
        "policy_types": ["Ingress", "Egress"],
        "ingress": [{"from_": [closed.namespace(KEDA)], "ports": [_tcp(PROMETHEUS_PORT)]}],
        # The API server tells whom to look at, and its addresses are the cluster's to choose.
        "egress": [{"ports": [_tcp(HTTPS)]}, *map(_way, targets)],
    }


def _way(target: Target) -> NetworkPolicyEgressRuleArgsDict:
    pods: NetworkPolicyPeerArgsDict = {
        **closed.namespace(target.namespace),
        "pod_selector": {"match_labels": {NAME_LABEL: target.name}},
    }
    return {"to": [pods], "ports": [_tcp(target.port)]}


def _tcp(port: int) -> NetworkPolicyPortArgsDict:
    return {"protocol": "TCP", "port": port}


def _values(settings: PrometheusSettings, targets: Sequence[Target]) -> Mapping[str, object]:
    """Return what differs from the chart's own values: the server alone, with our jobs."""
    others = ("alertmanager", "kube-state-metrics", "prometheus-node-exporter", "prometheus-pushgateway")
    reloader = {"containerSecurityContext": camel_case(CONFINED), "resources": RELOADER.guaranteed()}
    return {
        **{each: {"enabled": False} for each in others},
        "rbac": {"create": False},
        "serviceAccounts": {"server": {"name": _SERVER}},
        "configmapReload": {"prometheus": reloader},
        "scrapeConfigs": jobs(targets),
        "server": {**_server(settings), **_placed()},
    }


def _server(settings: PrometheusSettings) -> Mapping[str, object]:
    seconds = f"{settings.scrape_seconds}s"
    return {
        "fullnameOverride": _SERVER,
        "global": {
            "scrape_interval": seconds,
            "scrape_timeout": f"{_TIMEOUT_SECONDS}s",
            "evaluation_interval": seconds,
        },
        "retention": f"{settings.retention_hours}h",
        "persistentVolume": {"enabled": False},
        "emptyDir": {"sizeLimit": _DISK},
        "securityContext": camel_case(CONFINED_POD),
        "containerSecurityContext": camel_case(CONFINED),
        "resources": PROMETHEUS.guaranteed(),
    }


def _placed() -> Mapping[str, object]:
    """Return how many there are, and where: one of two may be away, and an update starts the new one first."""
    return {
        "replicaCount": COPIES,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "podDisruptionBudget": {"enabled": True, "maxUnavailable": 1},
        "priorityClassName": METRICS.name,
        "nodeSelector": {DOMAIN_LABEL: "system"},
        "tolerations": camel_case(leaving_dead_nodes()),
        "topologySpreadConstraints": camel_case([spread_over_hosts(_LABELS)]),
        "enableServiceLinks": False,
        # It keeps nothing that a longer end would save.
        "terminationGracePeriodSeconds": 30,
    }
