"""The configuration files of one site's Consul, rendered from settings; pure.

Options: https://developer.hashicorp.com/consul/docs/agent/config/config-files
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from components.compute import serving_pod
from components.demand import CONSUL_SERVERS
from components.naming import BUSINESS
from components.ports import GATEWAY_PORT, GRPC_PORT
from components.traffic import Discovery

NAME: Final = "consul"
SERVERS: Final = CONSUL_SERVERS
"""One may fail, and two still agree."""

INFERENCE: Final = serving_pod.NAME
GATEWAY: Final = "gateway"
CONFIG: Final = "/consul/config"
AUTHORITY: Final = "/consul/ca"
IDENTITY: Final = "/consul/tls"
GOSSIP: Final = "/consul/gossip"
TOKEN: Final = "/consul/token"  # noqa: S105 a folder
DATA: Final = "/consul/data"
HTTPS_PORT: Final = 8501
"""Where servers take requests of whoever has a certificate of their authority and a token."""

RPC_PORT: Final = 8300
GOSSIP_PORT: Final = 8301
GOSSIP_SECRET: Final = "consul-gossip"  # noqa: S105 names of Secrets, here and below
CA_SECRET: Final = "consul-ca"  # noqa: S105
SERVER_TLS: Final = "consul-server-tls"
SERVER_TOKEN: Final = "consul-server-token"  # noqa: S105
INFERENCE_TOKEN: Final = "consul-agent-token"  # noqa: S105
GATEWAY_TOKEN: Final = "consul-gateway-token"  # noqa: S105
SECRETS: Final = (
    GOSSIP_SECRET,
    CA_SECRET,
    SERVER_TLS,
    "gateway-tls",
    SERVER_TOKEN,
    INFERENCE_TOKEN,
    GATEWAY_TOKEN,
    "consul-bootstrap-token",
)
"""All that the bootstrap writes, and may."""

_FILES: Final = Path(__file__).parent / "files"
_QUEUE_CHECK: Final = f"{CONFIG}/queue.sh"


def server(datacenter: str) -> str:
    """Return the configuration of a server, as JSON."""
    return _json({**_common(datacenter), **_member(), **_guarded()})


def _member() -> Mapping[str, Any]:
    return {
        "server": True,
        "bootstrap_expect": SERVERS,
        # A server that is only restarted is still one of three: it must not leave.
        "leave_on_terminate": False,
        "client_addr": "0.0.0.0",  # noqa: S104 the pod's own address is not known here
        "ports": {"https": HTTPS_PORT, "http": -1, "grpc": -1, "grpc_tls": -1, "dns": -1, "serf_wan": -1},
        # Failures of a leader are seen in a second, as HashiCorp advises for production:
        # https://developer.hashicorp.com/consul/docs/install/performance
        "performance": {"raft_multiplier": 1},
        "autopilot": {"cleanup_dead_servers": True, "min_quorum": SERVERS},
        "peering": {"enabled": False},
        "ui_config": {"enabled": False},
        "telemetry": {"prometheus_retention_time": "60s", "disable_hostname": True},
    }


def _guarded() -> Mapping[str, Any]:
    files = {"ca_file": f"{AUTHORITY}/ca.crt", "cert_file": f"{IDENTITY}/tls.crt", "key_file": f"{IDENTITY}/tls.key"}
    return {
        "tls": {
            "defaults": {**files, "verify_incoming": True, "verify_outgoing": True},
            "internal_rpc": {"verify_server_hostname": True},
        },
        # Agents get their certificates from the authority of Connect.
        "connect": {"enabled": True},
        "auto_encrypt": {"allow_tls": True},
        # A site has some twenty members that each ask a few times a minute.
        "limits": {
            "http_max_conns_per_client": 64,
            "rpc_max_conns_per_client": 64,
            "request_limits": {"mode": "enforcing", "read_rate": 500, "write_rate": 200},
        },
    }


def agent(datacenter: str) -> str:
    """Return what the agents beside all pods have in common, as JSON."""
    return _json(
        {
            **_common(datacenter),
            "server": False,
            "leave_on_terminate": True,
            # A pod that died without a word never comes back under its name; the default is to remember it for 72 h.
            "advertise_reconnect_timeout": "15m",
            # Its own pod alone.
            "client_addr": "127.0.0.1",
            "ports": {"http": 8500, "https": -1, "grpc": -1, "grpc_tls": -1, "dns": -1, "serf_wan": -1},
            "tls": {
                "defaults": {"ca_file": f"{AUTHORITY}/ca.crt", "verify_outgoing": True},
                "internal_rpc": {"verify_server_hostname": True},
            },
            "auto_encrypt": {"tls": True},
        }
    )


def _common(datacenter: str) -> Mapping[str, Any]:
    return {
        "datacenter": datacenter,
        "data_dir": DATA,
        "retry_join": [f"{NAME}-{number}.{NAME}.{BUSINESS}.svc" for number in range(SERVERS)],
        "retry_interval": "2s",
        "rejoin_after_leave": True,
        # Certificates and services that Kubernetes changes under it are taken up without a restart.
        "auto_reload_config": True,
        "acl": {
            "enabled": True,
            "default_policy": "deny",
            # What was allowed stays so while the servers are gone.
            "down_policy": "extend-cache",
            "enable_token_persistence": True,
        },
        "disable_update_check": True,
        "log_json": True,
    }


def inference(discovery: Discovery, *, waiting: int) -> str:
    """Return the registration of a model server, as JSON.

    Args:
        discovery: numbers of the check and weights.
        waiting: requests that may wait in the server's queue before it gets less traffic, a count.
    """
    service = {
        "name": INFERENCE,
        "port": serving_pod.PORT,
        "meta": {"grpc_port": str(GRPC_PORT)},
        "weights": {"passing": discovery.passing_weight, "warning": discovery.warning_weight},
        "checks": [_health(discovery), _queue(discovery, waiting)],
    }
    # Only scripts that a file names: https://developer.hashicorp.com/consul/docs/services/usage/checks
    return _json({"enable_local_script_checks": True, "service": service})


def _health(discovery: Discovery) -> Mapping[str, Any]:
    return {
        "name": "health",
        "http": f"http://127.0.0.1:{serving_pod.PORT}/health",
        **_rhythm(discovery),
        "failures_before_critical": discovery.failures,
    }


def _queue(discovery: Discovery, waiting: int) -> Mapping[str, Any]:
    metrics = f"http://127.0.0.1:{serving_pod.PORT}/metrics"
    return {"name": "queue", "args": ["/bin/sh", _QUEUE_CHECK, metrics, str(waiting)], **_rhythm(discovery)}


def gateway(discovery: Discovery) -> str:
    """Return the registration of a gateway, as JSON."""
    ready = {
        "name": "ready",
        "http": f"https://127.0.0.1:{GATEWAY_PORT}/ready",
        "tls_server_name": GATEWAY,
        **_rhythm(discovery),
        "failures_before_critical": discovery.failures,
    }
    # The certificate comes from the authority that the agent trusts.
    return _json(
        {
            "enable_agent_tls_for_checks": True,
            "service": {"name": GATEWAY, "port": GATEWAY_PORT, "checks": [ready]},
        }
    )


def _rhythm(discovery: Discovery) -> Mapping[str, str]:
    return {"interval": f"{discovery.interval_seconds}s", "timeout": f"{discovery.timeout_seconds}s"}


def agent_files(discovery: Discovery, datacenter: str, *, waiting: int) -> dict[str, str]:
    """Return the files of the agents, by name; an agent reads `agent.json` and that of its service."""
    return {
        "agent.json": agent(datacenter),
        f"{INFERENCE}.json": inference(discovery, waiting=waiting),
        f"{GATEWAY}.json": gateway(discovery),
        "queue.sh": _text("queue.sh"),
    }


def bootstrap_files() -> dict[str, str]:
    """Return the script that makes secrets and ACLs, and the policies it lets Consul have, by name."""
    policies = sorted((_FILES / "policies").glob("*.hcl"))
    return {"bootstrap.sh": _text("bootstrap.sh"), **{each.name: each.read_text() for each in policies}}


def template_files() -> Mapping[str, str]:
    """Return what consul-template reads in a gateway's pod, by name, for the gateway's own ConfigMap."""
    return {name: _text(name) for name in ("consul-template.hcl", "peers.json.ctmpl", "reload.ctmpl")}


def _text(name: str) -> str:
    return (_FILES / name).read_text()


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=2) + "\n"
