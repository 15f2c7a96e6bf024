"""A store of the region under a name of a site's cluster, with what pods show it in a Secret of the same name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core.v1 import Secret, Service
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict

from components.base import Component
from components.naming import BUSINESS
from components.ports import REDIS_PORT


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


def _metadata(host: str) -> ObjectMetaArgsDict:
    return {"name": host, "namespace": BUSINESS, "labels": {"app.kubernetes.io/name": host}}
