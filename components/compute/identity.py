"""IAM roles that AWS services and pods take on."""

import json
from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws.iam import Role, RolePolicyAttachment

_MANAGED = "arn:aws:iam::aws:policy/"


def service_role(
    name: str, service: str, policies: Sequence[str], tags: Mapping[str, str], parent: pulumi.Resource
) -> tuple[Role, list[pulumi.Resource]]:
    """Return a role that `service` takes on, and its attachments, which its user must wait for.

    Args:
        name: logical name.
        service: principal, e.g. `ec2.amazonaws.com`.
        policies: names of AWS managed policies, with their path.
        tags: tags of the role.
        parent: the component that owns it.
    """
    # Pod Identity tags its sessions: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
    actions = ["sts:AssumeRole", "sts:TagSession"] if service.startswith("pods.") else ["sts:AssumeRole"]
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": actions}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    opts = pulumi.ResourceOptions(parent=parent)
    role = Role(name, assume_role_policy=document, tags=tags, opts=opts)
    attached: list[pulumi.Resource] = [
        RolePolicyAttachment(f"{name}-{policy.split('/')[-1]}", role=role.name, policy_arn=_MANAGED + policy, opts=opts)
        for policy in policies
    ]
    return role, attached
