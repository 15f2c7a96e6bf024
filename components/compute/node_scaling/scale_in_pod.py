"""The pod of the program in `scale_in/`, as plain data; pure."""

from collections.abc import Mapping
from typing import Final

import pulumi
from pulumi_kubernetes.core.v1 import ContainerArgsDict, EnvVarArgsDict, PodSpecArgsDict, VolumeArgsDict

from components.compute.nodes import DOMAIN_LABEL
from components.demand import KEEPER
from components.pods import CONFINED, CONFINED_POD

NAME: Final = "scale-in"
NAMESPACE: Final = "kube-system"
_PROGRAM: Final = "/program"
_ACCOUNT: Final = "/var/run/secrets/kubernetes.io/serviceaccount"
# Longer than it takes to let pods onto a node again.
_GRACE_SECONDS: Final = 60


def pod_spec(image: str, told: Mapping[str, pulumi.Input[str]]) -> PodSpecArgsDict:
    """Return the pod of one run, which is told `told` in its environment; it runs where no GPU is."""
    return {
        "service_account_name": NAME,
        "automount_service_account_token": False,
        "enable_service_links": False,
        "restart_policy": "Never",
        "termination_grace_period_seconds": _GRACE_SECONDS,
        "priority_class_name": "system-cluster-critical",
        "node_selector": {DOMAIN_LABEL: "system"},
        "security_context": CONFINED_POD,
        "containers": [_container(image, told)],
        "volumes": [{"name": "program", "config_map": {"name": NAME}}, _account()],
    }


def _container(image: str, told: Mapping[str, pulumi.Input[str]]) -> ContainerArgsDict:
    asked = KEEPER.quantities()
    variables: list[EnvVarArgsDict] = [{"name": name, "value": value} for name, value in told.items()]
    return {
        "name": NAME,
        "image": image,
        # As a module it is found by the folder that it is run in; what Python would keep of it has no place here.
        "command": ["python3", "-B", "-m", "scale_in"],
        "working_dir": _PROGRAM,
        "env": [*variables, {"name": "ACCOUNT_DIRECTORY", "value": _ACCOUNT}],
        "resources": {"requests": asked, "limits": asked},
        "security_context": CONFINED,
        "volume_mounts": [
            {"name": "program", "mount_path": f"{_PROGRAM}/scale_in", "read_only": True},
            {"name": "account", "mount_path": _ACCOUNT, "read_only": True},
        ],
    }


def _account() -> VolumeArgsDict:
    """Return the token of the pod's own account, which ends within the hour, and whom to trust as the API server."""
    return {"name": "account", "projected": {"sources": [
        {"service_account_token": {"path": "token", "expiration_seconds": 3600}},
        {"config_map": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
    ]}}  # fmt: skip
