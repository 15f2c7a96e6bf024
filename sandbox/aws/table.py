"""Every resource type that the plugin maps; a type that is not here is refused by name."""

from dataclasses import replace

from sandbox.aws import (
    accelerator,
    alarm,
    backup,
    bucket,
    bucket_settings,
    certificates,
    distribution,
    eks_access,
    eks_addon,
    eks_cluster,
    eks_nodes,
    elasticache,
    elasticache_users,
    firewall,
    iam,
    images,
    keys,
    listener,
    load_balancer,
    log_delivery,
    memorydb,
    memorydb_access,
    memorydb_groups,
    network,
    peering,
    rds_backups,
    rds_events,
    rds_instance,
    rds_parameters,
    rds_subnets,
    records,
    replication,
    routing,
    scaling_policy,
    secret,
    security,
    target_group,
    topic,
    zones,
)  # fmt: skip
from sandbox.aws import template as launch
from sandbox.aws.spec import Input, Spec

SERVICES = (
    network, routing, security, peering, launch, iam, keys, eks_cluster, eks_nodes, eks_addon, eks_access,
    zones, records, certificates, load_balancer, target_group, listener, secret, accelerator,
    firewall, distribution, bucket, bucket_settings, scaling_policy, alarm, log_delivery, elasticache,
    elasticache_users, images, topic, memorydb_access, memorydb_groups, memorydb, rds_subnets, rds_parameters,
    rds_instance, rds_backups, rds_events, replication, backup,
)  # fmt: skip

GLOBAL = ("iam", "route53", "cloudfront", "globalaccelerator")
"""Services whose resources are of no region
(https://www.pulumi.com/registry/packages/aws/how-to-guides/7-0-migration/)."""


def _placed(spec: Spec) -> Spec:
    """A type with the input `region`, which every resource of a regional service takes in place of its provider's."""
    if spec.token.split(":")[1].split("/")[0] in GLOBAL:
        return spec
    return replace(spec, inputs={**spec.inputs, "region": Input(replaces=True)})


TABLE: dict[str, Spec] = {spec.token: _placed(spec) for service in SERVICES for spec in service.SPECS}
