"""A sound site in a few resources: every rule finds something of its own here, and holds."""

from dataclasses import replace

from rules import _types as types
from rules._resource import Resource, Value

from tests.policies.samples import cluster, resource, urn

TAGS: dict[str, Value] = {"owner": "platform", "site": "a", "cost": "inference"}
LABELS: dict[str, Value] = {"app.kubernetes.io/name": "inference"}


def estate() -> dict[str, Resource]:
    """Return the resources by their logical names."""
    resources = [
        *_network(),
        replace(cluster(), name="cluster"),
        resource(types.KEY, {"tags": TAGS}, "key", protect=True),
        _template(),
        _gpu_group("ON_DEMAND"),
        _gpu_group("SPOT"),
        *_serving(),
    ]
    return {each.name: each for each in resources}


def _network() -> list[Resource]:
    return [
        resource(
            types.SUBNET,
            {"availabilityZone": f"us-east-1{site}", "tags": TAGS | {"site": site}},
            f"subnet-{site}",
        )
        for site in ("a", "b")
    ]


def _template() -> Resource:
    props: dict[str, Value] = {
        "metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 2},
        "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"encrypted": "true"}}],
        "tags": TAGS,
    }
    return resource(types.LAUNCH_TEMPLATE, props, "template")


def _gpu_group(capacity: str) -> Resource:
    props: dict[str, Value] = {
        "amiType": "AL2023_x86_64_NVIDIA",
        "capacityType": capacity,
        "launchTemplate": {"id": "lt-1"},
        "taints": [{"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}],
        "tags": TAGS,
    }
    group = resource(types.NODE_GROUP, props, f"gpu-{capacity}")
    return replace(group, references={"launchTemplate": (urn(types.LAUNCH_TEMPLATE, "template"),)})


def _serving() -> list[Resource]:
    place: dict[str, Value] = {"name": "inference", "namespace": "business"}
    specs: dict[str, tuple[str, dict[str, Value]]] = {
        "deployment": (types.DEPLOYMENT, {"template": {"metadata": {"labels": LABELS}}}),
        "scaler": (
            types.AUTOSCALER,
            {"scaleTargetRef": {"name": "inference"}, "minReplicas": 2},
        ),
        "budget": (
            types.DISRUPTION_BUDGET,
            {"selector": {"matchLabels": LABELS}, "maxUnavailable": 1},
        ),
    }
    return [
        resource(token, {"metadata": place, "spec": spec}, name, provider="a") for name, (token, spec) in specs.items()
    ]
