"""The model server and its weights, read from the rendered resources of the shipped prod stack."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import engine
import pytest

from components.beside import Beside
from components.compute.serving_pod import pod_spec
from components.serving import Inference

WEIGHTS = "/weights/deepseek-ai/DeepSeek-V3/e815299b0bcbac849fa540c768ef21845365c9eb"


@cache
def _prod() -> engine.Engine:
    return engine.run("prod", engine.values("prod"), None)


def _made(type_: str, name: str) -> dict[str, Any]:
    (found,) = (each.inputs for each in _prod().of(type_) if each.name == name)
    return dict(found)


def _deployment() -> dict[str, Any]:
    return _made("apps/v1:Deployment", "llm-prod-a-inference")


def _pod() -> dict[str, Any]:
    return _deployment()["spec"]["template"]["spec"]


def _server() -> dict[str, Any]:
    (server,) = _pod()["containers"]
    return server


def _arguments(**changes: object) -> list[str]:
    inference = Inference.model_validate(engine.values("prod")["inference"] | changes)
    pod: Any = pod_spec(inference, "inference", Beside(init_containers=[], volumes=[]))
    return pod["containers"][0]["args"]


def test_the_server_is_told_its_limits() -> None:
    assert _server()["args"] == [
        f"--model={WEIGHTS}",
        "--served-model-name=deepseek-ai/DeepSeek-V3",
        "--tensor-parallel-size=8",
        "--max-model-len=32768",
        "--max-num-seqs=128",
        "--max-num-batched-tokens=8192",
        "--kv-cache-dtype=auto",
        "--gpu-memory-utilization=0.90",
        "--enable-prefix-caching",
        "--port=8000",
    ]


def test_it_is_told_to_quantize_only_what_is_published_otherwise() -> None:
    assert "--quantization=fp8" in _arguments(model="meta-llama/Llama-3.3-70B-Instruct")
    awq = _arguments(model="Qwen/Qwen2.5-72B-Instruct-AWQ", quantization="awq")
    assert not [each for each in awq if each.startswith("--quantization")]


def test_a_cache_without_prefixes_is_said_too() -> None:
    cache_settings = {"format": "fp8", "gpu_memory_percent": 92, "prefix_caching": False}
    told = _arguments(kv_cache=cache_settings)
    assert {"--no-enable-prefix-caching", "--kv-cache-dtype=fp8", "--gpu-memory-utilization=0.92"} <= set(told)


def _patience(probe: Mapping[str, Any]) -> int:
    return probe["periodSeconds"] * probe["failureThreshold"]


def test_the_three_probes_differ() -> None:
    startup, readiness, liveness = (_server()[f"{each}Probe"] for each in ("startup", "readiness", "liveness"))
    budget = Inference.model_validate(engine.values("prod")["inference"]).cold_start
    assert _patience(startup) == budget.startup_seconds()
    assert _patience(readiness) < _patience(liveness) == engine.values("prod")["inference"]["longest_stream_seconds"]
    assert [each["httpGet"]["path"] for each in (startup, readiness, liveness)] == ["/health", "/health", "/version"]


def test_a_rollout_waits_for_a_cold_start() -> None:
    made = _deployment()
    annotations = made["metadata"]["annotations"]
    assert annotations["inference-platform/cold-start"] == "node=300,image=300,weights=600,load=300,compile=300"
    assert made["spec"]["progressDeadlineSeconds"] == 2700
    assert int(annotations["pulumi.com/timeoutSeconds"]) == 6 * 2700


def test_every_container_is_guaranteed() -> None:
    for each in (*_pod()["initContainers"], *_pod()["containers"]):
        assert set(each["resources"]["limits"]) >= {"cpu", "memory"}
        assert each["resources"]["requests"] == each["resources"]["limits"], each["name"]


def test_nothing_is_downloaded_at_the_start() -> None:
    assert {"name": "HF_HUB_OFFLINE", "value": "1"} in _server()["env"]
    network = _made("networking.k8s.io/v1:NetworkPolicy", "llm-prod-a-inference")["spec"]
    assert (network["policyTypes"], network["egress"]) == (["Ingress", "Egress"], [])


def test_a_pod_waits_for_its_weights_before_consul_knows_it() -> None:
    first, agent = _pod()["initContainers"]
    assert (first["name"], agent["name"]) == ("wait-for-weights", "consul")
    assert first["command"][-1] == WEIGHTS
    assert first["image"] == _server()["image"]


def test_weights_are_mounted_for_reading_from_the_nodes_disk() -> None:
    mount = {"name": "weights", "mountPath": "/weights", "readOnly": True}
    assert mount in _server()["volumeMounts"]
    claim = {"claimName": "weights", "readOnly": True}
    assert {"name": "weights", "persistentVolumeClaim": claim} in _pod()["volumes"]
    volume = _made("core/v1:PersistentVolume", "llm-prod-a-weights")["spec"]
    claimed = _made("core/v1:PersistentVolumeClaim", "llm-prod-a-weights")["spec"]
    (path,) = (each["hostPath"]["path"] for each in _fetchers()["volumes"] if "hostPath" in each)
    assert volume["local"]["path"] == path
    assert volume["claimRef"]["namespace"] == "business"
    assert (claimed["storageClassName"], claimed["accessModes"]) == (volume["storageClassName"], volume["accessModes"])


def _fetchers() -> dict[str, Any]:
    return _made("apps/v1:DaemonSet", "llm-prod-a-weights")["spec"]["template"]["spec"]


def test_a_fetcher_and_the_servers_image_are_on_every_gpu_node() -> None:
    fetch, image = _fetchers()["containers"]
    assert image["image"] == _server()["image"]
    told = {each["name"]: each["value"] for each in fetch["env"]}
    assert told["BUCKET"] == "llm-prod-weights-1a2b3c4"
    assert f"{told['ROOT']}/{told['MODEL']}/{told['REVISION']}" == WEIGHTS
    assert int(told["OLD_SECONDS"]) >= 2700
    assert _fetchers()["nodeSelector"] == {"nvidia.com/gpu.present": "true"}
    for each in (fetch, image):
        assert each["resources"]["requests"] == each["resources"]["limits"]
        assert each["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_fetchers_may_read_and_nothing_more() -> None:
    statements = json.loads(_made("iam/rolePolicy:RolePolicy", "llm-prod-a-weights")["policy"])["Statement"]
    assert {each["Action"] for each in statements} == {"s3:ListBucket", "s3:GetObject", "kms:Decrypt"}
    assert "*" not in {each["Resource"] for each in statements}
    identity = _made("podIdentityAssociation:PodIdentityAssociation", "llm-prod-a-weights")
    assert (identity["namespace"], identity["serviceAccount"]) == ("kube-system", "weights")


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("bucketVersioning:BucketVersioning", "versioningConfiguration", {"status": "Enabled"}),
        ("bucketOwnershipControls:BucketOwnershipControls", "rule", {"objectOwnership": "BucketOwnerEnforced"}),
        ("bucketPublicAccessBlock:BucketPublicAccessBlock", "restrictPublicBuckets", True),
    ],
)
def test_the_bucket_is_versioned_and_closed(kind: str, key: str, value: object) -> None:
    assert _made(kind, "llm-prod-weights")[key] == value


def test_the_bucket_is_under_a_key_of_ours_and_speaks_tls_only() -> None:
    kind = "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    (rule,) = _made(kind, "llm-prod-weights")["rules"]
    assert rule["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"] == "arn:aws:llm-prod-weights"
    (statement,) = json.loads(_made("bucketPolicy:BucketPolicy", "llm-prod-weights")["policy"])["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_only_gpu_nodes_make_one_disk_of_theirs() -> None:
    for template in _prod().of("launchTemplate:LaunchTemplate"):
        text = base64.b64decode(template.inputs["userData"]).decode()
        assert ("strategy: RAID0" in text) == (not template.name.endswith("-system")), template.name
