"""KEDA: what makes autoscalers of signals that Kubernetes does not know, in a closed namespace of its own.

What is not set here is the chart's default, among it pods that run as nobody and write nowhere, and certificates that
the operator makes and renews itself: https://github.com/kedacore/charts/blob/v2.20.2/keda/values.yaml
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_kubernetes.helm.v3 import Release
from pulumi_kubernetes.networking.v1 import (
    NetworkPolicy,
    NetworkPolicyPeerArgsDict,
    NetworkPolicyPortArgsDict,
    NetworkPolicySpecArgsDict,
)

from components import tiers
from components.base import Component
from components.camel_case import camel_case
from components.compute import closed
from components.compute.namespaces import Room, furnish
from components.compute.nodes import DOMAIN_LABEL
from components.demand import KEDA_ADAPTER, KEDA_OPERATOR, KEDA_WEBHOOK
from components.naming import BUSINESS, DATA, KEDA, MONITORING
from components.pods import leaving_dead_nodes, spread_over_hosts
from components.ports import HTTPS, PROMETHEUS_PORT
from components.quotas import holding
from components.scaling import COPIES, Scaling, keda_demand

_REPOSITORY: Final = "https://kedacore.github.io/charts"
# Asked by the API server, which is no pod: the adapter, and the webhook that checks each ScaledObject.
_ASKED_PORTS: Final = (6443, 9443)
# Where the adapter asks the operator.
_OPERATOR_PORT: Final = 9666
# Without it no number of replicas follows its load: it goes where the cluster's own metrics go.
_PRIORITY: Final = tiers.CLUSTER.name


@dataclass(frozen=True, slots=True, kw_only=True)
class KedaArgs:
    """Which KEDA, in which cluster; `after` is what its pods need to start, and the namespaces that it watches."""

    scaling: Scaling
    cluster: str
    after: Sequence[pulumi.Resource]


class Keda(Component):
    """The operator, the metrics adapter and the webhook, two of each; `release` is there when they answer."""

    type_path = "compute:Keda"

    def __init__(self, name: str, args: KedaArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        room = Room(name=KEDA, quota=holding(keda_demand()), tiers=[tiers.CLUSTER])
        furnished = furnish(name, room, self)
        inside = pulumi.ResourceOptions(parent=self, depends_on=furnished)
        closing = [*furnished, self._network(inside)]
        self.release = self._release(pulumi.ResourceOptions(parent=self, depends_on=[*args.after, *closing]))
        self.publish()

    def _network(self, opts: pulumi.ResourceOptions) -> NetworkPolicy:
        return NetworkPolicy(
            f"{self._name}-let-through", metadata={"name": "keda", "namespace": KEDA}, spec=_let_through(), opts=opts
        )

    def _release(self, opts: pulumi.ResourceOptions) -> Release:
        return Release(
            self._name,
            name=KEDA,
            chart="keda",
            version=self._args.scaling.keda_version,
            namespace=KEDA,
            repository_opts={"repo": _REPOSITORY},
            values=_values(self._args.cluster),
            # One that does not come up is taken back.
            atomic=True,
            opts=opts,
        )


def _let_through() -> NetworkPolicySpecArgsDict:
    own: NetworkPolicyPeerArgsDict = {"pod_selector": {}}
    asking: NetworkPolicyPortArgsDict = {"protocol": "TCP", "port": _OPERATOR_PORT}
    return {
        "pod_selector": {},
        "policy_types": ["Ingress", "Egress"],
        "ingress": [
            {"from_": [own], "ports": [asking]},
            {"ports": [{"protocol": "TCP", "port": port} for port in _ASKED_PORTS]},
        ],
        "egress": [
            {"to": [own], "ports": [asking]},
            # The API server, whose addresses are the cluster's to choose.
            {"ports": [{"protocol": "TCP", "port": HTTPS}]},
            {"to": [closed.namespace(MONITORING)], "ports": [{"protocol": "TCP", "port": PROMETHEUS_PORT}]},
        ],
    }


def _values(cluster: str) -> Mapping[str, object]:
    """Return what differs from the chart's own values."""
    return {
        "clusterName": cluster,
        # They outlive the release: with them every ScaledObject would go, and its autoscaler.
        "crds": {"additionalAnnotations": {"helm.sh/resource-policy": "keep"}},
        "watchNamespace": f"{BUSINESS},{DATA}",
        # No trigger needs a secret or scales anything but Deployments.
        "permissions": {"operator": {"restrict": {"secret": True}}, "metricServer": {"restrict": {"secret": True}}},
        "rbac": {"enabledCustomScaledRefKinds": False},
        "service": {"minTlsVersion": "TLS13"},
        "resources": {
            "operator": KEDA_OPERATOR.guaranteed(),
            "metricServer": KEDA_ADAPTER.guaranteed(),
            "webhooks": KEDA_WEBHOOK.guaranteed(),
        },
        **_placed(),
    }


def _placed() -> Mapping[str, object]:
    """Return how many pods there are of each, and where: one of two may be away."""
    one_away = {"maxUnavailable": 1}
    return {
        "operator": {"replicaCount": COPIES},
        "metricsServer": {"replicaCount": COPIES},
        "webhooks": {"replicaCount": COPIES},
        "podDisruptionBudget": {"operator": one_away, "metricServer": one_away, "webhooks": one_away},
        "topologySpreadConstraints": {
            "operator": _spread("keda-operator"),
            "metricsServer": _spread("keda-operator-metrics-apiserver"),
            "webhooks": _spread("keda-admission-webhooks"),
        },
        "priorityClassName": _PRIORITY,
        "nodeSelector": {DOMAIN_LABEL: "system"},
        "tolerations": camel_case(leaving_dead_nodes()),
        "enableServiceLinks": False,
    }


def _spread(app: str) -> object:
    return camel_case([spread_over_hosts({"app": app})])
