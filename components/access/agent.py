"""What stands beside a pod so that Consul knows it: an agent, and beside a gateway consul-template; pure.

Both are native sidecars: they start before the pod's own containers and end after them
(https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/). Neither has a probe: a pod is not held back,
nor restarted, because Consul is gone.

They run as the pod's user; consul-template's reload reaches Nginx only where the two share user and process namespace.
"""

from collections.abc import Sequence
from typing import Final

from pulumi_kubernetes.core.v1 import ContainerArgsDict, VolumeArgsDict, VolumeMountArgsDict

from components.access.discovery import config
from components.access.gateway.config import RUN
from components.beside import Beside
from components.demand import AGENT, TEMPLATE, Demand
from components.pods import CONFINED, field_of_pod
from components.traffic import Discovery

AGENTS: Final = "consul-agent"
"""The ConfigMap of the agents' files."""


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
        **_sidecar("consul", discovery.image, AGENT),
        "command": ["consul", "agent", "-node=$(POD_NAME)", "-bind=$(POD_IP)"],
        "args": [f"-config-file={path}" for path in (*files, *secrets)],
        "env": [
            field_of_pod("POD_NAME", "metadata.name"),
            field_of_pod("POD_IP", "status.podIP"),
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
        **_sidecar("consul-template", discovery.template_image, TEMPLATE),
        "command": ["consul-template", "-config=/etc/gateway/consul-template.hcl"],
        # From now on the gateway's /ready says no, so that the balancer stops sending while Nginx still listens.
        "lifecycle": {"pre_stop": {"exec_": {"command": ["touch", f"{RUN}/draining"]}}},
        "volume_mounts": [
            *mounts,
            {"name": "consul-token", "mount_path": config.TOKEN, "read_only": True},
        ],
    }


def _sidecar(name: str, image: str, demand: Demand) -> ContainerArgsDict:
    asked = demand.quantities()
    return {
        "name": name,
        "image": image,
        "restart_policy": "Always",
        "resources": {"requests": asked, "limits": asked},
        "security_context": CONFINED,
    }


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
