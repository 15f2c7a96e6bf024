"""KEDA: pinned, closed in, two of each, and with no more rights than it needs."""

from functools import cache
from typing import Any

import engine

from components.demand import KEDA_OPERATOR
from components.scaling import keda_demand


@cache
def _made() -> engine.Engine:
    return engine.run("prod", engine.values("prod"), None)


def _release() -> engine.Registered:
    return next(each for each in _made().of("helm.sh/v3:Release") if each.name == "llm-prod-a-keda")


def _values() -> dict[str, Any]:
    return _release().inputs["values"]


def _in_namespace(type_: str) -> dict[str, Any]:
    return {
        each.inputs["metadata"]["name"]: each.inputs
        for each in _made().of(type_)
        if each.name.startswith("llm-prod-a-") and each.inputs["metadata"].get("namespace") == "keda"
    }


def test_one_version_of_one_chart() -> None:
    found = _release().inputs
    assert (found["name"], found["chart"], found["namespace"]) == ("keda", "keda", "keda")
    assert found["version"] == engine.values("prod")["scaling"]["keda_version"]
    assert found["repositoryOpts"] == {"repo": "https://kedacore.github.io/charts"}


def test_two_of_each_apart_and_one_away_at_most() -> None:
    values = _values()
    assert [values[each]["replicaCount"] for each in ("operator", "metricsServer", "webhooks")] == [2, 2, 2]
    assert set(values["podDisruptionBudget"]) == {"operator", "metricServer", "webhooks"}
    for constraints in values["topologySpreadConstraints"].values():
        assert constraints[0]["topologyKey"] == "kubernetes.io/hostname"
    assert values["nodeSelector"] == {"inference-platform/domain": "system"}


def test_resources_are_guaranteed_and_leave_room_for_an_update_in_the_quota() -> None:
    operator = _values()["resources"]["operator"]
    assert operator["requests"] == operator["limits"] == KEDA_OPERATOR.quantities()
    quota = _in_namespace("ResourceQuota")["domain"]
    assert quota["spec"]["hard"]["pods"] == str(keda_demand().pods) == "9"


def test_it_reads_no_secret_and_sees_the_namespaces_that_it_scales_in() -> None:
    values = _values()
    assert values["permissions"]["operator"]["restrict"]["secret"]
    assert values["permissions"]["metricServer"]["restrict"]["secret"]
    assert values["watchNamespace"] == "business,data"
    assert values["rbac"]["enabledCustomScaledRefKinds"] is False


def test_its_kinds_outlive_it() -> None:
    assert _values()["crds"]["additionalAnnotations"] == {"helm.sh/resource-policy": "keep"}


def test_its_namespace_is_closed_but_for_the_api_server_and_prometheus() -> None:
    found = _in_namespace("NetworkPolicy")
    assert set(found) == {"default-deny", "allow-dns", "keda"}
    rules = found["keda"]["spec"]
    assert [port["port"] for rule in rules["ingress"] for port in rule["ports"]] == [9666, 6443, 9443]
    assert [port["port"] for rule in rules["egress"] for port in rule["ports"]] == [9666, 443, 9090]
    (asked,) = rules["egress"][2]["to"]
    assert asked["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "monitoring"}


def test_it_is_there_before_what_it_scales() -> None:
    # Without its kinds the API server refuses a ScaledObject.
    scaled = [it for it in _made().requests.values() if it.type.endswith(":ScaledObject")]
    assert scaled
    for each in scaled:
        site = each.name.rpartition("-")[0]
        assert any(urn.endswith(f"helm.sh/v3:Release::{site}-keda") for urn in each.dependencies)
