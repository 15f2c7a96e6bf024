"""EKS clusters: moto answers the API, a real control plane stands behind the endpoint, the ledger keeps the rest.

Of a cluster moto holds role, tags, control-plane logs and the VPC configuration: a change of these behind the engine's
back is seen. It keeps nothing of deletion protection, zonal shift, access configuration and upgrade policy, and cannot
change version or encryption: for these the ledger's word stands, and there is no way to change them but through us.
"""

from typing import Any

from sandbox.aws.bags import merge, pick, same
from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.iam import ROLE
from sandbox.aws.ledger import Row
from sandbox.aws.network import SUBNET
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.tags import removed
from sandbox.controlplane import ControlPlane
from sandbox.plugin.provider import ProviderError
from sandbox.plugin.wire import Props, rows, section

CLUSTER = "aws:eks/cluster:Cluster"
VERSIONS = ("1.32", "1.33", "1.34", "1.35", "1.36")
"""Kubernetes versions of new clusters in November 2026: the first two in extended support, the others in standard
support (https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html)."""

SERVICE_CIDR = "10.100.0.0/16"
"""What EKS takes where no service range is given
(https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html)."""

CLUSTER_SUBNETS = 2
"""Subnets, and zones, that a cluster needs at least
(https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html)."""

MODES = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
"""A cluster may go on in this order, never back
(https://docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html)."""

SUPPORT = ("STANDARD", "EXTENDED")
LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
NETWORK = ("subnetIds", "securityGroupIds", "endpointPrivateAccess", "endpointPublicAccess", "publicAccessCidrs")


def require_cluster(cloud: Cloud, name: str) -> Row:
    """The row of a cluster.

    Raises:
        ProviderError: there is no such cluster in this region.
    """
    row = cloud.ledger.get(cloud.region, CLUSTER, name)
    if row is None:
        raise ProviderError(f"ResourceNotFoundException: no cluster {name!r} in {cloud.region}")
    return row


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    vpc = _require_valid(cloud, props)
    name = props["name"]
    if cloud.ledger.get(cloud.region, CLUSTER, name):
        raise ProviderError(f"ResourceInUseException: there is a cluster {name} in {cloud.region} already")
    started = _started(cloud, props)
    made = cloud.client("eks").create_cluster(
        name=name, roleArn=props["roleArn"], resourcesVpcConfig=props["vpcConfig"],
        kubernetesNetworkConfig={"serviceIpv4Cidr": _service_cidr(props)},
        logging=_logging(props), tags=section(props, "tags"), **_optional(props),
    )["cluster"]  # fmt: skip
    group = cloud.ec2.create_security_group(
        GroupName=f"eks-cluster-sg-{name}", Description="EKS created security group", VpcId=vpc
    )["GroupId"]
    return name, started | {
        "arn": made["arn"], "status": "ACTIVE", "platformVersion": made.get("platformVersion", "eks.1"),
        "identities": [{"oidcs": [{"issuer": made["identity"]["oidc"]["issuer"]}]}],
        "vpcConfig": {"vpcId": vpc, "clusterSecurityGroupId": group},
    }  # fmt: skip


def _started(cloud: Cloud, props: Props) -> Props:
    plane = ControlPlane.of(cloud.paths, cloud.region, props["name"])
    plane.start(_service_cidr(props))
    return {"endpoint": plane.endpoint, "certificateAuthority": {"data": plane.ca_data}}


def _service_cidr(props: Props) -> str:
    return section(props, "kubernetesNetworkConfig").get("serviceIpv4Cidr", SERVICE_CIDR)


def _optional(props: Props) -> dict[str, Any]:
    given: dict[str, Any] = {"version": props["version"]} if "version" in props else {}
    if "encryptionConfig" in props:
        given["encryptionConfig"] = [props["encryptionConfig"]]
    return given


def _require_valid(cloud: Cloud, props: Props) -> str:
    """Check what moto lets pass; answers the VPC of the subnets."""
    _require_known("version", props.get("version", VERSIONS[-1]), VERSIONS)
    _require_known("accessConfig.authenticationMode", _mode(props), MODES)
    _require_known("upgradePolicy.supportType", section(props, "upgradePolicy").get("supportType", SUPPORT[1]), SUPPORT)
    for kind in props.get("enabledClusterLogTypes") or ():
        _require_known("enabledClusterLogTypes", kind, LOGS)
    _require_endpoint(props)
    return _require_subnets(cloud, props["vpcConfig"]["subnetIds"])


def _mode(props: Props) -> str:
    return section(props, "accessConfig").get("authenticationMode", "CONFIG_MAP")


def _require_endpoint(props: Props) -> None:
    vpc = props["vpcConfig"]
    if not vpc.get("endpointPrivateAccess", False) and not vpc.get("endpointPublicAccess", True):
        raise ProviderError(
            "InvalidParameterException: vpcConfig has endpointPrivateAccess and endpointPublicAccess both false; "
            "at least one must be true"
        )


def _require_known(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ProviderError(f"InvalidParameterException: {name} is {value!r}; allowed are {', '.join(allowed)}")


def _require_subnets(cloud: Cloud, ids: list[str]) -> str:
    subnets = cloud.ec2.describe_subnets(SubnetIds=ids)["Subnets"]
    zones = {subnet["AvailabilityZone"] for subnet in subnets}
    vpcs = {subnet["VpcId"] for subnet in subnets}
    if len(zones) < CLUSTER_SUBNETS or len(vpcs) != 1:
        raise ProviderError(
            f"InvalidParameterException: subnets are in zones {sorted(zones)} of {len(vpcs)} VPC; "
            "a cluster needs subnets in at least two zones of one VPC"
        )
    return vpcs.pop()


def _read(cloud: Cloud, row: Row) -> Props | None:
    cluster = section(found(lambda: cloud.client("eks").describe_cluster(name=row.id)), "cluster")
    if not cluster:
        return None
    setups = [setup for setup in rows(cluster, "logging", "clusterLogging") if setup.get("enabled")]
    return {
        "roleArn": cluster["roleArn"], "tags": section(cluster, "tags"),
        "enabledClusterLogTypes": sorted({kind for setup in setups for kind in setup["types"]}),
        "vpcConfig": row.inputs["vpcConfig"] | pick(section(cluster, "resourcesVpcConfig"), NETWORK),
    }  # fmt: skip


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    _require_valid(cloud, merge(row.inputs, news))
    if row.inputs.get("encryptionConfig") and not news.get("encryptionConfig"):
        raise ProviderError("InvalidRequestException: encryptionConfig cannot be removed from a cluster")
    _require_upgrade(row.inputs.get("version"), news.get("version"))
    _require_forward(_mode(row.inputs), _mode(news))
    _update_network(cloud, row, news)
    _update_logs(cloud, row, news)
    _retag(cloud, row, news)
    return _started(cloud, news)


def _require_upgrade(old: str | None, new: str | None) -> None:
    if old and new and VERSIONS.index(new) - VERSIONS.index(old) not in {0, 1}:
        raise ProviderError(
            f"InvalidParameterException: version {old} cannot become {new}; one minor version up at a time is allowed"
        )


def _require_forward(old: str, new: str) -> None:
    if MODES.index(new) < MODES.index(old):
        raise ProviderError(
            f"InvalidParameterException: accessConfig.authenticationMode {old} cannot become {new}; "
            f"it goes {', '.join(MODES)}, never back"
        )


def _update_network(cloud: Cloud, row: Row, news: Props) -> None:
    wanted = pick(news["vpcConfig"], NETWORK)
    if not same(wanted, pick(row.inputs["vpcConfig"], NETWORK)):
        cloud.client("eks").update_cluster_config(name=row.id, resourcesVpcConfig=wanted)


def _update_logs(cloud: Cloud, row: Row, news: Props) -> None:
    if not same(news.get("enabledClusterLogTypes") or [], row.inputs.get("enabledClusterLogTypes") or []):
        cloud.client("eks").update_cluster_config(name=row.id, logging=_logging(news))


def _logging(props: Props) -> Props:
    wanted: list[str] = props.get("enabledClusterLogTypes") or []
    off = [kind for kind in LOGS if kind not in wanted]
    return {"clusterLogging": [{"types": wanted, "enabled": True}, {"types": off, "enabled": False}]}


def _retag(cloud: Cloud, row: Row, news: Props) -> None:
    eks, arn = cloud.client("eks"), row.outputs["arn"]
    gone = removed(row.inputs, news)
    if gone:
        eks.untag_resource(resourceArn=arn, tagKeys=gone)
    if news.get("tags") and news["tags"] != row.inputs.get("tags"):
        eks.tag_resource(resourceArn=arn, tags=news["tags"])


def _delete(cloud: Cloud, row: Row) -> None:
    if row.inputs.get("deletionProtection"):
        raise ProviderError(
            f"InvalidRequestException: cluster {row.id} has deletionProtection; update it to false first"
        )
    vanish(lambda: cloud.client("eks").delete_cluster(name=row.id))
    ControlPlane.of(cloud.paths, cloud.region, row.id).destroy()
    group = row.outputs["vpcConfig"]["clusterSecurityGroupId"]
    vanish(lambda: cloud.ec2.delete_security_group(GroupId=group))


def _undo(cloud: Cloud, props: Props) -> None:
    if cloud.ledger.get(cloud.region, CLUSTER, props["name"]) is None:
        ControlPlane.of(cloud.paths, cloud.region, props["name"]).destroy()


SPECS = (
    Spec(
        CLUSTER,
        inputs(
            "name!* version roleArn!* vpcConfig* vpcConfig.subnetIds vpcConfig.securityGroupIds "
            "vpcConfig.endpointPrivateAccess vpcConfig.endpointPublicAccess vpcConfig.publicAccessCidrs "
            "accessConfig.authenticationMode accessConfig.bootstrapClusterCreatorAdminPermissions! "
            "enabledClusterLogTypes encryptionConfig.provider.keyArn encryptionConfig.resources "
            "kubernetesNetworkConfig.serviceIpv4Cidr! zonalShiftConfig.enabled upgradePolicy.supportType "
            "deletionProtection bootstrapSelfManagedAddons! tags"
        ),
        _create, _read, _update, _delete, _undo,
        computed=(
            "arn", "endpoint", "certificateAuthority", "identities", "platformVersion", "status",
            "vpcConfig.vpcId", "vpcConfig.clusterSecurityGroupId",
        ),
        identity=("name",),
        references=(
            Reference("roleArn", ROLE, output="arn", everywhere=True),
            Reference("vpcConfig.subnetIds", SUBNET, blocks=True),
            Reference("vpcConfig.securityGroupIds", "aws:ec2/securityGroup:SecurityGroup", blocks=True),
            Reference("encryptionConfig.provider.keyArn", "aws:kms/key:Key", output="arn"),
        ),
    ),
)  # fmt: skip
