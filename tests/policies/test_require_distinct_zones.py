from rules._resource import UNKNOWN, Resource, Value
from rules._types import SUBNET

from tests.policies.mutation import changed
from tests.policies.samples import judged, resource, said

NAME = "require-distinct-zones"
MUTATIONS = (changed(SUBNET, "llm-prod-b-database", ("availabilityZone",), "us-east-1a"),)


def subnet(site: Value, zone: Value, name: str = "subnet") -> Resource:
    return resource("aws:ec2/subnet:Subnet", {"tags": {"site": site}, "availabilityZone": zone}, name)


def test_holds_when_each_site_has_its_zone() -> None:
    subnets = [subnet("a", "us-east-1a"), subnet("a", "us-east-1a"), subnet("b", "us-east-1b")]
    assert said(NAME, *subnets) == []


def test_fails_when_two_sites_share_a_zone() -> None:
    subnets = [subnet("a", "us-east-1a", "a-private"), subnet("b", "us-east-1a", "b-private")]
    (finding,) = judged(NAME, *subnets)
    assert finding.message == "sites a, b share availability zone us-east-1a"
    assert finding.resource.name == "b-private"


def test_undecided_while_a_zone_is_unknown() -> None:
    subnets = [subnet("a", UNKNOWN), subnet("b", "us-east-1a")]
    assert said(NAME, *subnets) == [("unknown", "availabilityZone is not known before the update")]


def test_undecided_while_a_site_is_unknown() -> None:
    assert said(NAME, subnet(UNKNOWN, "us-east-1a")) == [("unknown", "tags.site is not known before the update")]
