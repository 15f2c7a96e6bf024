"""Helm releases: what is refused, what is rendered."""

from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from sandbox.controlplane import ControlPlane
from sandbox.kubernetes.helm import releases
from sandbox.kubernetes.helm.chart import Release
from sandbox.kubernetes.helm.prometheus import PROMETHEUS
from sandbox.kubernetes.provider import KubernetesProvider
from sandbox.paths import Paths
from sandbox.plugin.provider import InvalidInputsError, Subject
from sandbox.plugin.wire import UNKNOWN, Props

SUBJECT = Subject("urn", releases.TYPE, "keda")
KEDA: Props = {
    "compat": "true",
    "chart": "keda",
    "version": "2.21.0",
    "namespace": "keda",
    "repositoryOpts": {"repo": "https://kedacore.github.io/charts"},
}


def checked(**changes: Any) -> Props:
    return KubernetesProvider().check(SUBJECT, {}, {**KEDA, **changes}, b"seed")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"chart": "redis"}, r"chart: is 'redis'; charts that the sandbox knows are keda, prometheus"),
        ({"version": "2.20.0"}, r"version: is '2.20.0'; the sandbox knows chart keda in versions that begin with 2.21.0"),
        ({"repositoryOpts": {"repo": "https://example.com"}}, r"repo: is 'https://example.com'; chart keda is from https://kedacore"),
        ({"values": {"operator": {"replicas": 2}}}, r"values.operator.replicas: no value of chart keda .* known are .*operator.name"),
        ({"values": {"operators": {}}}, r"values.operators: no value of chart keda"),
        ({"chartt": "keda"}, r"chartt: no input of a release that the sandbox knows; known are .*chart"),
    ],
)  # fmt: skip
def test_what_the_sandbox_does_not_know_is_named_with_what_it_knows(changes: Props, said: str) -> None:
    with pytest.raises(InvalidInputsError, match=said):
        checked(**changes)


def test_known_values_pass_and_the_rest_is_filled_in() -> None:
    made = checked(values={"operator": {"replicaCount": 2}, "resources": {"operator": {"limits": {"cpu": "1"}}}})
    assert made["name"].startswith("keda-")
    assert checked(name="keda")["name"] == "keda"
    assert checked(namespace=None)["namespace"] == "default"


def test_what_a_preview_does_not_know_is_not_judged() -> None:
    assert checked(values={"clusterName": UNKNOWN})["values"] == {"clusterName": UNKNOWN}


@pytest.mark.parametrize(("changes", "replaces"), [({"values": {"clusterName": "b"}}, False), ({"name": "k"}, True)])
def test_another_name_is_another_release(changes: Props, *, replaces: bool) -> None:
    found = KubernetesProvider().diff(SUBJECT, "", checked(name="keda"), checked(**{"name": "keda", **changes}))
    assert [change.replaces for change in found.changes] == [replaces]


def rendered(values: Props, name: str = "prometheus") -> list[Props]:
    plane = ControlPlane.of(Paths(Path("/nowhere")), "us-east-1", "a")
    return list(PROMETHEUS.render(Release(name, "monitoring", "29.27.0", values), plane).objects)


def configuration(values: Props) -> Props:
    [found] = [item for item in rendered(values) if item["kind"] == "ConfigMap"]
    return cast("Props", yaml.safe_load(found["data"]["prometheus.yml"]))


def test_jobs_are_those_that_have_names_then_the_others() -> None:
    values: Props = {
        "server": {"global": {"scrape_interval": "5s"}},
        "scrapeConfigs": {
            "model-server": {"kubernetes_sd_configs": [{"role": "pod"}]},
            "kubernetes-nodes": {"enabled": False},
        },
        "serverFiles": {"prometheus.yml": {"rule_files": [], "scrape_configs": [{"job_name": "files"}]}},
        "extraScrapeConfigs": "- job_name: text\n",
    }
    found = configuration(values)
    assert found["scrape_configs"] == [
        {"job_name": "model-server", "kubernetes_sd_configs": [{"role": "pod"}]},
        {"job_name": "files"},
        {"job_name": "text"},
    ]
    assert found["global"] == {"scrape_interval": "5s", "scrape_timeout": "10s", "evaluation_interval": "1m"}
    assert found["rule_files"] == []


@pytest.mark.parametrize(
    ("release", "name"), [("prometheus", "prometheus-server"), ("store", "store-prometheus-server")]
)
def test_objects_are_named_as_the_chart_names_them(release: str, name: str) -> None:
    kinds = {item["kind"]: item["metadata"]["name"] for item in rendered({}, release)}
    assert kinds == dict.fromkeys(("ServiceAccount", "ClusterRole", "ClusterRoleBinding", "ConfigMap", "Service"), name)


def test_some_namespaces_give_roles_in_those_alone() -> None:
    found = rendered({"server": {"namespaces": ["business", "data"]}})
    assert [item["metadata"]["namespace"] for item in found if item["kind"] == "Role"] == ["business", "data"]
    assert not [item for item in found if item["kind"].startswith("Cluster")]
