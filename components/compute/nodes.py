"""The node groups of a site: the cluster's own services, and GPUs: a base, a burst, and what stands in for both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws.ec2 import (
    CapacityReservation,
    LaunchTemplate,
    LaunchTemplateBlockDeviceMappingEbsArgsDict,
    LaunchTemplateCapacityReservationSpecificationArgsDict,
)
from pulumi_aws.eks import NodeGroup, NodeGroupTaintArgsDict
from pulumi_aws.eks.outputs import NodeGroupResource
from pulumi_aws.iam import Role

from components.base import Component, site_tags
from components.compute.cluster import Cluster
from components.compute.identity import service_role
from components.compute.user_data import user_data
from components.node_groups import GpuGroup, Group, ReservedGroup
from components.node_groups import Nodes as NodesSettings
from components.planning.fleet import NodePlan
from components.planning.marks import marks

_POLICIES = ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"]
# A node loads a GPU driver and tens of GB of image: gp3's own 3000 IOPS and 125 MiB/s would take minutes more.
_IOPS, _THROUGHPUT = 6000, 500
_POD_HOPS = 2
GPU_TAINT: Final = "nvidia.com/gpu"
GPU_LABEL: Final = "nvidia.com/gpu.present"
CAPACITY_LABEL: Final = "inference-platform/capacity"
DOMAIN_LABEL: Final = "inference-platform/domain"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """What tells one node group from another."""

    name: str
    group: Group
    instance_types: Sequence[str]
    image: str
    capacity: str
    labels: Mapping[str, str]
    taints: Sequence[NodeGroupTaintArgsDict] = ()


def _kinds(nodes: NodesSettings) -> list[_Kind]:
    return [
        _Kind(
            name="system",
            group=nodes.system,
            instance_types=[nodes.system.instance_type],
            image="AL2023_x86_64_STANDARD",
            capacity="ON_DEMAND",
            labels={DOMAIN_LABEL: "system"},
        ),
        _gpu("reserved", nodes.reserved, "ON_DEMAND"),
        _gpu("spot", nodes.spot, "SPOT"),
        _gpu("on-demand", nodes.on_demand, "ON_DEMAND"),
    ]


def _gpu(name: str, group: GpuGroup, capacity: str) -> _Kind:
    return _Kind(
        name=name,
        group=group,
        instance_types=group.instance_types,
        image="AL2023_x86_64_NVIDIA",
        capacity=capacity,
        labels={DOMAIN_LABEL: "business", CAPACITY_LABEL: name, GPU_LABEL: "true"},
        taints=[{"key": GPU_TAINT, "value": "present", "effect": "NO_SCHEDULE"}],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NodesArgs:
    """Where the nodes are; `reservation_id` holds the reserved ones; `after` is what they need to become ready."""

    nodes: NodesSettings
    planned: NodePlan
    cluster: Cluster
    site: str
    zone: str
    reservation_id: str | None
    subnet: pulumi.Output[str]
    key: pulumi.Output[str]
    after: Sequence[pulumi.Resource]


class Nodes(Component):
    """The managed node groups of one site, each in that site's zone alone."""

    type_path = "compute:Nodes"

    def __init__(self, name: str, args: NodesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        role, attached = service_role(f"{name}-node", "ec2.amazonaws.com", _POLICIES, self._tags("node"), self)
        first = [*args.after, *attached, *self._reservation(args.nodes.reserved)]
        groups = {kind.name: self._group(kind, role, first) for kind in _kinds(args.nodes)}
        self.groups: list[pulumi.Resource] = list(groups.values())
        # EKS makes one Auto Scaling group of each node group, and another when the node group is replaced.
        scaling = {name: group.resources.apply(_scaling_group) for name, group in groups.items()}
        self.system_scaling_group = scaling.pop("system")
        self.gpu_scaling_groups: Mapping[str, pulumi.Output[str]] = scaling
        self.publish()

    def _tags(self, kind: str) -> Mapping[str, str]:
        return site_tags(f"{self._name}-{kind}", self._args.site)

    def _reservation(self, group: ReservedGroup) -> list[pulumi.Resource]:
        """Hold the nodes of the first size; matching is open, so that a burst beyond them still starts."""
        if self._args.reservation_id or not group.reserve:
            return []
        reservation = CapacityReservation(
            f"{self._name}-reserved",
            availability_zone=self._args.zone,
            instance_count=group.initial,
            instance_platform="Linux/UNIX",
            instance_type=group.instance_types[0],
            instance_match_criteria="open",
            end_date_type="unlimited",
            tags=self._tags("reserved"),
            opts=self.child(),
        )
        return [reservation]

    def _group(self, kind: _Kind, role: Role, after: Sequence[pulumi.Resource]) -> NodeGroup:
        template = self._template(kind)
        group = kind.group
        # Without a name of its own the group is replaced create-first.
        return NodeGroup(
            f"{self._name}-{kind.name}",
            cluster_name=self._args.cluster.name,
            node_role_arn=role.arn,
            subnet_ids=[self._args.subnet],
            ami_type=kind.image,
            capacity_type=kind.capacity,
            instance_types=list(kind.instance_types),
            launch_template={"id": template.id, "version": template.latest_version.apply(str)},
            scaling_config={"min_size": group.minimum, "max_size": group.maximum, "desired_size": group.initial},
            labels=kind.labels,
            taints=kind.taints,
            update_config={"max_unavailable": 1},
            node_repair_config={"enabled": True},
            tags={**self._tags(kind.name), **self._planned(kind.name)},
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=list(after), ignore_changes=["scalingConfig.desiredSize"]
            ),
        )

    def _planned(self, group: str) -> Mapping[str, str]:
        sizes = self._args.planned.groups().get(group)
        return marks(sizes) if sizes else {}

    def _template(self, kind: _Kind) -> LaunchTemplate:
        tags = self._tags(kind.name)
        return LaunchTemplate(
            f"{self._name}-{kind.name}",
            metadata_options={
                "http_endpoint": "enabled",
                "http_tokens": "required",
                "http_put_response_hop_limit": _POD_HOPS,
            },
            block_device_mappings=[{"device_name": "/dev/xvda", "ebs": self._disk(kind.group.disk_gib)}],
            user_data=user_data(local_disks=GPU_LABEL in kind.labels),
            monitoring={"enabled": True},
            capacity_reservation_specification=self._target(kind),
            tag_specifications=[{"resource_type": each, "tags": tags} for each in ("instance", "volume")],
            update_default_version=True,
            tags=tags,
            opts=self.child(),
        )

    def _target(self, kind: _Kind) -> LaunchTemplateCapacityReservationSpecificationArgsDict | None:
        """Start reserved nodes in the site's own reservation; EC2 refuses those beyond its size.

        https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-reservations-launch.html
        """
        reservation = self._args.reservation_id
        if kind.name != "reserved" or reservation is None:
            return None
        return {"capacity_reservation_target": {"capacity_reservation_id": reservation}}

    def _disk(self, size: int) -> LaunchTemplateBlockDeviceMappingEbsArgsDict:
        return {
            "volume_size": size,
            "volume_type": "gp3",
            "iops": _IOPS,
            "throughput": _THROUGHPUT,
            "encrypted": "true",
            "kms_key_id": self._args.key,
            "delete_on_termination": "true",
        }


def _scaling_group(made: Sequence[NodeGroupResource]) -> str:
    return next(group.name or "" for resource in made for group in resource.autoscaling_groups or [])
