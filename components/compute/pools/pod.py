"""The pod of one ProxySQL, as plain data; pure."""

from typing import Final

from pulumi_kubernetes.core.v1 import (
    ContainerArgsDict,
    PodSpecArgsDict,
    ProbeArgsDict,
    TopologySpreadConstraintArgsDict,
    VolumeArgsDict,
    VolumeMountArgsDict,
)

from components.compute.nodes import DOMAIN_LABEL
from components.demand import PROXYSQL, PROXYSQL_RELOADER
from components.pods import CONFINED, CONFINED_POD, leaving_dead_nodes, spread_over_hosts
from components.pools import NAME, Pools
from components.ports import PROXYSQL_ADMIN_PORT, PROXYSQL_METRICS_PORT, PROXYSQL_PORT
from components.storage.proxysql import config
from components.tiers import STORAGE

LABELS: Final = {"app.kubernetes.io/name": NAME}
# Kubernetes stops sending new clients within this, s, as it does for pods of every kind.
_ENDPOINTS_SECONDS: Final = 5
_MARGIN_SECONDS: Final = 10
_RELOAD_SECONDS: Final = 5
_READABLE: Final = 0o440
_CLIENT: Final = f"{config.RUN}/client.cnf"


def pod_spec(pools: Pools) -> PodSpecArgsDict:
    """Return the spec of one ProxySQL: guaranteed resources, on a system node that has no other."""
    return {
        "node_selector": {DOMAIN_LABEL: "system"},
        "tolerations": leaving_dead_nodes(),
        "topology_spread_constraints": [_apart()],
        "service_account_name": NAME,
        "automount_service_account_token": False,
        "enable_service_links": False,
        "priority_class_name": STORAGE.name,
        "termination_grace_period_seconds": _drain_seconds(pools) + _MARGIN_SECONDS,
        "security_context": CONFINED_POD,
        "init_containers": [_init(pools), _reloader(pools)],
        "containers": [_proxysql(pools)],
        "volumes": _volumes(),
    }


def _apart() -> TopologySpreadConstraintArgsDict:
    """Return the demand that nodes differ by one at most, of each version by itself; lost nodes count no more."""
    return {
        **spread_over_hosts(LABELS),
        "when_unsatisfiable": "DoNotSchedule",
        "match_label_keys": ["pod-template-hash"],
        "node_taints_policy": "Honor",
    }


def _drain_seconds(pools: Pools) -> int:
    """Return how long a pod that ends still works: what was sent to it in the end may take as long as it may, s."""
    return _ENDPOINTS_SECONDS + -(-pools.statement_milliseconds // 1000)


def _proxysql(pools: Pools) -> ContainerArgsDict:
    asked = PROXYSQL.quantities()
    return {
        "name": NAME,
        "image": pools.image,
        # In the foreground, always from its file, and never asking whether there is a newer version.
        "command": ["proxysql", "--foreground", "--initial", "--idle-threads", "--no-version-check"],
        "args": ["--config", f"{config.FILES}/{config.FILE}", "--datadir", config.DATA],
        "ports": [
            {"name": "mysql", "container_port": PROXYSQL_PORT},
            {"name": "metrics", "container_port": PROXYSQL_METRICS_PORT},
        ],
        "resources": {"requests": asked, "limits": asked},
        "security_context": CONFINED,
        "startup_probe": _probe(2, 30),
        "readiness_probe": _probe(5, 2),
        "liveness_probe": _probe(10, 3),
        # Meanwhile drain.sh beside it has it take no new clients.
        "lifecycle": {"pre_stop": {"sleep": {"seconds": _drain_seconds(pools)}}},
        "volume_mounts": [*_mounts(), {"name": "data", "mount_path": config.DATA}],
    }


def _probe(period: int, failures: int) -> ProbeArgsDict:
    return {
        "tcp_socket": {"port": "mysql"},
        "period_seconds": period,
        "timeout_seconds": 2,
        "failure_threshold": failures,
    }


def _init(pools: Pools) -> ContainerArgsDict:
    return {
        **_script(pools, "init.sh", config.RUN, str(PROXYSQL_ADMIN_PORT)),
        "name": "init",
        "volume_mounts": _mounts(),
    }


def _reloader(pools: Pools) -> ContainerArgsDict:
    files = [f"{config.FILES}/{config.FILE}", f"{config.FILES}/{config.AUTHORITIES}"]
    secrets = [f"{config.SECRETS}/{name}" for name in config.words("", "")]
    watched = [f"{config.FILES}/{config.SERVERS}", *files, *secrets]
    drain = ["/bin/sh", f"{config.FILES}/drain.sh", _CLIENT, str(_ENDPOINTS_SECONDS)]
    return {
        **_script(pools, "reload.sh", _CLIENT, str(_RELOAD_SECONDS), *watched),
        "name": "reloader",
        # A sidecar: it starts before ProxySQL and ends after it
        # (https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/).
        "restart_policy": "Always",
        "lifecycle": {"pre_stop": {"exec_": {"command": drain}}},
        "volume_mounts": _mounts(),
    }


def _script(pools: Pools, name: str, *arguments: str) -> ContainerArgsDict:
    asked = PROXYSQL_RELOADER.quantities()
    return {
        "name": name,
        "image": pools.client_image,
        "command": ["/bin/sh", f"{config.FILES}/{name}", *arguments],
        "resources": {"requests": asked, "limits": asked},
        "security_context": CONFINED,
    }


def _mounts() -> list[VolumeMountArgsDict]:
    return [
        {"name": "config", "mount_path": config.FILES, "read_only": True},
        {"name": "secrets", "mount_path": config.SECRETS, "read_only": True},
        {"name": "run", "mount_path": config.RUN},
    ]


def _volumes() -> list[VolumeArgsDict]:
    return [
        {"name": "config", "config_map": {"name": NAME}},
        {"name": "secrets", "secret": {"secret_name": NAME, "default_mode": _READABLE}},
        # The word of the admin interface, which leaves no trace on a disk.
        {"name": "run", "empty_dir": {"medium": "Memory", "size_limit": "1Mi"}},
        {"name": "data", "empty_dir": {"size_limit": "256Mi"}},
    ]
