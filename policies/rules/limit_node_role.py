"""E7: a pod that gets hold of its node's credentials gets next to nothing."""

from collections.abc import Iterator, Sequence
from itertools import chain

from rules._resource import UNKNOWN, Resource, Value, items
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._setting import Names
from rules._stack import of_type, sources, users
from rules._types import NODE_GROUP, ROLE, ROLE_POLICY, ROLE_POLICY_ATTACHMENT

_POLICIES = Names(
    name="policies",
    what="AWS managed policies that a node's role may have",
    default=("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"),
)
_MANAGED = "iam::aws:policy/"


def _check(resources: Sequence[Resource], *, policies: tuple[str, ...]) -> Iterator[Finding]:
    groups = of_type(resources, NODE_GROUP)
    roles = of_type(resources, ROLE)
    for group in groups:
        if group.get("nodeRoleArn") is UNKNOWN and not sources(group, "nodeRoleArn", roles):
            yield undecided(group, "nodeRoleArn")
    of_nodes = [role for role in roles if users(role, "nodeRoleArn", groups)]
    yield from chain.from_iterable(_check_role(role, resources, policies) for role in of_nodes)


def _check_role(role: Resource, resources: Sequence[Resource], allowed: Sequence[str]) -> Iterator[Finding]:
    for attachment in users(role, "role", of_type(resources, ROLE_POLICY_ATTACHMENT)):
        ours = "policyArn" in attachment.references  # a policy of this program, whatever its ARN will be
        yield from _check_policy(attachment, "policyArn", attachment.get("policyArn"), () if ours else allowed)
    for arn in items(role.get("managedPolicyArns")):
        yield from _check_policy(role, "managedPolicyArns", arn, allowed)
    for inline in users(role, "role", of_type(resources, ROLE_POLICY)):
        yield failure(inline, f"gives the nodes of role {role.name} rights of its own")
    if role.get("inlinePolicies"):
        yield failure(role, "inlinePolicies gives nodes rights of their own")


def _check_policy(resource: Resource, key: str, arn: Value, allowed: Sequence[str]) -> Iterator[Finding]:
    if arn is UNKNOWN and allowed:
        yield undecided(resource, key)
        return
    managed = str(arn).partition(_MANAGED)[2]
    if managed.rpartition("/")[2] not in allowed:
        shown = "a policy of this program" if arn is UNKNOWN else arn
        yield failure(resource, f"gives nodes {shown}; only these may be: {', '.join(allowed) or 'AWS managed ones'}")


RULE = StackRule(
    id="E7",
    name="limit-node-role",
    severity=Severity.HIGH,
    what="The role of nodes has the few AWS managed policies that kubelet needs, and no right that a pod wants.",
    why=(
        "Every pod on a node, and whoever breaks into one, can take on the node's role: the rights of one pod become"
        " the rights of all."
    ),
    source="https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html",
    fix="Give the right to a role of its own, bound to the pod's service account by EKS Pod Identity.",
    settings=(_POLICIES,),
    check=_check,
)
