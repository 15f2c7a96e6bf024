from rules._resource import UNKNOWN, Resource, Value
from rules._types import FLOW_LOG, VPC

from tests.policies.mutation import changed, removed
from tests.policies.samples import linked, resource, said

NAME = "require-flow-logs"
MUTATIONS = (
    removed(FLOW_LOG, "llm-prod-flow"),
    changed(FLOW_LOG, "llm-dr-flow", ("trafficType",), "ACCEPT", "dr"),
)
ONE, OTHER = resource(VPC, {}, "one"), resource(VPC, {}, "other")


def log(kind: Value, vpc: Resource = ONE) -> Resource:
    return linked(resource(FLOW_LOG, {"vpcId": UNKNOWN, "trafficType": kind}), vpcId=vpc)


def test_holds() -> None:
    assert said(NAME, ONE, OTHER, log("REJECT"), log("ALL"), log("ALL", OTHER)) == []


def test_fails_without_one() -> None:
    assert said(NAME, ONE, OTHER, log("ALL")) == [("fail", "has no flow log")]


def test_fails_when_part_of_the_traffic_is_left_out() -> None:
    assert said(NAME, ONE, log("REJECT")) == [("fail", "its flow log keeps REJECT traffic, must keep ALL")]


def test_undecided_while_the_kind_is_unknown() -> None:
    assert said(NAME, ONE, log("REJECT"), log(UNKNOWN)) == [("unknown", "trafficType is not known before the update")]
