import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import LAUNCH_TEMPLATE, NODE_GROUP

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-imdsv2"
MUTATIONS = (
    changed(LAUNCH_TEMPLATE, "llm-prod-a-system", ("metadataOptions", "httpTokens"), "optional"),
    changed(LAUNCH_TEMPLATE, "llm-prod-b-spot", ("metadataOptions", "httpPutResponseHopLimit"), 3),
    changed(NODE_GROUP, "llm-prod-a-spot", ("launchTemplate",), None),
)
TOKENS = [
    "aws:ec2/launchTemplate:LaunchTemplate",
    "aws:ec2/instance:Instance",
]


def machine(token: str, options: Value) -> Resource:
    return resource(token, {"metadataOptions": options})


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("hops", [None, 1, 2.0])
def test_holds(token: str, hops: Value) -> None:
    options: Value = {"httpTokens": "required", "httpPutResponseHopLimit": hops}
    assert said(NAME, machine(token, options)) == []


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (None, "metadataOptions.httpTokens is not set, must be required"),
        ({"httpTokens": "optional"}, "metadataOptions.httpTokens is optional, must be required"),
        (
            {"httpTokens": "required", "httpPutResponseHopLimit": 3.0},
            "metadataOptions.httpPutResponseHopLimit is 3, must be at most 2",
        ),
    ],
    ids=str,
)
def test_fails(token: str, options: Value, message: str) -> None:
    assert said(NAME, machine(token, options)) == [("fail", message)]


def test_fails_above_the_hops_that_a_stack_allows() -> None:
    options: Value = {"httpTokens": "required", "httpPutResponseHopLimit": 2}
    assert said(NAME, machine(TOKENS[0], options), max_hops=1) == [
        ("fail", "metadataOptions.httpPutResponseHopLimit is 2, must be at most 1")
    ]


def test_fails_for_a_node_group_without_launch_template() -> None:
    assert said(NAME, resource("aws:eks/nodeGroup:NodeGroup", {})) == [
        ("fail", "has no launch template, so nothing requires IMDSv2 of its nodes")
    ]


def test_holds_for_a_node_group_with_one() -> None:
    props: dict[str, Value] = {"launchTemplate": {"id": UNKNOWN}}
    assert said(NAME, resource("aws:eks/nodeGroup:NodeGroup", props)) == []


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"httpTokens": UNKNOWN}, "metadataOptions.httpTokens"),
        (
            {"httpTokens": "required", "httpPutResponseHopLimit": UNKNOWN},
            "metadataOptions.httpPutResponseHopLimit",
        ),
    ],
    ids=str,
)
def test_undecided_while_unknown(options: Value, path: str) -> None:
    assert said(NAME, machine(TOKENS[0], options)) == [("unknown", f"{path} is not known before the update")]


def test_undecided_while_a_node_group_may_have_none() -> None:
    assert said(NAME, resource("aws:eks/nodeGroup:NodeGroup", {"launchTemplate": UNKNOWN})) == [
        ("unknown", "launchTemplate is not known before the update")
    ]
