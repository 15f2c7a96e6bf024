import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import SUBNET

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "forbid-public-addresses"
MUTATIONS = (
    changed(SUBNET, "llm-prod-a-private", ("mapPublicIpOnLaunch",), value=True),
    changed(SUBNET, "llm-dr-c-public", ("mapPublicIpOnLaunch",), value=True, stack="dr"),
)
KEYS = ["mapPublicIpOnLaunch", "assignIpv6AddressOnCreation"]


def subnet(**props: Value) -> Resource:
    return resource(SUBNET, props)


def test_holds() -> None:
    assert said(NAME, subnet(), subnet(mapPublicIpOnLaunch=False, assignIpv6AddressOnCreation=False)) == []


@pytest.mark.parametrize("key", KEYS)
def test_fails_when_it_gives_addresses(key: str) -> None:
    assert said(NAME, subnet(**{key: True})) == [("fail", f"{key} is true")]


@pytest.mark.parametrize("key", KEYS)
def test_undecided_while_unknown(key: str) -> None:
    assert said(NAME, subnet(**{key: UNKNOWN})) == [("unknown", f"{key} is not known before the update")]
