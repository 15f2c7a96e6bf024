"""The pods of the program in `database/`, as plain data; pure. What each variable means stands in its settings."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_kubernetes.core.v1 import (
    ContainerArgsDict,
    EnvVarArgsDict,
    HTTPGetActionArgsDict,
    PodSpecArgsDict,
    ProbeArgsDict,
)

from components import tiers
from components.compute.nodes import DOMAIN_LABEL
from components.demand import DATABASE_TOOL
from components.pods import CONFINED, CONFINED_POD, leaving_dead_nodes
from components.ports import DATABASE_EXPORTER_PORT, MYSQL_PORT

BOOTSTRAP: Final = "database-bootstrap"
EXPORTER: Final = "database-exporter"
MONITOR: Final = "database-monitor"
"""The Secret with the password of the account that reads the group's state."""
PASSWORD: Final = "password"  # noqa: S105 - the file's name
DEADLINE_SECONDS: Final = 900
"""How long one try waits for members: RDS restarts an instance in minutes."""

_SECRETS: Final = "/run/secrets/monitor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the bootstrap is told of the group.

    Attributes:
        members: host name of each member, by its name; the first starts the group if no other knows more.
        group_name: UUID of the group.
        parameter_group: of the members.
        master_secret: ARN of the master user's login.
        replication_secret: ARN of the password that members show each other.
        region: AWS region.
    """

    members: Mapping[str, pulumi.Input[str]]
    group_name: str
    parameter_group: pulumi.Input[str]
    master_secret: pulumi.Input[str]
    replication_secret: pulumi.Input[str]
    region: str


def labels(name: str) -> Mapping[str, str]:
    """Return the labels of pods."""
    return {"app.kubernetes.io/name": name}


def bootstrap_spec(image: pulumi.Input[str], told: Told) -> PodSpecArgsDict:
    """Return the pod that forms the group; no password is in it, but where to ask for them."""
    variables: Mapping[str, pulumi.Input[str]] = {
        "AWS_REGION": told.region,
        "MEMBERS": _members(told.members),
        "GROUP_NAME": told.group_name,
        "PARAMETER_GROUPS": pulumi.Output.json_dumps([told.parameter_group]),
        "MASTER_SECRET_ARN": told.master_secret,
        "REPLICATION_SECRET_ARN": told.replication_secret,
        "DEADLINE_SECONDS": str(DEADLINE_SECONDS),
    }
    return {**_pod(BOOTSTRAP), "restart_policy": "Never", "containers": [_container("bootstrap", image, variables)]}


def exporter_spec(image: pulumi.Input[str], members: Mapping[str, pulumi.Input[str]]) -> PodSpecArgsDict:
    """Return the pod that shows the group's state."""
    variables: Mapping[str, pulumi.Input[str]] = {
        "MEMBERS": _members(members),
        "LISTEN_HOST": "0.0.0.0",  # noqa: S104 - the pod's, behind its NetworkPolicy
        "LISTEN_PORT": str(DATABASE_EXPORTER_PORT),
    }
    container: ContainerArgsDict = {
        **_container("export", image, variables),
        "ports": [{"name": "metrics", "container_port": DATABASE_EXPORTER_PORT}],
        "startup_probe": _probe(12),
        "readiness_probe": _probe(3),
        "liveness_probe": _probe(6),
    }
    return {**_pod(EXPORTER), "containers": [container]}


def _members(members: Mapping[str, pulumi.Input[str]]) -> pulumi.Output[str]:
    # The order tells who begins, and JSON keeps it.
    hosts = pulumi.Output.all(*members.values())
    return hosts.apply(lambda found: _addresses(list(members), found))


def _addresses(names: Sequence[str], hosts: Sequence[str]) -> str:
    return json.dumps({name: f"{host}:{MYSQL_PORT}" for name, host in zip(names, hosts, strict=True)})


def _pod(account: str) -> PodSpecArgsDict:
    return {
        "service_account_name": account,
        "automount_service_account_token": False,
        "enable_service_links": False,
        "priority_class_name": tiers.STORAGE.name,
        "node_selector": {DOMAIN_LABEL: "system"},
        "tolerations": leaving_dead_nodes(),
        "security_context": CONFINED_POD,
        "volumes": [{"name": "monitor", "secret": {"secret_name": MONITOR, "default_mode": 0o440}}],
        "containers": [],
    }


def _container(command: str, image: pulumi.Input[str], variables: Mapping[str, pulumi.Input[str]]) -> ContainerArgsDict:
    named: list[EnvVarArgsDict] = [{"name": name, "value": value} for name, value in variables.items()]
    resources = DATABASE_TOOL.quantities()
    return {
        "name": command,
        "image": image,
        "args": [command],
        "env": [*named, {"name": "MONITOR_PASSWORD_FILE", "value": f"{_SECRETS}/{PASSWORD}"}],
        "resources": {"requests": resources, "limits": resources},
        "security_context": CONFINED,
        "volume_mounts": [{"name": "monitor", "mount_path": _SECRETS, "read_only": True}],
    }


def _probe(failures: int) -> ProbeArgsDict:
    get: HTTPGetActionArgsDict = {"path": "/healthz", "port": "metrics"}
    return {"http_get": get, "period_seconds": 5, "timeout_seconds": 3, "failure_threshold": failures}
