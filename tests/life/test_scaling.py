"""metrics-server, KEDA and Prometheus as real programs beside one control plane, asked for as the program asks for them.

Each test goes on from the one before.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from control_plane import CLUSTER, REGION, Cloud, cloud, plane
from plugin_client import Held, PluginClient, RefusedError, serving

from sandbox import toolchain
from sandbox.controllers import metrics_server
from sandbox.controlplane import ControlPlane, NodeGroupSpec, sync_nodes
from sandbox.kubernetes.provider import KubernetesProvider
from sandbox.paths import HOME_VARIABLE
from sandbox.plugin.wire import Props
from sandbox.process import wait_until
from sandbox.progress import Progress
from sandbox.scaling import rig, scenarios
from sandbox.toolchain.catalog import SCALING

__all__ = ["cloud", "plane"]

pytestmark = pytest.mark.engine
NAMESPACE, NAME = "business", "model-server"
RELEASE, OBJECT = "kubernetes:helm.sh/v3:Release", "kubernetes:keda.sh/v1alpha1:ScaledObject"
REPLICAS, WINDOW_SECONDS = 5, 20
AUTOSCALER = f"/apis/autoscaling/v2/namespaces/{NAMESPACE}/horizontalpodautoscalers/{NAME}"
TYPES = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
PROGRAMS = ["keda-operator", "metrics-server", SCALING]


@dataclass(frozen=True, slots=True)
class Site:
    """A control plane, and the plugin that works on it."""

    plane: ControlPlane
    plugin: PluginClient

    def install(self, chart: str, version: str, repository: str, values: Props) -> Held:
        """Install a chart under its own name."""
        inputs = {"name": chart, "chart": chart, "version": version, "namespace": chart, "createNamespace": True}
        return self.plugin.create(RELEASE, {**inputs, "repositoryOpts": {"repo": repository}, "values": values})


@pytest.fixture(scope="module")
def site(cloud: Cloud, plane: ControlPlane) -> Iterator[Site]:
    toolchain.ensure(cloud.paths, Progress.standard(), PROGRAMS)
    sync_nodes(
        plane,
        NodeGroupSpec("all", CLUSTER, REGION, "us-east-1a", "m7i.12xlarge", 48, 196608, 0, "ON_DEMAND", desired=1),
    )
    with pytest.MonkeyPatch.context() as patch, serving(KubernetesProvider()) as client:
        patch.setenv(HOME_VARIABLE, str(cloud.paths.home))
        client.configure({"kubeconfig": str(plane.folder.kubeconfig("admin"))})
        yield Site(plane, client)


@pytest.fixture(scope="module")
def keda(site: Site) -> Held:
    values = {"watchNamespace": NAMESPACE, "operator": {"replicaCount": 2}, "logging": {"operator": {"level": "error"}}}
    return site.install("keda", "2.21.0", "https://kedacore.github.io/charts", values)


@pytest.fixture(scope="module")
def model_server(site: Site) -> Held:
    site.plugin.create("kubernetes:core/v1:Namespace", {"metadata": {"name": NAMESPACE}})
    return site.plugin.create("kubernetes:apps/v1:Deployment", deployment())


def deployment() -> Props:
    resources = {"requests": {"cpu": "500m"}}
    container = {"name": "model", "image": "model", "ports": [{"containerPort": 8000}], "resources": resources}
    labels = {"app": NAME}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"replicas": REPLICAS, "selector": {"matchLabels": labels}, "template": template}
    return {"metadata": {"name": NAME, "namespace": NAMESPACE}, "spec": spec}


def scaled_object() -> Props:
    asked = {
        "serverAddress": "http://prometheus-server.monitoring.svc:80",
        "query": f'sum(vllm:num_requests_waiting{{job="{NAME}"}})',
        "threshold": "10",
        "ignoreNullValues": "false",
    }
    down = {
        "stabilizationWindowSeconds": WINDOW_SECONDS,
        "policies": [{"type": "Pods", "value": 4, "periodSeconds": 15}],
    }
    triggers: list[dict[str, Any]] = [
        {"name": "cpu", "type": "cpu", "metricType": "Utilization", "metadata": {"value": "70"}},
        {"name": "waiting", "type": "prometheus", "metricType": "AverageValue", "metadata": asked},
    ]
    spec = {
        "scaleTargetRef": {"name": NAME},
        "minReplicaCount": REPLICAS,
        "maxReplicaCount": 20,
        "fallback": {"failureThreshold": 3, "replicas": REPLICAS, "behavior": "currentReplicasIfHigher"},
        "advanced": {"horizontalPodAutoscalerConfig": {"name": NAME, "behavior": {"scaleDown": down}}},
        "triggers": triggers,
    }
    return {"metadata": {"name": NAME, "namespace": NAMESPACE}, "spec": spec}


def store_values() -> Props:
    keep = {"source_labels": ["__meta_kubernetes_pod_label_app"], "action": "keep", "regex": NAME}
    found = {"role": "pod", "namespaces": {"names": [NAMESPACE]}}
    job = {"kubernetes_sd_configs": [found], "relabel_configs": [keep], "scrape_interval": "5s"}
    return {"server": {"namespaces": [NAMESPACE]}, "scrapeConfigs": {NAME: job}}


def test_a_type_that_a_release_brings_is_previewed_without_it(site: Site) -> None:
    assert site.plugin.preview(OBJECT, scaled_object())["spec"]["minReplicaCount"] == REPLICAS


def test_a_release_without_its_namespace_is_refused(site: Site) -> None:
    inputs = {"name": "keda", "chart": "keda", "version": "2.21.0", "namespace": "missing"}
    with pytest.raises(RefusedError, match="no namespace missing; declare it, or set createNamespace"):
        site.plugin.create(RELEASE, {**inputs, "repositoryOpts": {"repo": "https://kedacore.github.io/charts"}})


def test_a_release_is_read_as_it_was_installed(site: Site, keda: Held) -> None:
    assert keda.id == "keda/keda"
    assert keda.outputs["status"]["revision"] == 1
    assert "keda/keda-operator" in keda.outputs["resourceNames"]["ServiceAccount/v1"]
    seen = site.plugin.read(keda)
    assert seen is not None
    assert seen.inputs == keda.inputs
    assert not site.plugin.diff(seen, keda.inputs).diffs


@pytest.mark.usefixtures("keda", "model_server")
def test_a_scaled_object_is_waited_for_and_has_its_autoscaler(site: Site) -> None:
    site.plugin.create(OBJECT, scaled_object())
    found = site.plane.admin().get(AUTOSCALER)["spec"]
    assert found["minReplicas"] == REPLICAS
    assert [metric["type"] for metric in found["metrics"]] == ["External", "Resource"]


def test_controllers_come_back_with_their_control_plane(site: Site, keda: Held) -> None:
    del keda
    metrics_server.install(site.plane)
    site.plane.daemon("keda-operator").kill()
    site.plane.daemon("metrics-server").kill()
    assert not site.plane.is_running()
    site.plane.start("10.100.0.0/16")
    assert site.plane.is_running()


def test_replicas_follow_each_signal_and_stay_when_prometheus_dies(site: Site, tmp_path: Path) -> None:
    site.install("prometheus", "29.27.0", "https://prometheus-community.github.io/helm-charts", store_values())
    with rig.running(site.plane, tmp_path) as running:
        running.steady = WINDOW_SECONDS
        found = scenarios.dead_source(running)
    assert not [figure for figure in found if math.isnan(figure.value)]
    assert not [figure for figure in found if figure.held is False and figure.unit != "s"], found


def test_a_release_that_goes_takes_its_types_and_its_programs(site: Site, keda: Held) -> None:
    site.plugin.delete(Held(OBJECT, f"{NAMESPACE}/{NAME}", scaled_object(), scaled_object()))
    site.plugin.delete(keda)
    assert site.plane.daemon("keda-operator").pid() is None
    assert not [each for each in site.plane.admin().get(TYPES)["items"] if each["spec"]["group"] == "keda.sh"]
    assert site.plugin.read(keda) is None
    assert wait_until(lambda: site.plane.admin().find(AUTOSCALER) is None, 60)
