"""What stands beside a pod so that Consul knows it: an agent, and beside a gateway consul-template; pure.

Both are native sidecars: they start before the pod's own containers and end after them
(https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/). Neither has a probe: a pod is not held back,
nor restarted, because Consul is gone.

They run as the pod's user; consul-template's reload reaches Nginx only where the two share user and process namespace.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pulumi_kubernetes.core.v1 import ContainerArgsDict, EnvVarArgsDict, VolumeArgsDict, VolumeMountArgsDict

from components.access.discovery import config
from components.traffic import Discovery

AGENTS: Final = "consul-agent"
"""The ConfigMap of the agents' files."""

CPU_MILLICORES: Final = 250
MEMORY_MIB: Final = 128
TEMPLATE_CPU_MILLICORES: Final = 100
TEMPLATE_MEMORY_MIB: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Native sidecars, to be put before a pod's other init containers, and the volumes they add to the pod."""

    init_containers: Sequence[ContainerArgsDict]
    volumes: Sequence[VolumeArgsDict]


def beside_inference(discovery: Discovery) -> Beside:
    """Return what stands beside a model server."""
    return Beside(
        init_containers=[_agent(discovery, config.INFERENCE)],
        volumes=_volumes(config.INFERENCE_TOKEN),
    )


def beside_gateway(discovery: Discovery, mounts: Sequence[VolumeMountArgsDict]) -> Beside:
    """Return what stands beside a gateway.

    Args:
        discovery: images and numbers.
        mounts: the gateway's own /etc/gateway, /var/run/gateway and /tls, of volumes that the pod has.
    """
    return Beside(
        init_containers=[_agent(discovery, config.GATEWAY), _template(discovery, mounts)],
        volumes=_volumes(config.GATEWAY_TOKEN),
    )


def _agent(discovery: Discovery, service: str) -> ContainerArgsDict:
    files = [f"{config.CONFIG}/agent.json", f"{config.CONFIG}/{service}.json"]
    secrets = [f"{config.GOSSIP}/gossip.json", f"{config.TOKEN}/token.json"]
    return {
        **_sidecar("consul", discovery.image, CPU_MILLICORES, MEMORY_MIB),
        "command": ["consul", "agent", "-node=$(POD_NAME)", "-bind=$(POD_IP)"],
        "args": [f"-config-file={path}" for path in (*files, *secrets)],
        "env": [
            _field("POD_NAME", "metadata.name"),
            _field("POD_IP", "status.podIP"),
            {"name": "CONSUL_HTTP_TOKEN_FILE", "value": f"{config.TOKEN}/token"},
        ],
        # Consul is told at once that the pod is ending, while the server still answers; what it is answering goes on.
        # Kubernetes runs the hooks of sidecars together with those of the other containers.
        "lifecycle": {
            "pre_stop": {"exec_": {"command": ["consul", "maint", "-enable", f"-service={service}", "-reason=ending"]}}
        },
        "volume_mounts": [
            {"name": "consul-config", "mount_path": config.CONFIG, "read_only": True},
            {"name": "consul-ca", "mount_path": config.AUTHORITY, "read_only": True},
            {"name": "consul-gossip", "mount_path": config.GOSSIP, "read_only": True},
            {"name": "consul-token", "mount_path": config.TOKEN, "read_only": True},
            {"name": "consul-data", "mount_path": config.DATA},
        ],
    }


def _template(discovery: Discovery, mounts: Sequence[VolumeMountArgsDict]) -> ContainerArgsDict:
    return {
        **_sidecar("consul-template", discovery.template_image, TEMPLATE_CPU_MILLICORES, TEMPLATE_MEMORY_MIB),
        "command": ["consul-template", "-config=/etc/gateway/consul-template.hcl"],
        "volume_mounts": [
            *mounts,
            {"name": "consul-token", "mount_path": config.TOKEN, "read_only": True},
        ],
    }


def _sidecar(name: str, image: str, millicores: int, mebibytes: int) -> ContainerArgsDict:
    resources = {"cpu": f"{millicores}m", "memory": f"{mebibytes}Mi"}
    return {
        "name": name,
        "image": image,
        "restart_policy": "Always",
        "resources": {"requests": resources, "limits": resources},
        "security_context": {
            "allow_privilege_escalation": False,
            "read_only_root_filesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }


def _field(name: str, path: str) -> EnvVarArgsDict:
    return {"name": name, "value_from": {"field_ref": {"field_path": path}}}


def _volumes(token: str) -> list[VolumeArgsDict]:
    return [
        {"name": "consul-config", "config_map": {"name": AGENTS}},
        # Never the authority's key.
        {
            "name": "consul-ca",
            "secret": {"secret_name": config.CA_SECRET, "items": [{"key": "ca.crt", "path": "ca.crt"}]},
        },
        {"name": "consul-gossip", "secret": {"secret_name": config.GOSSIP_SECRET}},
        {"name": "consul-token", "secret": {"secret_name": token}},
        {"name": "consul-data", "empty_dir": {"size_limit": "64Mi"}},
    ]
