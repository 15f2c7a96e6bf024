from dataclasses import replace

from rules._resource import UNKNOWN, Resource, Value
from rules._types import NODE_GROUP, ROLE, ROLE_POLICY, ROLE_POLICY_ATTACHMENT

from tests.policies.mutation import changed
from tests.policies.samples import linked, resource, said

NAME = "limit-node-role"
MANAGED = "arn:aws:iam::aws:policy/"
PULL = "AmazonEC2ContainerRegistryPullOnly"
MUTATIONS = (
    changed(ROLE_POLICY_ATTACHMENT, f"llm-prod-a-node-{PULL}", ("policyArn",), f"{MANAGED}AmazonS3FullAccess"),
    changed(ROLE, "llm-dr-c-node", ("managedPolicyArns",), [f"{MANAGED}AmazonEKS_CNI_Policy"], "dr"),
)
ROLE_OF_NODES = resource(ROLE, {}, "node")
GROUP = linked(resource(NODE_GROUP, {"nodeRoleArn": UNKNOWN}), nodeRoleArn=ROLE_OF_NODES)
ALLOWED = f"AmazonEKSWorkerNodePolicy, {PULL}"


def attachment(arn: Value, role: Resource = ROLE_OF_NODES) -> Resource:
    return linked(resource(ROLE_POLICY_ATTACHMENT, {"policyArn": arn}), role=role)


def test_holds() -> None:
    allowed = [attachment(f"{MANAGED}AmazonEKSWorkerNodePolicy"), attachment(f"arn:aws-cn:iam::aws:policy/{PULL}")]
    assert said(NAME, ROLE_OF_NODES, GROUP, *allowed) == []


def test_holds_for_the_roles_of_others() -> None:
    pods = resource(ROLE, {"managedPolicyArns": [f"{MANAGED}AmazonS3FullAccess"]}, "pods")
    assert said(NAME, ROLE_OF_NODES, GROUP, pods, attachment(f"{MANAGED}AmazonS3FullAccess", pods)) == []


def test_fails_with_another_policy() -> None:
    wide = f"{MANAGED}AmazonS3FullAccess"
    message = f"gives nodes {wide}; only these may be: {ALLOWED}"
    assert said(NAME, ROLE_OF_NODES, GROUP, attachment(wide)) == [("fail", message)]
    listed = replace(ROLE_OF_NODES, props={"managedPolicyArns": [wide]})
    assert said(NAME, listed, GROUP) == [("fail", message)]


def test_fails_with_a_policy_of_a_like_name() -> None:
    arn = f"arn:aws:iam::123456789012:policy/{PULL}"
    assert said(NAME, ROLE_OF_NODES, GROUP, attachment(arn)) == [
        ("fail", f"gives nodes {arn}; only these may be: {ALLOWED}")
    ]


def test_fails_with_a_policy_of_the_program() -> None:
    ours = linked(attachment(UNKNOWN), role=ROLE_OF_NODES, policyArn=resource("aws:iam/policy:Policy", {}))
    assert said(NAME, ROLE_OF_NODES, GROUP, ours) == [
        ("fail", "gives nodes a policy of this program; only these may be: AWS managed ones")
    ]


def test_fails_with_rights_of_its_own() -> None:
    inline = linked(resource(ROLE_POLICY, {}), role=ROLE_OF_NODES)
    assert said(NAME, ROLE_OF_NODES, GROUP, inline) == [("fail", "gives the nodes of role node rights of its own")]
    listed = replace(ROLE_OF_NODES, props={"inlinePolicies": [{"policy": "{}"}]})
    assert said(NAME, listed, GROUP) == [("fail", "inlinePolicies gives nodes rights of their own")]


def test_undecided_while_unknown() -> None:
    elsewhere = resource(NODE_GROUP, {"nodeRoleArn": UNKNOWN}, "elsewhere")
    assert said(NAME, ROLE_OF_NODES, GROUP, elsewhere, attachment(UNKNOWN)) == [
        ("unknown", "nodeRoleArn is not known before the update"),
        ("unknown", "policyArn is not known before the update"),
    ]
