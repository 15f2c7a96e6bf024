"""The pod of the model server, as plain data; pure."""

from typing import Final, TypedDict

from pulumi_kubernetes.core.v1 import (
    ContainerArgsDict,
    NodeAffinityArgsDict,
    NodeSelectorRequirementArgsDict,
    PodSpecArgsDict,
    ProbeArgsDict,
    TolerationArgsDict,
    TopologySpreadConstraintArgsDict,
    VolumeArgsDict,
)

from components import sizing
from components.beside import Beside
from components.compute.nodes import CAPACITY_LABEL, GPU_LABEL, GPU_TAINT
from components.compute.weights import pod as weights
from components.pods import CONFINED, CONFINED_POD, leaving_dead_nodes
from components.ports import GRPC_PORT
from components.serving import Inference

NAME: Final = "deepseek-inference"
SERVER: Final = "server"
"""The container of the model server; others may stand beside it."""
PORT: Final = 8000
LABELS: Final = {"app.kubernetes.io/name": NAME}
# Where the server writes; the image itself is read-only.
_WRITABLE: Final = {"cache": "/cache", "tmp": "/tmp", "shm": "/dev/shm"}  # noqa: S108 - the container's
# All that it needs is on the node; with HF_HUB_OFFLINE it fails rather than ask the Hub:
# https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables#hfhuboffline
_ENVIRONMENT: Final = {"HF_HOME": "/cache", "HOME": "/cache", "HF_HUB_OFFLINE": "1"}
# Whether its engine lives, and whether its process answers at all:
# https://docs.vllm.ai/en/v0.11.0/api/vllm/entrypoints/openai/api_server.html
_ENGINE_LIVES: Final = "/health"
_PROCESS_LIVES: Final = "/version"
_PERIOD_SECONDS: Final = 10
_TIMEOUT_SECONDS: Final = 2
_SELDOM_SECONDS: Final = 30


def pod_spec(inference: Inference, priority_class: str, beside: Beside) -> PodSpecArgsDict:
    """Return the spec of one replica: guaranteed resources, on GPU nodes, spread over hosts, `beside` around it."""
    return {
        "service_account_name": NAME,
        "automount_service_account_token": False,
        "priority_class_name": priority_class,
        "termination_grace_period_seconds": sizing.grace_seconds(
            inference.pre_stop_seconds, inference.longest_stream_seconds
        ),
        "security_context": CONFINED_POD,
        "tolerations": _tolerations(),
        "affinity": {"node_affinity": _node_affinity()},
        "topology_spread_constraints": [_spread()],
        # Nobody is told of a pod before its weights are there.
        "init_containers": [weights.waiter(inference), *beside.init_containers],
        "containers": [_server(inference)],
        "volumes": [*_volumes(), weights.volume(), *beside.volumes],
    }


def _volumes() -> list[VolumeArgsDict]:
    return [
        {"name": "cache", "empty_dir": {}},
        {"name": "tmp", "empty_dir": {}},
        # The processes of one replica talk through shared memory; the default of 64 MiB stops them.
        {"name": "shm", "empty_dir": {"medium": "Memory", "size_limit": "32Gi"}},
    ]


def _tolerations() -> list[TolerationArgsDict]:
    return [{"key": GPU_TAINT, "operator": "Exists", "effect": "NoSchedule"}, *leaving_dead_nodes()]


def _node_affinity() -> NodeAffinityArgsDict:
    gpu: NodeSelectorRequirementArgsDict = {"key": GPU_LABEL, "operator": "In", "values": ["true"]}
    reserved: NodeSelectorRequirementArgsDict = {"key": CAPACITY_LABEL, "operator": "In", "values": ["reserved"]}
    return {
        "required_during_scheduling_ignored_during_execution": {"node_selector_terms": [{"match_expressions": [gpu]}]},
        "preferred_during_scheduling_ignored_during_execution": [
            {"weight": 100, "preference": {"match_expressions": [reserved]}}
        ],
    }


def _spread() -> TopologySpreadConstraintArgsDict:
    # A wish, not a demand: after the loss of nodes a crowded replica is better than none.
    return {
        "max_skew": 1,
        "topology_key": "kubernetes.io/hostname",
        "when_unsatisfiable": "ScheduleAnyway",
        "label_selector": {"match_labels": LABELS},
    }


def _server(inference: Inference) -> ContainerArgsDict:
    resources = {
        "cpu": str(inference.cpu),
        "memory": f"{inference.memory_gib}Gi",
        "nvidia.com/gpu": str(inference.tensor_parallel),
    }
    return {
        "name": SERVER,
        "image": inference.image,
        "args": _arguments(inference),
        "env": [{"name": name, "value": value} for name, value in _ENVIRONMENT.items()],
        "ports": [{"name": "http", "container_port": PORT}, {"name": "grpc", "container_port": GRPC_PORT}],
        "resources": {"requests": resources, "limits": resources},
        "security_context": CONFINED,
        **_probes(inference),
        "lifecycle": {"pre_stop": {"sleep": {"seconds": inference.pre_stop_seconds}}},
        "volume_mounts": [
            *({"name": name, "mount_path": path} for name, path in _WRITABLE.items()),
            weights.mount(),
        ],
    }


def _arguments(inference: Inference) -> list[str]:
    """Return what vLLM is told: https://docs.vllm.ai/en/v0.11.0/configuration/engine_args.html."""
    share = inference.kv_cache.gpu_memory_percent / 100
    # Weights that are published in the format say so themselves.
    quantization = [f"--quantization={inference.quantization}"] if inference.quantized_at_load() else []
    return [
        f"--model={weights.folder(inference)}",
        f"--served-model-name={inference.served_name}",
        *quantization,
        f"--tensor-parallel-size={inference.tensor_parallel}",
        f"--max-model-len={inference.context_tokens}",
        f"--max-num-seqs={inference.batching.sequences}",
        f"--max-num-batched-tokens={inference.batching.tokens}",
        f"--kv-cache-dtype={inference.kv_cache.format}",
        f"--gpu-memory-utilization={share:.2f}",
        "--enable-prefix-caching" if inference.kv_cache.prefix_caching else "--no-enable-prefix-caching",
        f"--port={PORT}",
    ]


class _Probes(TypedDict):
    """The three probes of a container."""

    startup_probe: ProbeArgsDict
    readiness_probe: ProbeArgsDict
    liveness_probe: ProbeArgsDict


def _probes(inference: Inference) -> _Probes:
    """Return how the server is watched.

    It may start as long as its cold start allows. It is out of the Service after three wrong or late answers and back
    after one right one, at the pace of Consul's check, so that both agree. It is started anew only when its process has
    been dumb for as long as the longest answer takes: being busy looks the same for a while, a restart costs a cold
    start and all streams, and a server whose engine has died ends by itself.
    """
    startup, longest = inference.cold_start.startup_seconds(), inference.longest_stream_seconds
    return {
        "startup_probe": _probe(_ENGINE_LIVES, -(-startup // _PERIOD_SECONDS)),
        "readiness_probe": _probe(_ENGINE_LIVES, 3),
        "liveness_probe": {
            **_probe(_PROCESS_LIVES, max(-(-longest // _SELDOM_SECONDS), 3)),
            "period_seconds": _SELDOM_SECONDS,
            "timeout_seconds": _SELDOM_SECONDS,
        },
    }


def _probe(path: str, failures: int) -> ProbeArgsDict:
    return {
        "http_get": {"path": path, "port": "http"},
        "period_seconds": _PERIOD_SECONDS,
        "timeout_seconds": _TIMEOUT_SECONDS,
        "failure_threshold": failures,
    }
