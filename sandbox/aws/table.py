"""Every resource type that the plugin maps; a type that is not here is refused by name."""

from sandbox.aws import eks_access, eks_addon, eks_cluster, eks_nodes, iam, keys, network, peering, routing, security
from sandbox.aws import template as launch
from sandbox.aws.spec import Spec

SERVICES = (
    network, routing, security, peering, launch, iam, keys, eks_cluster, eks_nodes, eks_addon, eks_access,
)  # fmt: skip

TABLE: dict[str, Spec] = {spec.token: spec for service in SERVICES for spec in service.SPECS}
