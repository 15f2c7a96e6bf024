import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import DEFAULT_SECURITY_GROUP, VPC

from tests.policies.mutation import changed, removed
from tests.policies.samples import linked, resource, said

NAME = "require-empty-default-group"
MUTATIONS = (
    removed(DEFAULT_SECURITY_GROUP, "llm-prod-default"),
    changed(DEFAULT_SECURITY_GROUP, "llm-dr-default", ("egress",), [{"protocol": "-1"}], "dr"),
)
VPC_OF_IT = resource(VPC, {}, "vpc")


def group(**ways: Value) -> Resource:
    return linked(resource(DEFAULT_SECURITY_GROUP, {"vpcId": UNKNOWN, **ways}), vpcId=VPC_OF_IT)


def test_holds() -> None:
    assert said(NAME, VPC_OF_IT, group()) == []
    assert said(NAME, VPC_OF_IT, group(ingress=[], egress=[])) == []


def test_fails_when_nobody_took_it_over() -> None:
    other = resource(VPC, {}, "other")
    assert said(NAME, VPC_OF_IT, other, group()) == [
        ("fail", "its default security group is as AWS makes it, open within itself and to the outside")
    ]


@pytest.mark.parametrize("way", ["ingress", "egress"])
def test_fails_with_rules(way: str) -> None:
    rules: Value = [{"self": True}]
    assert said(NAME, VPC_OF_IT, group(**{way: rules})) == [("fail", f"{way} is not empty")]


@pytest.mark.parametrize("way", ["ingress", "egress"])
def test_undecided_while_unknown(way: str) -> None:
    assert said(NAME, VPC_OF_IT, group(**{way: UNKNOWN})) == [("unknown", f"{way} is not known before the update")]
