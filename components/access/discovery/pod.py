"""The pods of Consul's servers and of the bootstrap, as plain data; pure."""

from collections.abc import Sequence
from typing import Final

from pulumi_kubernetes.core.v1 import (
    ContainerArgsDict,
    ContainerPortArgsDict,
    EnvVarArgsDict,
    PodSpecArgsDict,
    ProbeArgsDict,
    TopologySpreadConstraintArgsDict,
    VolumeArgsDict,
)

from components.access.discovery import config
from components.compute.nodes import DOMAIN_LABEL
from components.demand import CONSUL_SERVER, KEEPER
from components.naming import BUSINESS
from components.pods import CONFINED, CONFINED_POD, field_of_pod, leaving_dead_nodes
from components.tiers import ACCESS

LABELS: Final = {"app.kubernetes.io/name": config.NAME}
BOOTSTRAP: Final = "consul-bootstrap"
BOOTSTRAP_LABELS: Final = {"app.kubernetes.io/name": BOOTSTRAP}
# The user and group of the image: https://github.com/hashicorp/consul/blob/v1.20.6/Dockerfile
_USER, _GROUP = 100, 1000
_SCRIPT: Final = "/consul/bootstrap"
_SCRATCH: Final = "/scratch"
_ACCOUNT: Final = "/var/run/secrets/kubernetes.io/serviceaccount"


def server_spec(image: str, datacenter: str) -> PodSpecArgsDict:
    """Return the pod of one server: on a system node that has no other server."""
    return {
        **_base(),
        "service_account_name": config.NAME,
        "topology_spread_constraints": [_apart()],
        "tolerations": leaving_dead_nodes(),
        # Longer than a server takes to write down what it knows; it does not leave, see `leave_on_terminate`.
        "termination_grace_period_seconds": 30,
        "containers": [_server(image, datacenter)],
        "volumes": [
            {"name": "config", "config_map": {"name": config.NAME}},
            _secret("ca", config.CA_SECRET, ["ca.crt"]),
            _secret("tls", config.SERVER_TLS, ["tls.crt", "tls.key"]),
            _secret("gossip", config.GOSSIP_SECRET, ["gossip.json"]),
            _secret("token", config.SERVER_TOKEN, ["token.json"]),
        ],
    }


def bootstrap_spec(image: str, datacenter: str, phase: str) -> PodSpecArgsDict:
    """Return the pod that runs one phase of the bootstrap script.

    Its token for the API server is asked for in a volume of its own, ends within the hour, and is nobody else's.
    """
    return {
        **_base(),
        "service_account_name": BOOTSTRAP,
        "restart_policy": "OnFailure",
        "containers": [_script(image, datacenter, phase)],
        "volumes": [
            {"name": "script", "config_map": {"name": BOOTSTRAP}},
            {"name": "scratch", "empty_dir": {"medium": "Memory", "size_limit": "16Mi"}},
            {"name": "account", "projected": {"sources": [
                {"service_account_token": {"path": "token", "expiration_seconds": 3600}},
                {"config_map": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
            ]}},
        ],
    }  # fmt: skip


def _base() -> PodSpecArgsDict:
    return {
        "automount_service_account_token": False,
        "enable_service_links": False,
        "priority_class_name": ACCESS.name,
        "node_selector": {DOMAIN_LABEL: "system"},
        "security_context": {**CONFINED_POD, "run_as_user": _USER, "run_as_group": _GROUP, "fs_group": _GROUP},
        "containers": [],
    }


def _server(image: str, datacenter: str) -> ContainerArgsDict:
    asked = CONSUL_SERVER.quantities()
    secrets = [f"{config.GOSSIP}/gossip.json", f"{config.TOKEN}/token.json"]
    files = [f"{config.CONFIG}/server.json", *secrets]
    return {
        "name": config.NAME,
        "image": image,
        "command": ["consul", "agent", "-node=$(POD_NAME)", "-bind=$(POD_IP)"],
        "args": [f"-config-file={path}" for path in files],
        "env": [*_whereabouts(), *_client(f"https://127.0.0.1:{config.HTTPS_PORT}", datacenter)],
        "ports": _ports(),
        "resources": {"requests": asked, "limits": asked},
        "security_context": CONFINED,
        "readiness_probe": _knows_a_leader(),
        "volume_mounts": [
            {"name": "config", "mount_path": config.CONFIG, "read_only": True},
            {"name": "ca", "mount_path": config.AUTHORITY, "read_only": True},
            {"name": "tls", "mount_path": config.IDENTITY, "read_only": True},
            {"name": "gossip", "mount_path": config.GOSSIP, "read_only": True},
            {"name": "token", "mount_path": config.TOKEN, "read_only": True},
            {"name": "data", "mount_path": config.DATA},
        ],
    }


def _ports() -> list[ContainerPortArgsDict]:
    return [
        {"name": "https", "container_port": config.HTTPS_PORT},
        {"name": "rpc", "container_port": config.RPC_PORT},
        {"name": "gossip", "container_port": config.GOSSIP_PORT},
        {"name": "gossip-udp", "container_port": config.GOSSIP_PORT, "protocol": "UDP"},
    ]


def _knows_a_leader() -> ProbeArgsDict:
    # Kubelet has no certificate of the authority, so the server asks itself; the answer is "" without a leader.
    # No liveness probe: restarting servers that have no leader would not give them one.
    files = f"--cacert {config.AUTHORITY}/ca.crt --cert {config.IDENTITY}/tls.crt --key {config.IDENTITY}/tls.key"
    ask = f"curl -fsS --max-time 2 {files} https://127.0.0.1:{config.HTTPS_PORT}/v1/status/leader | grep -q :"
    return {
        "exec_": {"command": ["/bin/sh", "-c", ask]},
        "period_seconds": 5,
        "timeout_seconds": 3,
        "failure_threshold": 2,
    }


def _script(image: str, datacenter: str, phase: str) -> ContainerArgsDict:
    asked = KEEPER.quantities()
    here = f"https://{config.NAME}.{BUSINESS}.svc:{config.HTTPS_PORT}"
    return {
        "name": "bootstrap",
        "image": image,
        "command": ["/bin/sh", f"{_SCRIPT}/bootstrap.sh", phase],
        "env": [
            {"name": "NAMESPACE", "value": BUSINESS},
            {"name": "DATACENTER", "value": datacenter},
            {"name": "SCRATCH_DIRECTORY", "value": _SCRATCH},
            {"name": "ACCOUNT_DIRECTORY", "value": _ACCOUNT},
            {"name": "CONSUL_HTTP_ADDR", "value": here},
            field_of_pod("RUN", "metadata.name"),
        ],
        "resources": {"requests": asked, "limits": asked},
        "security_context": CONFINED,
        "volume_mounts": [
            {"name": "script", "mount_path": _SCRIPT, "read_only": True},
            {"name": "account", "mount_path": _ACCOUNT, "read_only": True},
            {"name": "scratch", "mount_path": _SCRATCH},
        ],
    }


def _whereabouts() -> list[EnvVarArgsDict]:
    return [field_of_pod("POD_NAME", "metadata.name"), field_of_pod("POD_IP", "status.podIP")]


def _client(address: str, datacenter: str) -> list[EnvVarArgsDict]:
    """Return what lets an operator's `kubectl exec` talk to the server; only the token is then to be given."""
    values = {
        "CONSUL_HTTP_ADDR": address,
        "CONSUL_CACERT": f"{config.AUTHORITY}/ca.crt",
        "CONSUL_CLIENT_CERT": f"{config.IDENTITY}/tls.crt",
        "CONSUL_CLIENT_KEY": f"{config.IDENTITY}/tls.key",
        "CONSUL_TLS_SERVER_NAME": f"server.{datacenter}.consul",
    }
    return [{"name": name, "value": value} for name, value in values.items()]


def _secret(volume: str, name: str, keys: Sequence[str]) -> VolumeArgsDict:
    """Return a volume of some keys of a Secret: of the authority's never its own."""
    return {"name": volume, "secret": {"secret_name": name, "items": [{"key": key, "path": key} for key in keys]}}


def _apart() -> TopologySpreadConstraintArgsDict:
    # A demand: two servers on one host that dies are the quorum. A third host is waited for.
    return {
        "max_skew": 1,
        "min_domains": config.SERVERS,
        "topology_key": "kubernetes.io/hostname",
        "when_unsatisfiable": "DoNotSchedule",
        "label_selector": {"match_labels": LABELS},
        "node_affinity_policy": "Honor",
    }
