"""The chart `prometheus`: its configuration, its rights and its Service.

The values are those of https://github.com/prometheus-community/helm-charts/blob/main/charts/prometheus/values.yaml. The
release runs no Prometheus, as the sandbox's pods answer no scrape: `make scaling` runs one with this configuration.
"""

from typing import Any

import yaml

from sandbox.controlplane import ControlPlane
from sandbox.controlplane.client import Object
from sandbox.kubernetes.helm.chart import Chart, Release, Rendered, words
from sandbox.plugin.wire import Props, rows

CONFIGURATION = "prometheus.yml"
GLOBAL = {"scrape_interval": "1m", "scrape_timeout": "10s", "evaluation_interval": "1m"}
RULES = ("recording_rules.yml", "alerting_rules.yml", "rules", "alerts")
PORT = 9090
RBAC_GROUP = "rbac.authorization.k8s.io"
RBAC = f"{RBAC_GROUP}/v1"
RULE = {
    "apiGroups": ["", "networking.k8s.io", "discovery.k8s.io"],
    "resources": [
        "nodes",
        "nodes/metrics",
        "services",
        "endpoints",
        "pods",
        "configmaps",
        "ingresses",
        "endpointslices",
    ],
    "verbs": ["get", "list", "watch"],
}
METRICS_RULE = {"nonResourceURLs": ["/metrics"], "verbs": ["get"]}


def _render(release: Release, plane: ControlPlane) -> Rendered:
    del plane
    name = _full_name(release)
    labels = {
        "app.kubernetes.io/component": release.value("server.name", "server"),
        "app.kubernetes.io/name": release.value("nameOverride", "prometheus"),
        "app.kubernetes.io/instance": release.name,
    }
    metadata = {"name": name, "namespace": release.namespace, "labels": labels}
    files = {CONFIGURATION: _configuration(release)} | {
        rules: yaml.safe_dump(release.value("serverFiles", {}).get(rules) or {}) for rules in RULES
    }
    port = {"name": "http", "port": release.value("server.service.servicePort", 80), "targetPort": PORT}
    service = {"type": release.value("server.service.type", "ClusterIP"), "selector": labels, "ports": [port]}
    objects: list[Object] = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": files},
        {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": service},
    ]
    return Rendered([*_rights(release, metadata), *objects])


def _rights(release: Release, metadata: Props) -> list[Object]:
    """The service account, and what it may see: whom to scrape, in the whole cluster or in some namespaces."""
    account = release.value("serviceAccounts.server.name", metadata["name"])
    subject = {"kind": "ServiceAccount", "name": account, "namespace": release.namespace}
    places = release.value("server.namespaces", [])
    own = [release.namespace] if release.value("server.releaseNamespace", default=False) else []
    made: list[Object] = []
    for kind, place in [("Role", {"namespace": one}) for one in (*own, *places)] or [("ClusterRole", {})]:
        named = {"name": metadata["name"], "labels": metadata["labels"], **place}
        rules = [RULE, METRICS_RULE] if kind == "ClusterRole" else [RULE]
        made.append({"apiVersion": RBAC, "kind": kind, "metadata": named, "rules": rules})
        role = {"apiGroup": RBAC_GROUP, "kind": kind, "name": metadata["name"]}
        binding = {"roleRef": role, "subjects": [subject]}
        made.append({"apiVersion": RBAC, "kind": f"{kind}Binding", "metadata": named, **binding})
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {**metadata, "name": account}},
        *(made if release.value("rbac.create", default=True) else []),
    ]


def _full_name(release: Release) -> str:
    """As the chart's template `prometheus.server.fullname` makes it."""
    if override := release.value("server.fullnameOverride", ""):
        return str(override)
    name, part = release.value("nameOverride", "prometheus"), release.value("server.name", "server")
    stem = release.name if name in release.name else f"{release.name}-{name}"
    return f"{stem}-{part}"[:63].rstrip("-")


def _configuration(release: Release) -> str:
    """`prometheus.yml` as the chart's template makes it: the jobs that have names, the others, the rest of the file."""
    rest: Props = {"rule_files": [f"/etc/config/{rules}" for rules in RULES]}
    rest |= release.value("serverFiles", {}).get(CONFIGURATION) or {}
    jobs = [*_named_jobs(release), *rows(rest, "scrape_configs"), *_extra_jobs(release)]
    configuration = {"global": GLOBAL | release.value("server.global", {}), **rest, "scrape_configs": jobs}
    return yaml.safe_dump(configuration, sort_keys=False)


def _named_jobs(release: Release) -> list[Props]:
    jobs: dict[str, Props] = release.value("scrapeConfigs", {})
    return [
        {"job_name": job.get("job_name") or name, **{key: job[key] for key in job.keys() - {"enabled", "job_name"}}}
        for name, job in sorted(jobs.items())
        if job.get("enabled", True)
    ]


def _extra_jobs(release: Release) -> list[Any]:
    return yaml.safe_load(release.value("extraScrapeConfigs", "")) or []


PROMETHEUS = Chart(
    name="prometheus",
    repository="https://prometheus-community.github.io/helm-charts",
    versions="29.",
    application="v3.14.0",
    followed=words(
        "extraScrapeConfigs nameOverride rbac.create scrapeConfigs server.fullnameOverride server.global server.name "
        "server.namespaces server.releaseNamespace server.service.servicePort server.service.type serverFiles "
        "serviceAccounts.server.name"
    ),
    kept=words(
        "alertmanager.enabled commonMetaLabels configmapReload imagePullSecrets kube-state-metrics.enabled "
        "networkPolicy prometheus-node-exporter.enabled prometheus-pushgateway.enabled server.affinity "
        "server.containerSecurityContext server.deploymentAnnotations server.emptyDir server.enableServiceLinks "
        "server.env server.extraArgs server.extraFlags server.image server.livenessProbeFailureThreshold "
        "server.livenessProbeInitialDelay server.livenessProbePeriodSeconds server.livenessProbeTimeout "
        "server.nodeSelector server.persistentVolume server.podAnnotations server.podAntiAffinity "
        "server.podDisruptionBudget server.podLabels server.priorityClassName "
        "server.readinessProbeFailureThreshold server.readinessProbeInitialDelay "
        "server.readinessProbePeriodSeconds server.readinessProbeTimeout server.replicaCount server.resources "
        "server.retention server.retentionSize server.revisionHistoryLimit server.securityContext "
        "server.startupProbe server.statefulSet server.strategy server.terminationGracePeriodSeconds "
        "server.tolerations server.topologySpreadConstraints server.tsdb serviceAccounts.server.annotations "
        "serviceAccounts.server.automountServiceAccountToken serviceAccounts.server.create"
    ),
    render=_render,
)
