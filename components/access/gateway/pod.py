"""The pod of a gateway, as plain data; pure."""

from typing import Final

from pulumi_kubernetes.core.v1 import (
    ContainerArgsDict,
    PodSpecArgsDict,
    ProbeArgsDict,
    TopologySpreadConstraintArgsDict,
    VolumeArgsDict,
    VolumeMountArgsDict,
)

from components import sizing
from components.access.agent import beside_gateway
from components.access.gateway import config
from components.compute.nodes import DOMAIN_LABEL
from components.demand import of_container
from components.pods import CONFINED, CONFINED_POD, leaving_dead_nodes
from components.ports import GATEWAY_METRICS_PORT, GATEWAY_PORT, GATEWAY_PROMPTS_PORT, READY_PATH
from components.stores import CACHE_HOST
from components.traffic import Access

LABELS: Final = {"app.kubernetes.io/name": config.NAME}
ORIGIN: Final = "gateway-origin"
"""The Secret with the word by which the global entry is known, under `token`."""

_PORTS: Final = {"https": GATEWAY_PORT, "metrics": GATEWAY_METRICS_PORT, "prompts": GATEWAY_PROMPTS_PORT}
_TLS: Final = "gateway-tls"
_READABLE: Final = 0o440
# Period, s, and failures in a row. The balancer takes a gateway out after two checks, 5 s apart, that say no;
# Kubernetes a little later, so that the port still answers when the balancer stops sending.
_READY: Final = (5, 3)
_ALIVE: Final = (10, 3)
_STARTED: Final = (2, 30)


def pod_spec(access: Access, longest_stream: int, priority_class: str) -> PodSpecArgsDict:
    """Return the spec of one gateway: guaranteed resources, on system nodes, as even over them as it goes.

    Args:
        access: its settings, and those of what stands beside it.
        longest_stream: longest answer, s.
        priority_class: name of its priority class.
    """
    beside = beside_gateway(access.discovery, _shared())
    return {
        **_placed(),
        "service_account_name": config.NAME,
        "automount_service_account_token": False,
        "enable_service_links": False,
        "priority_class_name": priority_class,
        "termination_grace_period_seconds": _grace(longest_stream),
        # consul-template tells Nginx to reload by a signal.
        "share_process_namespace": True,
        "security_context": CONFINED_POD,
        "init_containers": [*beside.init_containers],
        "containers": [_nginx(access)],
        "volumes": [*_volumes(access), *beside.volumes],
    }


def _grace(longest_stream: int) -> int:
    return sizing.grace_seconds(config.DRAIN_SECONDS, config.shutdown_seconds(longest_stream))


def _placed() -> PodSpecArgsDict:
    return {
        "node_selector": {DOMAIN_LABEL: "system"},
        "tolerations": leaving_dead_nodes(),
        "topology_spread_constraints": [_spread()],
        "containers": [],
    }


def _spread() -> TopologySpreadConstraintArgsDict:
    """Return the demand that nodes differ by one gateway at most, of each version by itself.

    Nodes that are lost count no more, so their gateways may crowd on those that are left.
    """
    return {
        "max_skew": 1,
        "topology_key": "kubernetes.io/hostname",
        "when_unsatisfiable": "DoNotSchedule",
        "label_selector": {"match_labels": LABELS},
        "match_label_keys": ["pod-template-hash"],
        "node_taints_policy": "Honor",
    }


def _volumes(access: Access) -> list[VolumeArgsDict]:
    return [
        {"name": "config", "config_map": {"name": config.NAME}},
        {"name": "run", "empty_dir": {"medium": "Memory", "size_limit": "16Mi"}},
        # Nginx goes over the size of its cache before it clears, and large answers pass through here too.
        {"name": "cache", "empty_dir": {"size_limit": f"{2 * access.gateway.cache.size_mib}Mi"}},
        {"name": "tls", "secret": {"secret_name": _TLS, "default_mode": _READABLE}},
        {"name": "origin", "secret": {"secret_name": ORIGIN, "default_mode": _READABLE}},
        *_shared_volumes(access),
    ]


def _shared_volumes(access: Access) -> list[VolumeArgsDict]:
    secret: VolumeArgsDict = {"name": "shared", "secret": {"secret_name": CACHE_HOST, "default_mode": _READABLE}}
    return [secret] if access.gateway.cache.shared else []


def _nginx(access: Access) -> ContainerArgsDict:
    asked = of_container(access.gateway.cpu, access.gateway.memory_gib).quantities()
    return {
        "name": "nginx",
        "image": access.gateway.image,
        "command": ["openresty", "-e", "stderr", "-c", f"{config.FILES}/nginx.conf"],
        "ports": [{"name": name, "container_port": port} for name, port in _PORTS.items()],
        "resources": {"requests": asked, "limits": asked},
        "security_context": CONFINED,
        "startup_probe": _probe("/healthz", *_STARTED),
        "readiness_probe": _probe(READY_PATH, *_READY),
        "liveness_probe": _probe("/healthz", *_ALIVE),
        # Meanwhile /ready says no, see the sidecars. Then comes SIGQUIT, which this image asks for instead of SIGTERM
        # and by which Nginx ends when its last stream has:
        # https://github.com/openresty/docker-openresty/blob/master/README.md#tips--pitfalls
        "lifecycle": {"pre_stop": {"sleep": {"seconds": config.DRAIN_SECONDS}}},
        "volume_mounts": [
            *_shared(),
            _mount("origin", config.ORIGIN),
            {"name": "cache", "mount_path": config.CACHE},
            *([_mount("shared", config.REDIS)] if access.gateway.cache.shared else []),
        ],
    }


def _mount(name: str, path: str) -> VolumeMountArgsDict:
    return {"name": name, "mount_path": path, "read_only": True}


def _shared() -> list[VolumeMountArgsDict]:
    """Return what consul-template reads and writes as well as Nginx."""
    return [_mount("config", config.FILES), _mount("tls", config.TLS), {"name": "run", "mount_path": config.RUN}]


def _probe(path: str, period: int, failures: int) -> ProbeArgsDict:
    return {
        "http_get": {"path": path, "port": "https", "scheme": "HTTPS"},
        "period_seconds": period,
        "timeout_seconds": 2,
        "failure_threshold": failures,
    }
