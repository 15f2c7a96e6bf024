"""The chart `keda`: types, rights and the two programs.

The values are those of https://github.com/kedacore/charts/blob/main/keda/values.yaml. Not here: the admission webhook,
and the pods, which could run nothing.
"""

from sandbox.controllers.keda import ADAPTER, OPERATOR, VERSION, Keda
from sandbox.controlplane import ControlPlane
from sandbox.kubernetes.helm.chart import Chart, Release, Rendered, words

FLAGS = {
    "zap-log-level": ("logging.operator.level", "info"),
    "zap-encoder": ("logging.operator.format", "console"),
    "disable-compression": ("operator.disableCompression", True),
    "k8s-cluster-name": ("clusterName", "kubernetes-default"),
}
VARIABLES = {
    "KEDA_HTTP_DEFAULT_TIMEOUT": ("http.timeout", 3000),
    "KEDA_HTTP_MIN_TLS_VERSION": ("http.minTlsVersion", "TLS12"),
    "KEDA_RESTRICT_SECRET_ACCESS": ("permissions.operator.restrict.secret", False),
}
"""Flags and variables of the operator, each with its value's path and the chart's own
(https://github.com/kedacore/charts/blob/main/keda/templates/manager/deployment.yaml)."""


def _render(release: Release, plane: ControlPlane) -> Rendered:
    operator = release.value("operator.name", "keda-operator")
    keda = Keda(
        plane=plane,
        namespace=release.namespace,
        service=f"{operator}-metrics-apiserver",
        with_types=release.value("crds.install", default=True),
        annotations=release.value("crds.additionalAnnotations", {}),
        watched=release.value("watchNamespace", ""),
        flags={flag: _text(release.value(*where)) for flag, where in FLAGS.items()}
        | {key: _text(value) for key, value in release.value("extraArgs.keda", {}).items()},
        variables={name: _text(release.value(*where)) for name, where in VARIABLES.items()},
    )
    return Rendered(keda.objects(), keda.companions())


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


KEDA = Chart(
    name="keda",
    repository="https://kedacore.github.io/charts",
    versions=VERSION,
    application=VERSION,
    followed=words(
        "clusterName crds.additionalAnnotations crds.install extraArgs.keda http.minTlsVersion http.timeout "
        "logging.operator.format logging.operator.level operator.disableCompression operator.name "
        "permissions.operator.restrict.secret watchNamespace"
    ),
    kept=words(
        "additionalAnnotations additionalLabels affinity asciiArt certificates clusterDomain customManagedBy "
        "enableServiceLinks env extraArgs.metricsAdapter global hostAliases http.idleConnTimeout http.keepAlive "
        "http.maxIdleConns http.maxIdleConnsPerHost http.tlsCipherList image imagePullSecrets "
        "logging.metricServer logging.operator.stackTracesEnabled logging.operator.timeEncoding logging.webhooks "
        "metricsServer networkPolicy nodeSelector operator.affinity operator.dnsConfig operator.dnsPolicy "
        "operator.extraContainers operator.extraInitContainers operator.hostUsers operator.livenessProbe "
        "operator.nodeSelector operator.readinessProbe operator.replicaCount operator.revisionHistoryLimit "
        "operator.tolerations operator.useHostNetwork permissions.metricServer "
        "permissions.operator.restrict.namesAllowList podAnnotations podDisruptionBudget podIdentity podLabels "
        "podSecurityContext priorityClassName profiling prometheus rbac resources securityContext service "
        "serviceAccount tolerations topologySpreadConstraints upgradeStrategy volumes webhooks"
    ),
    render=_render,
    programs=(OPERATOR, ADAPTER),
)
