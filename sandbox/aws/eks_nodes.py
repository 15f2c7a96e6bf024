"""Managed node groups: moto answers the API, and the cluster's control plane gets the nodes.

moto holds sizes, labels, taints, update and repair configuration: a change of these behind the engine's back is seen.
It can change neither tags nor the launch template's version of a group that stands: for these the ledger's word stands.
EKS makes an Auto Scaling group beside each node group. Ours is real at moto, so that others can name it, but empty: the
nodes are the control plane's, and instances at moto would be a second set of machines that nobody sees.
"""

from typing import Any

from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.eks_cluster import CLUSTER, require_cluster
from sandbox.aws.iam import ROLE
from sandbox.aws.ledger import Row
from sandbox.aws.network import SUBNET
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.controlplane import ControlPlane, NodeGroupSpec, remove_nodes, sync_nodes
from sandbox.plugin.provider import ProviderError
from sandbox.plugin.wire import Props, rows, section

NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
EFFECTS = ("NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE")


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    subnets = _require_valid(cloud, props)
    template = props.get("launchTemplate")
    given: dict[str, Any] = {
        "launchTemplate": {key: str(value) for key, value in template.items()}} if template else {}  # fmt: skip
    made = cloud.client("eks").create_nodegroup(
        clusterName=props["clusterName"], nodegroupName=props["nodeGroupName"], nodeRole=props["nodeRoleArn"],
        subnets=props["subnetIds"], scalingConfig=props["scalingConfig"], labels=section(props, "labels"),
        taints=rows(props, "taints"), tags=section(props, "tags"),
        **{name: props[name] for name in ("amiType", "capacityType", "instanceTypes") if name in props}, **given,
    )["nodegroup"]  # fmt: skip
    _configure(cloud, props)
    sync_nodes(_plane(cloud, props), _nodes(cloud, props, subnets[0]["AvailabilityZone"]))
    groups = [{"name": group["name"]} for group in made["resources"]["autoScalingGroups"]]
    _scale(cloud, groups[0]["name"], props)
    return f"{props['clusterName']}:{props['nodeGroupName']}", {
        "arn": made["nodegroupArn"], "status": "ACTIVE", "resources": [{"autoscalingGroups": groups}],
    }  # fmt: skip


def _scale(cloud: Cloud, name: str, props: Props) -> None:
    """The Auto Scaling group, and the launch template of the same name that EKS derives for it
    (https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html).
    """  # noqa: D205
    kind = {"InstanceType": props["instanceTypes"][0]}
    cloud.ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=kind)
    cloud.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=name, LaunchTemplate={"LaunchTemplateName": name}, MinSize=0, DesiredCapacity=0,
        MaxSize=props["scalingConfig"]["maxSize"], VPCZoneIdentifier=",".join(props["subnetIds"]),
        Tags=[
            {"Key": "eks:nodegroup-name", "Value": props["nodeGroupName"], "PropagateAtLaunch": True},
            {"Key": "eks:cluster-name", "Value": props["clusterName"], "PropagateAtLaunch": True},
        ],
    )  # fmt: skip


def _unscale(cloud: Cloud, row: Row) -> None:
    for group in row.outputs["resources"][0]["autoscalingGroups"]:
        name = group["name"]
        scaling = cloud.client("autoscaling")
        if scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]:
            scaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)
            cloud.ec2.delete_launch_template(LaunchTemplateName=name)


def _plane(cloud: Cloud, props: Props) -> ControlPlane:
    return ControlPlane.of(cloud.paths, cloud.region, props["clusterName"])


def _nodes(cloud: Cloud, props: Props, zone: str) -> NodeGroupSpec:
    kind = props["instanceTypes"][0]
    known = cloud.ec2.describe_instance_types(InstanceTypes=[kind])["InstanceTypes"][0]
    return NodeGroupSpec(
        name=props["nodeGroupName"], cluster=props["clusterName"], region=cloud.region, zone=zone,
        instance_type=kind, vcpus=known["VCpuInfo"]["DefaultVCpus"], memory_mib=known["MemoryInfo"]["SizeInMiB"],
        gpus=sum(gpu["Count"] for gpu in rows(known, "GpuInfo", "Gpus")),
        capacity_type=props.get("capacityType", "ON_DEMAND"), labels=section(props, "labels"),
        taints=rows(props, "taints"), desired=props["scalingConfig"]["desiredSize"],
    )  # fmt: skip


def _require_valid(cloud: Cloud, props: Props) -> list[Any]:
    """Check what moto lets pass; answers the subnets."""
    _require_scaling(props["scalingConfig"])
    _require_enumerated(cloud, props)
    vpc = require_cluster(cloud, props["clusterName"]).outputs["vpcConfig"]["vpcId"]
    subnets: list[Any] = cloud.ec2.describe_subnets(SubnetIds=props["subnetIds"])["Subnets"]
    foreign = [subnet["SubnetId"] for subnet in subnets if subnet["VpcId"] != vpc]
    if foreign:
        raise ProviderError(f"InvalidParameterException: subnets {foreign} are not in the cluster's VPC {vpc}")
    return subnets


def _require_scaling(scaling: Props) -> None:
    low, wanted, high = scaling["minSize"], scaling["desiredSize"], scaling["maxSize"]
    if not 0 <= low <= wanted <= high or high < 1:
        raise ProviderError(
            f"InvalidParameterException: scalingConfig has minSize {low}, desiredSize {wanted}, maxSize {high}; "
            "0 <= minSize <= desiredSize <= maxSize and maxSize >= 1 are allowed"
        )


def _require_enumerated(cloud: Cloud, props: Props) -> None:
    model = cloud.client("eks").meta.service_model
    allowed = {
        "amiType": model.shape_for("AMITypes").enum,
        "capacityType": model.shape_for("CapacityTypes").enum,
    }
    values = [(name, props[name], allowed[name]) for name in allowed if name in props]
    values += [("taints.effect", taint["effect"], EFFECTS) for taint in rows(props, "taints")]
    for name, value, known in values:
        if value not in known:
            raise ProviderError(f"InvalidParameterException: {name} is {value!r}; allowed are {', '.join(known)}")


def _describe(cloud: Cloud, row: Row) -> Props:
    cluster, name = row.inputs["clusterName"], row.inputs["nodeGroupName"]
    answer = found(lambda: cloud.client("eks").describe_nodegroup(clusterName=cluster, nodegroupName=name))
    return section(answer, "nodegroup")


def _read(cloud: Cloud, row: Row) -> Props | None:
    group = _describe(cloud, row)
    if not group:
        return None
    held = ("scalingConfig", "labels", "taints", "updateConfig", "nodeRepairConfig")
    return {name: group[name] for name in held if group.get(name) is not None}


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    subnets = _require_valid(cloud, news)
    old, new = section(row.inputs, "labels"), section(news, "labels")
    _configure(
        cloud, news, scalingConfig=news["scalingConfig"],
        labels={"addOrUpdateLabels": new, "removeLabels": sorted(old.keys() - new.keys())},
        taints=_taint_changes(rows(row.inputs, "taints"), rows(news, "taints")),
    )  # fmt: skip
    sync_nodes(_plane(cloud, news), _nodes(cloud, news, subnets[0]["AvailabilityZone"]))
    return {}


def resize(cloud: Cloud, row: Row, desired: int) -> None:
    """Give a node group another size, as its Auto Scaling group would, and its control plane the nodes."""
    props = row.inputs | {"scalingConfig": _describe(cloud, row)["scalingConfig"] | {"desiredSize": desired}}
    subnets = _require_valid(cloud, props)
    _configure(cloud, props, scalingConfig=props["scalingConfig"])
    sync_nodes(_plane(cloud, props), _nodes(cloud, props, subnets[0]["AvailabilityZone"]))


def sizes(cloud: Cloud, row: Row) -> tuple[int, int, int]:
    """The least, the wanted and the most nodes of a node group."""
    held: Props = _describe(cloud, row)["scalingConfig"]
    return int(held["minSize"]), int(held["desiredSize"]), int(held["maxSize"])


def _configure(cloud: Cloud, props: Props, **changes: Any) -> None:
    """Update what can be updated; moto drops the last two when a group is made."""
    settings = {name: props[name] for name in ("updateConfig", "nodeRepairConfig") if name in props}
    cloud.client("eks").update_nodegroup_config(
        clusterName=props["clusterName"], nodegroupName=props["nodeGroupName"], **settings, **changes
    )


def _taint_changes(old: list[Props], new: list[Props]) -> dict[str, list[Props]]:
    gone = [taint for taint in old if taint not in new]
    changes = {"addOrUpdateTaints": [taint for taint in new if taint not in old], "removeTaints": gone}
    return {name: taints for name, taints in changes.items() if taints}


def _delete(cloud: Cloud, row: Row) -> None:
    cluster, name = row.inputs["clusterName"], row.inputs["nodeGroupName"]
    if _describe(cloud, row):
        vanish(lambda: cloud.client("eks").delete_nodegroup(clusterName=cluster, nodegroupName=name))
    _unscale(cloud, row)
    _remove_nodes(cloud, row.inputs)


def _remove_nodes(cloud: Cloud, props: Props) -> None:
    plane = _plane(cloud, props)
    if plane.is_running():
        remove_nodes(plane, props["nodeGroupName"])


def _undo(cloud: Cloud, props: Props) -> None:
    identity = f"{props['clusterName']}:{props['nodeGroupName']}"
    if cloud.ledger.get(cloud.region, NODE_GROUP, identity) is None:
        _remove_nodes(cloud, props)


SPECS = (
    Spec(
        NODE_GROUP,
        inputs(
            "clusterName!* nodeGroupName! nodeRoleArn!* subnetIds!* amiType! capacityType! instanceTypes!* "
            "launchTemplate.id! launchTemplate.version scalingConfig* scalingConfig.minSize scalingConfig.maxSize "
            "scalingConfig.desiredSize labels taints.key taints.value taints.effect updateConfig.maxUnavailable "
            "nodeRepairConfig.enabled version tags"
        ),
        _create, _read, _update, _delete, _undo, computed=("arn", "status", "resources"),
        identity=("clusterName", "nodeGroupName"), autoname=("nodeGroupName", 63),
        references=(
            Reference("clusterName", CLUSTER, blocks=True),
            Reference("nodeRoleArn", ROLE, output="arn", everywhere=True),
            Reference("subnetIds", SUBNET, blocks=True),
            Reference("launchTemplate.id", "aws:ec2/launchTemplate:LaunchTemplate"),
        ),
    ),
)  # fmt: skip
