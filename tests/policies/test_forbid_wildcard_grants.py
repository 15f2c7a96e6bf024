import json

import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import ROLE, ROLE_POLICY, ROLE_POLICY_ATTACHMENT

from tests.policies.mutation import Added, changed
from tests.policies.samples import resource, said

NAME = "forbid-wildcard-grants"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
ALL: Value = {"Effect": "Allow", "Action": "*", "Resource": "*"}
SERVICE: Value = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "eks.amazonaws.com"}}


def document(*statements: Value) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(principal: Value, condition: Value = None) -> str:
    statement: dict[str, Value] = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    return document(statement | ({"Condition": condition} if condition else {}))


MUTATIONS = (
    changed(ROLE_POLICY, "llm-prod-flow", ("policy",), document(ALL)),
    changed(ROLE, "llm-dr-flow", ("assumeRolePolicy",), trust({"AWS": "*"}), "dr"),
    Added(ROLE_POLICY_ATTACHMENT, {"policyArn": ADMIN, "role": "deployer"}),
)


def policy(text: Value) -> Resource:
    return resource(ROLE_POLICY, {"policy": text})


def role(text: Value, **props: Value) -> Resource:
    return resource(ROLE, {"assumeRolePolicy": text, **props})


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Deny", "Action": "*", "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Allow", "Action": ["*"], "Resource": ["arn:aws:s3:::weights"]},
    ],
    ids=str,
)
def test_holds(statement: Value) -> None:
    assert said(NAME, policy(document(statement)), policy(json.dumps({"Statement": statement}))) == []


def test_holds_for_a_role_of_a_service_and_a_narrow_attachment() -> None:
    narrow = resource(ROLE_POLICY_ATTACHMENT, {"policyArn": "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"})
    assert said(NAME, role(document(SERVICE)), narrow) == []


def test_holds_when_a_condition_says_who() -> None:
    condition: Value = {"StringEquals": {"aws:PrincipalOrgID": "o-example"}}
    assert said(NAME, role(trust({"AWS": "*"}, condition))) == []


@pytest.mark.parametrize(
    "statement",
    [
        ALL,
        {"Effect": "Allow", "Action": ["s3:GetObject", "*"], "Resource": ["*"]},
        {"Effect": "Allow", "Action": "*:*", "Resource": "*"},
        {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
    ],
    ids=str,
)
def test_fails_when_all_is_allowed(statement: Value) -> None:
    said_of_it = [("fail", "policy allows every action on every resource")]
    assert said(NAME, policy(document(SERVICE, statement))) == said_of_it
    assert said(NAME, policy(json.dumps({"Statement": statement}))) == said_of_it
    inline: Value = [{"policy": document(statement)}]
    assert said(NAME, role(document(SERVICE), inlinePolicies=inline)) == [
        ("fail", "inlinePolicies allows every action on every resource")
    ]


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["123456789012", "*"]}, {"Federated": "*"}], ids=str)
def test_fails_when_everybody_may_take_it_on(principal: Value) -> None:
    assert said(NAME, role(trust(principal))) == [
        ("fail", "assumeRolePolicy lets every principal of AWS take the role on")
    ]


def test_fails_with_administrator_access() -> None:
    assert said(NAME, resource(ROLE_POLICY_ATTACHMENT, {"policyArn": ADMIN})) == [
        ("fail", "policyArn is AdministratorAccess")
    ]


def test_undecided_while_unknown() -> None:
    assert said(NAME, policy(UNKNOWN), role(UNKNOWN, inlinePolicies=[{"policy": UNKNOWN}])) == [
        ("unknown", "policy is not known before the update"),
        ("unknown", "assumeRolePolicy is not known before the update"),
        ("unknown", "inlinePolicies is not known before the update"),
    ]
