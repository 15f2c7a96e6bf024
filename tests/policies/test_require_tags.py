from importlib.util import find_spec
from pathlib import Path

import pytest
from rules._resource import UNKNOWN, Value
from rules._types import KEY
from rules.require_tags import UNTAGGABLE

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-tags"
MUTATIONS = (changed(KEY, "llm-prod-a", ("tags", "cost"), None),)
VPC = "aws:ec2/vpc:Vpc"
TAGS: dict[str, Value] = {"owner": "platform", "site": "a", "cost": "inference"}


def test_holds() -> None:
    assert said(NAME, resource(VPC, {"tags": TAGS})) == []


@pytest.mark.parametrize("token", ["aws:ec2/route:Route", "kubernetes:apps/v1:Deployment", "pulumi:providers:aws"])
def test_holds_for_what_has_no_tags(token: str) -> None:
    assert said(NAME, resource(token, {})) == []


@pytest.mark.parametrize(
    ("tags", "missing"),
    [
        (None, "owner, site, cost"),
        ({"owner": "platform", "cost": "inference"}, "site"),
        ({**TAGS, "owner": ""}, "owner"),
    ],
    ids=str,
)
def test_fails(tags: Value, missing: str) -> None:
    assert said(NAME, resource(VPC, {"tags": tags})) == [("fail", f"tags lack {missing}")]


def test_fails_for_a_tag_that_a_stack_asks_for() -> None:
    assert said(NAME, resource(VPC, {"tags": TAGS}), keys=("owner", "tenant")) == [("fail", "tags lack tenant")]


def test_fails_for_a_type_never_heard_of() -> None:
    assert [outcome for outcome, _ in said(NAME, resource("aws:new/thing:Thing", {}))] == ["fail"]


def test_undecided_while_unknown_but_fails_for_what_is_known_to_lack() -> None:
    assert said(NAME, resource(VPC, {"tags": {"owner": UNKNOWN, "site": "a"}})) == [
        ("unknown", "tags.owner is not known before the update"),
        ("fail", "tags lack cost"),
    ]


@pytest.mark.parametrize("token", sorted(UNTAGGABLE))
def test_untaggable_types_have_no_tags_in_the_sdk(token: str) -> None:
    sdk = find_spec("pulumi_aws")
    assert sdk is not None
    assert sdk.origin is not None
    service, kind = token.split(":")[1].split("/")
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind)
    source = (Path(sdk.origin).parent / service / f"{snake}.py").read_text()
    assert f"'{token}'" in source
    assert " tags:" not in source
