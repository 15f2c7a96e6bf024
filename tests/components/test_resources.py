"""What a reader would fear, read from the rendered resources of the shipped prod stack."""

import json
from functools import cache
from typing import Any

import engine


@cache
def _prod() -> engine.Engine:
    return engine.run("prod", engine.values("prod"), None)


def test_sealed_counts() -> None:
    counts = {
        "vpc:Vpc": 1,
        "subnet:Subnet": 9,
        "natGateway:NatGateway": 2,
        "eks/cluster:Cluster": 2,
        "nodeGroup:NodeGroup": 8,
    }
    assert {kind: len(_prod().of(kind)) for kind in counts} == counts


def test_clusters_are_closed_and_encrypted() -> None:
    for cluster in _prod().of("aws:eks/cluster:Cluster"):
        assert "0.0.0.0/0" not in cluster.inputs["vpcConfig"]["publicAccessCidrs"]
        assert cluster.inputs["encryptionConfig"]["resources"] == ["secrets"]
        assert len(cluster.inputs["enabledClusterLogTypes"]) == 5


def test_a_site_has_its_nodes_in_its_own_subnet() -> None:
    for group in _prod().of("nodeGroup:NodeGroup"):
        assert group.inputs["subnetIds"] == [f"llm-prod-{group.inputs['tags']['site']}-private-id"]


def test_gpu_nodes_are_tainted() -> None:
    groups = [each for each in _prod().of("nodeGroup:NodeGroup") if "NVIDIA" in each.inputs["amiType"]]
    assert len(groups) == 6
    assert all(each.inputs["taints"][0]["key"] == "nvidia.com/gpu" for each in groups)


def test_templates_demand_imdsv2_and_encrypt_disks() -> None:
    for template in _prod().of("launchTemplate:LaunchTemplate"):
        assert template.inputs["metadataOptions"]["httpTokens"] == "required"
        assert template.inputs["blockDeviceMappings"][0]["ebs"]["encrypted"] == "true"


def test_a_sites_own_reservation_is_targeted_and_none_is_made_beside_it() -> None:
    values = engine.values("prod")
    values["sites"][1]["reservation_id"] = "cr-0123456789abcdef0"
    made = engine.run("prod", values, None)
    assert [each.name for each in made.of("capacityReservation:CapacityReservation")] == ["llm-prod-a-reserved"]
    targets = {
        each.name: each.inputs["capacityReservationSpecification"]["capacityReservationTarget"]
        for each in made.of("launchTemplate:LaunchTemplate")
        if "capacityReservationSpecification" in each.inputs
    }
    assert targets == {"llm-prod-b-reserved": {"capacityReservationId": "cr-0123456789abcdef0"}}


def _pod() -> dict[str, Any]:
    first = next(each for each in _prod().of("apps/v1:Deployment") if each.name == "llm-prod-a-inference")
    assert "replicas" not in first.inputs["spec"]
    return first.inputs["spec"]["template"]["spec"]


def test_the_server_has_guaranteed_resources_and_time_to_finish() -> None:
    pod = _pod()
    resources = pod["containers"][0]["resources"]
    assert resources["requests"] == resources["limits"]
    assert pod["terminationGracePeriodSeconds"] >= 320
    assert pod["automountServiceAccountToken"] is False


def test_kubeconfig_holds_no_secret() -> None:
    for provider in _prod().of("providers:kubernetes"):
        (user,) = json.loads(provider.inputs["kubeconfig"])["users"]
        assert set(user["user"]) == {"exec"}


def _quotas() -> dict[str, dict[str, str]]:
    """Return what the quota of each namespace limits, on the site that was made last."""
    found = [each for each in _prod().of("ResourceQuota") if each.inputs["metadata"]["name"] == "domain"]
    return {each.inputs["metadata"]["namespace"]: each.inputs["spec"]["hard"] for each in found}


def test_quotas_are_those_of_the_settings() -> None:
    wanted = engine.values("prod")["quotas"]["business"]
    hard = _quotas()["business"]
    assert (hard["requests.cpu"], hard["limits.memory"]) == (str(wanted["cpu"]), f"{wanted['memory_gib']}Gi")
    assert hard["pods"] == str(wanted["pods"])


def test_only_business_has_gpus() -> None:
    assert {name: hard["requests.nvidia.com/gpu"] for name, hard in _quotas().items()} == {
        "business": "56",
        "data": "0",
        "monitoring": "0",
        "tenant-evaluation": "0",
        "keda": "0",
    }
    labels = {
        each.inputs["metadata"]["name"]: each.inputs["metadata"]["labels"].get("inference-platform/gpus")
        for each in _prod().of("v1:Namespace")
    }
    assert {name for name, label in labels.items() if label} == {"business"}
