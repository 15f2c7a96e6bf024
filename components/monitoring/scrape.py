"""Whom Prometheus looks at, as its own configuration has it; pure.

Pods that are ready only: one that starts has nothing to show, and would count as a replica whose load is not known.
https://prometheus.io/docs/prometheus/latest/configuration/configuration/#pod
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

NAME_LABEL: Final = "app.kubernetes.io/name"
"""Which pods they are."""
# Jobs that the chart brings along, which look at everything in the cluster.
_UNWANTED: Final = (
    "kubernetes-api-servers",
    "kubernetes-nodes",
    "kubernetes-nodes-cadvisor",
    "kubernetes-service-endpoints",
    "kubernetes-service-endpoints-slow",
    "prometheus-pushgateway",
    "kubernetes-services",
    "kubernetes-pods",
    "kubernetes-pods-slow",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Pods that show metrics at `/metrics`, in the clear and inside the cluster only.

    Attributes:
        job: what their samples are called by.
        namespace: where they are.
        name: their label `app.kubernetes.io/name`.
        port: where they show them; the pods say that they listen there.
    """

    job: str
    namespace: str
    name: str
    port: int


def jobs(targets: Sequence[Target]) -> Mapping[str, object]:
    """Return the chart's `scrapeConfigs`: those of `targets`, and none of its own but that of Prometheus itself."""
    unwanted = {name: {"enabled": False} for name in _UNWANTED}
    return {**unwanted, **{target.job: _job(target) for target in targets}}


def _job(target: Target) -> Mapping[str, object]:
    discovery = {
        "role": "pod",
        "namespaces": {"names": [target.namespace]},
        "selectors": [{"role": "pod", "label": f"{NAME_LABEL}={target.name}"}],
    }
    return {
        "kubernetes_sd_configs": [discovery],
        "relabel_configs": [
            _keep("pod_container_port_number", str(target.port)),
            _keep("pod_ready", "true"),
            {"source_labels": ["__meta_kubernetes_pod_name"], "target_label": "pod"},
            {"source_labels": ["__meta_kubernetes_namespace"], "target_label": "namespace"},
        ],
    }


def _keep(label: str, value: str) -> Mapping[str, object]:
    return {"source_labels": [f"__meta_kubernetes_{label}"], "regex": value, "action": "keep"}
