"""What the model server and the gateways are scaled by, and how KEDA writes it."""

from typing import Any

import engine
import pytest

from components.camel_case import camel_case
from components.compute.scaling import behaviour

SCALED = "keda.sh/v1alpha1:ScaledObject"


def _spec(values: dict[str, Any]) -> dict[str, Any]:
    made = engine.run("prod", values, None)
    return next(each.inputs["spec"] for each in made.of(SCALED) if each.name == "llm-prod-a-inference")


def _scaling(key: str, value: object) -> dict[str, Any]:
    values = engine.values("prod")
    values["scaling"][key] = value
    return values


def _trigger(spec: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in spec["triggers"] if each["name"] == name)


def test_every_site_has_one_for_its_model_server_and_none_for_its_gateways() -> None:
    made = engine.run("prod", engine.values("prod"), None)
    assert {each.name for each in made.of(SCALED)} >= {"llm-prod-a-inference", "llm-prod-b-inference"}
    assert {each.name for each in made.of("HorizontalPodAutoscaler")} == {"llm-prod-a-gateway", "llm-prod-b-gateway"}


def test_the_autoscaler_that_keda_makes_is_called_as_its_deployment() -> None:
    spec = _spec(engine.values("prod"))
    assert spec["scaleTargetRef"]["name"] == "deepseek-inference"
    assert spec["advanced"]["horizontalPodAutoscalerConfig"]["name"] == "deepseek-inference"


def test_ends_and_fallback_are_those_of_the_settings() -> None:
    values = engine.values("prod")
    spec = _spec(values)
    ends, held = values["inference"]["replicas"], values["scaling"]["fallback"]
    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (ends["minimum"], ends["maximum"])
    assert spec["fallback"] == {
        "failureThreshold": held["failures"],
        "replicas": held["replicas"],
        "behavior": "currentReplicasIfHigher",
    }


def test_it_follows_the_cpu_of_the_server_alone() -> None:
    cpu = _trigger(_spec(_scaling("cpu_percent", 55)), "cpu")
    assert (cpu["type"], cpu["metricType"]) == ("cpu", "Utilization")
    assert cpu["metadata"] == {"value": "55", "containerName": "server"}


@pytest.mark.parametrize(
    ("setting", "name", "asks"),
    [
        ("waiting_per_replica", "waiting", "vllm:num_requests_waiting"),
        ("kv_cache_percent", "kv-cache", "vllm:kv_cache_usage_perc"),
        ("queue_per_replica", "queue", 'queue="model-inference"'),
    ],
)
def test_it_follows_what_prometheus_answers(setting: str, name: str, asks: str) -> None:
    trigger = _trigger(_spec(_scaling(setting, 33)), name)
    assert (trigger["type"], trigger["metricType"]) == ("prometheus", "AverageValue")
    assert asks in trigger["metadata"]["query"]
    assert trigger["metadata"]["threshold"] == "33"
    assert trigger["metadata"]["serverAddress"] == "http://prometheus-server.monitoring.svc:80"
    assert trigger["metadata"]["ignoreNullValues"] == "false"


def test_both_ways_wait_as_the_settings_say() -> None:
    values = _scaling("scale_up_window_seconds", 15)
    values["scaling"]["scale_down_window_seconds"] = 600
    ways = _spec(values)["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
    assert ways == {
        "scaleUp": {
            "stabilizationWindowSeconds": 15,
            "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}],
        },
        "scaleDown": {
            "stabilizationWindowSeconds": 600,
            "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}],
        },
    }


def test_gateways_come_down_as_slowly() -> None:
    made = engine.run("prod", _scaling("scale_down_window_seconds", 600), None)
    for each in made.of("HorizontalPodAutoscaler"):
        assert each.inputs["spec"]["behavior"]["scaleDown"]["stabilizationWindowSeconds"] == 600


def test_camel_case_reaches_every_depth_and_only_keys() -> None:
    assert camel_case({"one_two": [{"three_four_five": "six_seven"}], "eight": {"nine_ten": 1}}) == {
        "oneTwo": [{"threeFourFive": "six_seven"}],
        "eight": {"nineTen": 1},
    }
    assert "stabilizationWindowSeconds" in str(camel_case(behaviour(1)))
