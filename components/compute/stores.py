"""A store of the region under a name of a site's cluster, with what pods show it in a Secret of the same name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_kubernetes.core.v1 import EnvVarArgsDict, Secret, Service, VolumeArgsDict, VolumeMountArgsDict
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict
from pulumi_kubernetes.networking.v1 import NetworkPolicyEgressRuleArgsDict

from components.base import Component
from components.naming import BUSINESS
from components.ports import REDIS_PORT
from components.stores import SHARED_HOST

_FOLDER: Final = "/run/secrets"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedStoreArgs:
    """What the name stands for.

    Attributes:
        host: the name in the cluster.
        store: the store's own name, which its certificate has.
        secrets: files of the Secret by their names.
        after: what stands first.
    """

    host: str
    store: pulumi.Input[str]
    secrets: Mapping[str, pulumi.Input[str]]
    after: Sequence[pulumi.Resource]


class NamedStore(Component):
    """A name and a Secret in the domain `business`; the certificate has the store's own name, and so must clients."""

    type_path = "compute:NamedStore"

    def __init__(self, name: str, args: NamedStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        after = pulumi.ResourceOptions(parent=self, depends_on=list(args.after))
        metadata = _metadata(args.host)
        Service(
            name,
            metadata=metadata,
            spec={"type": "ExternalName", "external_name": args.store, "ports": [{"port": REDIS_PORT}]},
            opts=after,
        )
        self.secret = Secret(name, metadata=metadata, string_data=args.secrets, opts=after)
        self.publish()


def password_file(host: str) -> str:
    """Return where a container that mounts a store's Secret finds its password."""
    return f"{_FOLDER}/{host}/password"


def volume(host: str) -> VolumeArgsDict:
    """Return the volume of the Secret of a store that is known as `host`."""
    return {"name": host, "secret": {"secret_name": host, "default_mode": 0o440}}


def mount(host: str) -> VolumeMountArgsDict:
    """Return where a container has that volume."""
    return {"name": host, "mount_path": f"{_FOLDER}/{host}", "read_only": True}


def way(networks: Sequence[str]) -> NetworkPolicyEgressRuleArgsDict:
    """Return what lets pods through to the stores in `networks`, as CIDRs."""
    return {
        "to": [{"ip_block": {"cidr": cidr}} for cidr in networks],
        "ports": [{"protocol": "TCP", "port": REDIS_PORT}],
    }


def shared_variables(store: pulumi.Input[str]) -> list[EnvVarArgsDict]:
    """Return what `keyspace/connection.py` wants to know of the shared table, whose own name is `store`."""
    return [
        {"name": "SHARED_HOST", "value": store},
        {"name": "SHARED_PORT", "value": str(REDIS_PORT)},
        {"name": "SHARED_USER", "value_from": {"secret_key_ref": {"name": SHARED_HOST, "key": "user"}}},
        {"name": "SHARED_PASSWORD_FILE", "value": password_file(SHARED_HOST)},
    ]


def _metadata(host: str) -> ObjectMetaArgsDict:
    return {"name": host, "namespace": BUSINESS, "labels": {"app.kubernetes.io/name": host}}
