"""Prometheus of each site: the server alone, pinned, two of it, and it sees and reaches its targets and no more."""

import subprocess
from functools import cache
from pathlib import Path
from typing import Any, cast

import engine
import yaml

from components.monitoring.targets import ALL
from sandbox.kubernetes.helm.chart import Release
from sandbox.kubernetes.helm.prometheus import CONFIGURATION, PROMETHEUS

NAME = "llm-prod-a-prometheus"


@cache
def _made() -> engine.Engine:
    return engine.run("prod", engine.values("prod"), None)


def _of(type_: str, name: str = NAME) -> dict[str, Any]:
    return next(dict(each.inputs) for each in _made().of(type_) if each.name == name)


def _values() -> dict[str, Any]:
    return _of("helm.sh/v3:Release")["values"]


def test_one_version_of_one_chart_and_the_server_alone() -> None:
    found = _of("helm.sh/v3:Release")
    assert (found["name"], found["chart"], found["namespace"]) == ("prometheus", "prometheus", "monitoring")
    assert found["version"] == engine.values("prod")["scaling"]["prometheus"]["version"]
    others = ("alertmanager", "kube-state-metrics", "prometheus-node-exporter", "prometheus-pushgateway")
    assert [found["values"][each]["enabled"] for each in others] == [False] * 4


def test_its_service_is_where_the_autoscalers_ask() -> None:
    scaled = next(each for each in _made().of("ScaledObject") if each.name == "llm-prod-a-inference")
    addresses = {each["metadata"].get("serverAddress") for each in scaled.inputs["spec"]["triggers"]} - {None}
    assert addresses == {f"http://{_values()['server']['fullnameOverride']}.monitoring.svc:80"}


def test_times_are_those_of_the_settings() -> None:
    server = _values()["server"]
    assert server["global"]["scrape_interval"] == "10s"
    assert server["retention"] == "6h"


def test_two_servers_apart_that_a_lost_node_does_not_hold_up() -> None:
    server = _values()["server"]
    assert (server["replicaCount"], server["persistentVolume"]) == (2, {"enabled": False})
    assert server["podDisruptionBudget"]["maxUnavailable"] == 1
    assert server["resources"]["requests"] == server["resources"]["limits"]
    assert server["containerSecurityContext"]["readOnlyRootFilesystem"] is True


def test_it_sees_the_pods_of_its_targets_namespaces_and_nothing_else() -> None:
    assert _values()["rbac"] == {"create": False}
    places = sorted({target.namespace for target in ALL})
    assert places == ["business", "data"]
    for place in places:
        (rule,) = _of("rbac.authorization.k8s.io/v1:Role", f"{NAME}-{place}")["rules"]
        assert rule == {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}
        binding = _of("rbac.authorization.k8s.io/v1:RoleBinding", f"{NAME}-{place}")
        (subject,) = binding["subjects"]
        assert (subject["name"], subject["namespace"]) == (_values()["serviceAccounts"]["server"]["name"], "monitoring")
        assert binding["metadata"]["namespace"] == place


def test_keda_reaches_it_and_it_reaches_its_targets() -> None:
    rules = _of("NetworkPolicy")["spec"]
    (asking,) = rules["ingress"]
    assert asking["from"][0]["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "keda"}
    assert asking["ports"][0]["port"] == 9090
    ways = {
        (way["to"][0]["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"], way["ports"][0]["port"])
        for way in rules["egress"]
        if "to" in way
    }
    assert ways == {(target.namespace, target.port) for target in ALL}


def test_its_targets_are_pods_of_the_program_that_listen_there() -> None:
    for target in ALL:
        pods = [
            each.inputs["spec"]["template"]
            for each in _made().of("apps/v1:Deployment")
            if each.name.startswith("llm-prod-a-") and each.inputs["metadata"]["namespace"] == target.namespace
        ]
        (pod,) = (it for it in pods if it["metadata"]["labels"]["app.kubernetes.io/name"] == target.name)
        ports = [port["containerPort"] for each in pod["spec"]["containers"] for port in each.get("ports", [])]
        assert target.port in ports


def test_its_configuration_is_one(promtool: Path, tmp_path: Path) -> None:
    release = Release(name="prometheus", namespace="monitoring", version="29.27.0", values=_values())
    # What is rendered of this chart asks nothing of a cluster.
    rendered = PROMETHEUS.render(release, cast("Any", None))
    (text,) = (it["data"][CONFIGURATION] for it in rendered.objects if it["kind"] == "ConfigMap")
    configuration = yaml.safe_load(text)
    assert {job["job_name"] for job in configuration["scrape_configs"]} >= {"model-server", "gateway", "queue"}
    for job in configuration["scrape_configs"]:
        # Debian's promtool is built without discovery in Kubernetes.
        job.pop("kubernetes_sd_configs", None)
    configuration["rule_files"] = []
    file = tmp_path / CONFIGURATION
    file.write_text(yaml.safe_dump(configuration))
    done = subprocess.run([promtool, "check", "config", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
