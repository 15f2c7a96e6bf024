"""What others change behind the engine's back is seen by a refresh, and put right by the next update."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.aws.bags import at
from tests.sandbox.aws.cases import CASES
from tests.sandbox.aws.estate import Estate, subject_of

Props = dict[str, Any]
Change = Callable[[Estate], object]

KEY_POLICY = {
    "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}],
}  # fmt: skip
SITE = {"Key": "site", "Value": "b"}


def _ec2(estate: Estate) -> Any:
    return estate.provider.cloud.ec2


def _eks(estate: Estate) -> Any:
    return estate.provider.cloud.client("eks")


def _rule(estate: Estate) -> None:
    wide = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIpv4": "0.0.0.0/0", "Description": "open"}
    _ec2(estate).modify_security_group_rules(
        GroupId=estate.id("sg"),
        SecurityGroupRules=[{"SecurityGroupRuleId": estate.id("in"), "SecurityGroupRule": wide}],
    )


def _default_group(estate: Estate) -> None:
    opened = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    _ec2(estate).authorize_security_group_ingress(GroupId=estate.id("default"), IpPermissions=[opened])


def _template(estate: Estate) -> None:
    data = {
        "MetadataOptions": {"HttpTokens": "optional"},
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": False}}],
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [SITE]}],
    }
    _ec2(estate).create_launch_template_version(LaunchTemplateId=estate.id("template"), LaunchTemplateData=data)


def _endpoint(estate: Estate) -> None:
    made = _ec2(estate).create_security_group(GroupName="other", Description="other", VpcId=estate.id("vpc"))
    _ec2(estate).modify_vpc_endpoint(
        VpcEndpointId=estate.id("interface"), AddSecurityGroupIds=[made["GroupId"]],
        RemoveSecurityGroupIds=[estate.id("sg")],
    )  # fmt: skip


def _key_policy(estate: Estate) -> None:
    kms = estate.provider.cloud.client("kms")
    kms.put_key_policy(KeyId=estate.id("key"), PolicyName="default", Policy=json.dumps(KEY_POLICY))


def _cluster_logs(estate: Estate) -> None:
    off = {"clusterLogging": [{"types": ["api"], "enabled": True}, {"types": ["audit"], "enabled": False}]}
    _eks(estate).update_cluster_config(name="site-a", logging=off)


def _cluster_access(estate: Estate) -> None:
    _eks(estate).update_cluster_config(name="site-a", resourcesVpcConfig={"publicAccessCidrs": ["0.0.0.0/0"]})


def _nodes(change: Props) -> Change:
    def act(estate: Estate) -> None:
        cluster, name = estate.id("nodes").split(":")
        _eks(estate).update_nodegroup_config(clusterName=cluster, nodegroupName=name, **change)

    return act


TAINT = {"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}
CHANGES: tuple[tuple[str, str, Change, Any], ...] = (
    ("in", "cidrIpv4", _rule, "0.0.0.0/0"),
    ("in", "description", _rule, "open"),
    ("default", "ingress.FromPort", _default_group, 22),
    ("template", "metadataOptions", _template, {"httpTokens": "optional"}),
    ("template", "blockDeviceMappings", _template, [{"deviceName": "/dev/xvda", "ebs": {"encrypted": "false"}}]),
    ("template", "tagSpecifications", _template, [{"resourceType": "instance", "tags": {"site": "b"}}]),
    ("template", "vpcSecurityGroupIds", _template, []),
    ("key", "policy", _key_policy, json.dumps(KEY_POLICY)),
    ("cluster", "enabledClusterLogTypes", _cluster_logs, ["api"]),
    ("cluster", "vpcConfig.publicAccessCidrs", _cluster_access, ["0.0.0.0/0"]),
    ("nodes", "labels", _nodes({"labels": {"removeLabels": ["site"]}}), {}),
    ("nodes", "taints", _nodes({"taints": {"removeTaints": [TAINT]}}), []),
    ("nodes", "scalingConfig.maxSize", _nodes({"scalingConfig": {"maxSize": 9}}), 9),
    ("nodes", "updateConfig.maxUnavailable", _nodes({"updateConfig": {"maxUnavailable": 2}}), 2),
    ("nodes", "nodeRepairConfig.enabled", _nodes({"nodeRepairConfig": {"enabled": False}}), False),
)


def _read(estate: Estate, name: str) -> Props:
    made = estate.made[name]
    seen = estate.provider.read(subject_of(made.case), made.identity, {}, {})
    assert seen is not None
    return seen.inputs


@pytest.fixture
def whole(estate: Estate) -> Estate:
    for case in CASES:
        estate.create(case)
    return estate


def test_each_change_is_seen_and_put_right(whole: Estate) -> None:
    for name, path, change, wanted in CHANGES:
        before = _read(whole, name)
        assert before == whole.made[name].inputs, (name, "read otherwise with nothing changed")
        change(whole)
        after = _read(whole, name)
        assert list(at(after, path)) == list(at(whole.resolve(wanted), "")), (name, path)
        assert list(at(before, path)) != list(at(after, path)), (name, path)
        whole.update(whole.made[name].case)
        assert _read(whole, name) == whole.made[name].inputs, (name, "not put right")


def test_the_groups_of_an_interface_endpoint_are_seen(whole: Estate) -> None:
    _endpoint(whole)
    groups = _read(whole, "interface")["securityGroupIds"]
    assert len(groups) == 1
    assert groups != whole.made["interface"].inputs["securityGroupIds"]
    whole.update(whole.made["interface"].case)
    whole.require_no_drift()
