"""What the plugin refuses, what it replaces, and what it sees of changes made by others."""

from typing import Any

import pytest

from sandbox.aws import orphans
from sandbox.aws.provider import AwsProvider
from sandbox.plugin.provider import InvalidInputsError, ProviderError, Subject

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
GROUPS = "aws:eks/nodeGroup:NodeGroup"


def subject(token: str, name: str = "thing") -> Subject:
    return Subject(f"urn:pulumi:prod::p::{token}::{name}", token, name)


def make(provider: AwsProvider, token: str, props: dict[str, Any], name: str = "thing") -> str:
    inputs = provider.check(subject(token, name), {}, props, b"seed")
    return provider.create(subject(token, name), inputs, preview=False)[0]


def drop(provider: AwsProvider, token: str, identity: str) -> None:
    provider.delete(subject(token), identity, {})


def test_an_unmapped_type_and_input_are_refused_by_name(provider: AwsProvider) -> None:
    with pytest.raises(InvalidInputsError, match=r"aws:sqs/queue:Queue is not mapped"):
        provider.check(subject("aws:sqs/queue:Queue"), {}, {}, b"")
    with pytest.raises(InvalidInputsError, match=r"cidrBlok is not an input .* it maps cidrBlock"):
        provider.check(subject(VPC), {}, {"cidrBlok": "10.0.0.0/16"}, b"")
    with pytest.raises(InvalidInputsError, match=r"cidrBlock .* is required"):
        provider.check(subject(VPC), {}, {}, b"")
    with pytest.raises(InvalidInputsError, match=r"metadataOptions.httpToken is not"):
        provider.check(
            subject("aws:ec2/launchTemplate:LaunchTemplate"), {}, {"metadataOptions": {"httpToken": "required"}}, b""
        )


def test_names_and_default_tags_are_filled_in_and_kept(provider: AwsProvider) -> None:
    role = subject("aws:iam/role:Role", "cluster")
    first = provider.check(role, {}, {"assumeRolePolicy": "{}"}, b"one")
    assert first["name"].startswith("cluster-")
    assert first["tags"] == {"owner": "platform"}
    assert provider.check(role, first, {"assumeRolePolicy": "{}"}, b"two")["name"] == first["name"]


def test_what_replaces_and_what_updates(provider: AwsProvider) -> None:
    found = provider.diff(subject(VPC), "vpc-1", {"cidrBlock": "10.0.0.0/16"}, {"cidrBlock": "10.1.0.0/16"})
    assert [change.replaces for change in found.changes] == [True]
    sizes = [{"clusterName": "c", "nodeGroupName": "g", "scalingConfig": {"desiredSize": n}} for n in (1, 2)]
    found = provider.diff(subject(GROUPS), "c:g", *sizes)
    assert [(c.path, c.replaces) for c in found.changes] == [("scalingConfig.desiredSize", False)]
    kinds = [{"clusterName": "c", "nodeGroupName": "g", "instanceTypes": [kind]} for kind in ("a", "b")]
    found = provider.diff(subject(GROUPS), "c:g", *kinds)
    assert found.delete_before_replace
    assert found.changes[0].replaces


def test_a_name_that_was_made_is_made_anew_so_that_a_replacement_comes_first(provider: AwsProvider) -> None:
    named = [{"clusterName": "c", "nodeGroupName": "spot-0a1b2c3", "instanceTypes": [kind]} for kind in ("a", "b")]
    group = Subject(f"urn:pulumi:prod::p::{GROUPS}::spot", GROUPS, "spot")
    found = provider.diff(group, "c:spot-0a1b2c3", *named)
    assert found.changes[0].replaces
    assert not found.delete_before_replace


def test_a_reference_to_nothing_is_refused(provider: AwsProvider) -> None:
    with pytest.raises(ProviderError, match=r"'vpc-none', which vpcId of .* does not exist in us-east-1"):
        make(provider, SUBNET, {"vpcId": "vpc-none", "cidrBlock": "10.0.0.0/24"})


def test_a_used_resource_is_not_deleted(provider: AwsProvider) -> None:
    vpc = make(provider, VPC, {"cidrBlock": "10.9.0.0/16"})
    subnet = make(provider, SUBNET, {"vpcId": vpc, "cidrBlock": "10.9.0.0/24"})
    with pytest.raises(ProviderError, match=f"DependencyViolation: .* in use by Subnet {subnet}"):
        drop(provider, VPC, vpc)
    drop(provider, SUBNET, subnet)
    drop(provider, VPC, vpc)
    assert provider.cloud.ledger.all() == []


def test_changes_by_others_are_seen(provider: AwsProvider) -> None:
    vpc = make(provider, VPC, {"cidrBlock": "10.8.0.0/16", "enableDnsSupport": True})
    provider.cloud.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsSupport={"Value": False})
    provider.cloud.ec2.create_tags(Resources=[vpc], Tags=[{"Key": "owner", "Value": "someone"}])
    seen = provider.read(subject(VPC), vpc, {}, {})
    assert seen is not None
    assert (seen.inputs["enableDnsSupport"], seen.inputs["tags"]) == (False, {"owner": "someone"})
    provider.cloud.ec2.delete_vpc(VpcId=vpc)
    assert provider.read(subject(VPC), vpc, {}, {}) is None


def test_peering_of_two_regions(provider: AwsProvider) -> None:
    here = make(provider, VPC, {"cidrBlock": "10.6.0.0/16"})
    other = AwsProvider(provider.paths)
    other.configure({"region": "us-west-2"})
    there = make(other, VPC, {"cidrBlock": "10.7.0.0/16"})
    kind = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
    with pytest.raises(ProviderError, match=r"vpc-none.* does not exist"):
        make(other, kind, {"vpcId": there, "peerVpcId": "vpc-none", "peerRegion": "us-east-1"})
    peering = make(other, kind, {"vpcId": there, "peerVpcId": here, "peerRegion": "us-east-1"})
    accepter = "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter"
    make(provider, accepter, {"vpcPeeringConnectionId": peering, "autoAccept": True})
    options = "aws:ec2/peeringConnectionOptions:PeeringConnectionOptions"
    for side, who in (("requester", other), ("accepter", provider)):
        make(who, options, {"vpcPeeringConnectionId": peering, side: {"allowRemoteVpcDnsResolution": True}})
    for who, token in ((other, kind), (provider, accepter), (provider, options), (other, options)):
        row = who.cloud.ledger.get(who.cloud.region, token, peering)
        seen = who.read(subject(token), peering, {}, {})
        assert row is not None
        assert seen is not None
        assert seen.inputs == row.inputs
    off = {"AllowDnsResolutionFromRemoteVpc": False}
    provider.cloud.ec2.modify_vpc_peering_connection_options(
        VpcPeeringConnectionId=peering, AccepterPeeringConnectionOptions=off
    )
    seen = provider.read(subject(options), peering, {}, {})
    assert seen is not None
    assert seen.inputs["accepter"] == {"allowRemoteVpcDnsResolution": False}
    with pytest.raises(ProviderError, match=r"in use by VpcPeeringConnection"):
        drop(provider, VPC, here)
    removed = orphans.remove(provider.paths, {(VPC, here), (VPC, there)})
    assert f"{kind} {peering}" in removed
    assert {row.type for row in provider.cloud.ledger.all()} == {VPC}


def test_only_the_caller_can_be_asked_for(provider: AwsProvider) -> None:
    assert provider.invoke("aws:index/getCallerIdentity:getCallerIdentity", {})["accountId"] == "123456789012"
    with pytest.raises(ProviderError, match=r"function aws:ec2/getVpc:getVpc is not mapped"):
        provider.invoke("aws:ec2/getVpc:getVpc", {})
