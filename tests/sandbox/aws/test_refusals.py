"""What EKS refuses and moto lets pass, through the provider as the engine calls it: one failing case for each guard."""

from typing import Any

import pytest

from tests.sandbox.aws.cases import CASES, Case, Props
from tests.sandbox.aws.estate import Estate, refuse, refuse_deletion, refuse_update

BY_NAME = {case.name: case for case in CASES}
STANDING = ("vpc", "a", "b", "role", "key", "cluster")
CLUSTER, NODES, ADDON = BY_NAME["cluster"], BY_NAME["nodes"], BY_NAME["addon"]
ENTRY, POLICY, IDENTITY = BY_NAME["entry"], BY_NAME["policy"], BY_NAME["identity"]
ROLE = "@role.arn"
NETWORK: Props = {"subnetIds": ["@a", "@b"], "endpointPrivateAccess": True, "endpointPublicAccess": True}
GROUP: Props = {
    "clusterName": "@cluster", "nodeRoleArn": ROLE, "subnetIds": ["@a"], "instanceTypes": ["p5.48xlarge"],
    "scalingConfig": {"minSize": 1, "maxSize": 4, "desiredSize": 2},
}  # fmt: skip

CLUSTERS: tuple[tuple[Props, str], ...] = (
    ({"version": "1.19"}, r"InvalidParameterException: version is '1.19'; allowed are 1.32, .*1.36"),
    ({"vpcConfig": {**NETWORK, "subnetIds": ["@a"]}}, r"zones \['us-east-1a'\] of 1 VPC; .* at least two zones"),
    ({"vpcConfig": {**NETWORK, "subnetIds": ["@a", "@far"]}}, r"of 2 VPC; a cluster needs .* one VPC"),
    ({"vpcConfig": {**NETWORK, "subnetIds": ["@a", "subnet-none"]}}, r"'subnet-none', which vpcConfig.subnetIds of"),
    ({"vpcConfig": {**NETWORK, "endpointPrivateAccess": False, "endpointPublicAccess": False}},
     r"InvalidParameterException: vpcConfig has .* both false; at least one must be true"),
    ({"accessConfig": {"authenticationMode": "IAM"}},
     r"accessConfig.authenticationMode is 'IAM'; allowed are CONFIG_MAP, API_AND_CONFIG_MAP, API"),
    ({"enabledClusterLogTypes": ["api", "kubelet"]}, r"enabledClusterLogTypes is 'kubelet'; allowed are api, audit"),
    ({"upgradePolicy": {"supportType": "LONG"}}, r"upgradePolicy.supportType is 'LONG'; allowed are STANDARD, EXTENDED"),
    ({"roleArn": "arn:aws:iam::123456789012:role/none"}, r"role/none', which roleArn of .* exist in the account"),
    ({"name": "site-a"}, r"ResourceInUseException: there is a cluster site-a in us-east-1 already"),
)  # fmt: skip

UPDATES: tuple[tuple[Props, Props, str], ...] = (
    ({"version": "1.34"}, {"version": "1.36"}, r"version 1.34 cannot become 1.36; one minor version up at a time"),
    ({"version": "1.35"}, {"version": "1.34"}, r"version 1.35 cannot become 1.34; one minor version up at a time"),
    ({}, {"encryptionConfig": None}, r"InvalidRequestException: encryptionConfig cannot be removed from a cluster"),
    ({}, {"accessConfig": {"authenticationMode": "CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": False}},
     r"InvalidParameterException: accessConfig.authenticationMode API cannot become CONFIG_MAP; .* never back"),
    ({}, {"vpcConfig": {**NETWORK, "subnetIds": ["@b"]}}, r"at least two zones"),
)  # fmt: skip

GROUPS: tuple[tuple[Props, str], ...] = (
    ({"scalingConfig": {"minSize": 3, "maxSize": 4, "desiredSize": 2}}, r"minSize 3, desiredSize 2, maxSize 4; 0 <= min"),
    ({"scalingConfig": {"minSize": 1, "maxSize": 1, "desiredSize": 2}}, r"minSize 1, desiredSize 2, maxSize 1; 0 <= min"),
    ({"scalingConfig": {"minSize": 0, "maxSize": 0, "desiredSize": 0}}, r"maxSize >= 1 are allowed"),
    ({"amiType": "AL1"}, r"amiType is 'AL1'; allowed are .*AL2023_x86_64_NVIDIA"),
    ({"capacityType": "FREE"}, r"capacityType is 'FREE'; allowed are ON_DEMAND, SPOT, CAPACITY_BLOCK"),
    ({"taints": [{"key": "gpu", "value": "x", "effect": "NoSchedule"}]},
     r"taints.effect is 'NoSchedule'; allowed are NO_SCHEDULE, NO_EXECUTE, PREFER_NO_SCHEDULE"),
    ({"subnetIds": ["@far"]}, r"InvalidParameterException: subnets \['subnet-\w+'\] are not in the cluster's VPC vpc-"),
    ({"instanceTypes": ["p9.huge"]}, r"InvalidInstanceType.*p9.huge"),
)  # fmt: skip

OTHERS: tuple[tuple[Case, Props, str], ...] = (
    (ADDON, {"addonName": "vpc-cin"}, r"addonName 'vpc-cin' is no EKS add-on; there are .*vpc-cni"),
    (ADDON, {"configurationValues": "{"}, r"configurationValues of vpc-cni is no JSON"),
    (POLICY, {}, r"ResourceNotFoundException: cluster site-a has no access entry of arn:aws:iam::\d+:role/"),
)  # fmt: skip

TWICE: tuple[tuple[Case, str], ...] = (
    (ADDON, r"ResourceInUseException: cluster site-a has the add-on vpc-cni already"),
    (ENTRY, r"ResourceInUseException: cluster site-a has an access entry of arn:.* already"),
    (IDENTITY, r"ResourceInUseException: site-a/kube-system/ebs has a pod identity association already"),
)  # fmt: skip

POLICIES: tuple[tuple[Props, str], ...] = (
    ({"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}, r"policyArn 'arn:.*' does not start with arn:aws:eks"),
    ({"accessScope": {"type": "pod"}}, r"accessScope.type is 'pod'; cluster and namespace are allowed"),
    ({"accessScope": {"type": "cluster", "namespaces": ["x"]}}, r"namespaces goes with type namespace alone"),
    ({"accessScope": {"type": "namespace"}}, r"namespaces goes with type namespace alone"),
)  # fmt: skip

RESERVED: tuple[tuple[Props, str], ...] = (
    ({"instanceCount": 0}, r"InvalidParameterValue: instanceCount is 0; at least 1 is allowed"),
    ({"availabilityZone": "eu-west-1a"}, r"availabilityZone 'eu-west-1a' is not a zone of us-east-1"),
)


@pytest.fixture
def site(estate: Estate) -> Estate:
    for name in STANDING:
        estate.create(BY_NAME[name])
    estate.create(Case("other", "aws:ec2/vpc:Vpc", {"cidrBlock": "10.9.0.0/16"}))
    zone: Props = {"availabilityZone": "us-east-1c"}
    estate.create(Case("far", "aws:ec2/subnet:Subnet", {"vpcId": "@other", "cidrBlock": "10.9.0.0/24", **zone}))
    return estate


def test_clusters_that_eks_would_not_make(site: Estate) -> None:
    for change, message in CLUSTERS:
        refuse(site, CLUSTER, {"name": "site-x", **change}, message)


def test_updates_that_eks_would_not_take(estate: Estate) -> None:
    for number, (inputs, change, message) in enumerate(UPDATES):
        for name in STANDING[:-1]:
            if number == 0:
                estate.create(BY_NAME[name])
        case = Case("cluster", CLUSTER.type, {**CLUSTER.inputs, **inputs, "name": f"site-{number}"})
        estate.create(case)
        refuse_update(estate, "cluster", change, message)


def test_node_groups_that_eks_would_not_make(site: Estate) -> None:
    for change, message in GROUPS:
        refuse(site, NODES, {**GROUP, "launchTemplate": None, **change}, message)


def test_a_node_group_is_not_resized_out_of_its_bounds(site: Estate) -> None:
    site.create(Case("nodes", NODES.type, GROUP))
    too_many = {"scalingConfig": {"minSize": 1, "maxSize": 4, "desiredSize": 9}}
    refuse_update(site, "nodes", too_many, r"minSize 1, desiredSize 9, maxSize 4; 0 <= minSize")


def test_add_ons_entries_and_identities_that_eks_would_not_make(site: Estate) -> None:
    for case, change, message in OTHERS:
        refuse(site, case, change, message)
    for case, message in TWICE:
        site.create(case)
        refuse(site, case, {}, message)
    for change, message in POLICIES:
        refuse(site, POLICY, change, message)


def test_access_entries_need_an_authentication_mode_with_the_api(site: Estate) -> None:
    modes: Props = {"authenticationMode": "CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": False}
    site.create(Case("old", CLUSTER.type, {**CLUSTER.inputs, "name": "site-o", "accessConfig": modes}))
    refuse(
        site, ENTRY, {"clusterName": "@old"}, r"site-o has authenticationMode CONFIG_MAP; access entries need API or"
    )


def test_a_protected_or_used_cluster_is_not_deleted(site: Estate) -> None:
    protected = r"InvalidRequestException: cluster site-a has deletionProtection; update it to false first"
    refuse_deletion(site, "cluster", protected)
    site.update(CLUSTER, {"deletionProtection": False})
    site.create(ADDON)
    used = r"ResourceInUseException: .*Cluster site-a is in use by Addon site-a:vpc-cni; delete these first"
    refuse_deletion(site, "cluster", used)


def test_reservations_that_ec2_would_not_make(estate: Estate) -> None:
    for change, message in RESERVED:
        refuse(estate, BY_NAME["reserved"], change, message)


def test_nothing_is_made_in_a_cluster_that_is_not_there(site: Estate) -> None:
    nowhere: dict[str, Any] = {"clusterName": "site-z"}
    for case in (NODES, ADDON, ENTRY, POLICY, IDENTITY):
        inputs = {**case.inputs, **nowhere, **({"launchTemplate": None} if case is NODES else {})}
        refuse(site, Case(case.name, case.type, inputs), {}, r"'site-z', which clusterName of .* does not exist")
