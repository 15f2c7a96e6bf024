from collections.abc import Mapping

import pytest

from review.plan import Place, Step
from review.reading.places import Map, Resource
from review.values import Value
from tests.review import recordings

SITES = {"us-east-1": {"a": "us-east-1a", "b": "us-east-1b"}, "us-west-2": {"c": "us-west-2a"}}
PLANS = [*recordings.CREATIONS, *recordings.CHANGES]


def custom(name: str) -> list[Step]:
    own = (step for step in recordings.preview(name).steps if step.custom)
    return [step for step in own if step.type != "pulumi:pulumi:StackReference"]  # it stands nowhere


@pytest.mark.parametrize("name", PLANS)
def test_every_resource_of_the_real_stacks_has_a_region(name: str) -> None:
    home = "us-west-2" if name.startswith("dr-") else "us-east-1"
    for step in custom(name):
        there = "-there" in step.name or "accepter" in step.name or step.name == "aws-us-east-1"
        assert step.place.region == ("us-east-1" if there else home), step.urn


@pytest.mark.parametrize("name", PLANS)
def test_every_resource_of_a_real_site_has_its_site_and_no_other_has_one(name: str) -> None:
    for step in custom(name):
        letters = [letter for letter in "abc" if f"llm-{'dr' if letter == 'c' else 'prod'}-{letter}" in step.name]
        assert step.place.site == "".join(letters), step.urn


@pytest.mark.parametrize("name", ["first-creation", "vpc-cidr", "dr-first-creation"])
def test_nodes_and_gateways_stand_in_the_zone_of_their_site(name: str) -> None:
    for step in custom(name):
        if step.type.endswith((":NodeGroup", ":NatGateway", ":CapacityReservation", ":Subnet")) and step.place.site:
            assert step.place.zone == SITES[step.place.region][step.place.site], step.urn
        if step.type.startswith(("kubernetes:", "aws:iam")) or step.type == "aws:eks/cluster:Cluster":
            assert step.place.zone == "", step.urn


def resource(
    urn: str, inputs: Mapping[str, Value] | None = None, *, kind: str = "aws:x:X", parent: str = "", provider: str = ""
) -> Resource:
    return Resource(
        urn=urn, type=kind, parent=parent, provider=provider, id=f"{urn}-id", inputs=inputs or {}, outputs={}
    )


def place(urn: str, *resources: Resource) -> Place:
    return Map.of(resources).place(urn)


EAST = resource("east", {"region": "us-east-1"}, kind="pulumi:providers:aws")
WEST = resource("west", {"region": "us-west-2"}, kind="pulumi:providers:aws")
SITE = resource("llm-prod-a", kind="p:platform:Site")


def test_its_own_region_goes_before_its_providers() -> None:
    assert place("it", EAST, resource("it", provider="east")).region == "us-east-1"
    assert place("it", EAST, resource("it", {"region": "eu-west-1"}, provider="east")).region == "eu-west-1"


def test_what_has_no_region_is_where_its_component_is() -> None:
    cloud = [EAST, WEST, resource("node", parent="llm-prod-a", provider="west"), resource("peer", provider="east")]
    pod = resource("pod", kind="kubernetes:core/v1:Pod", parent="llm-prod-a")
    assert place("pod", *cloud, SITE, pod) == Place(region="us-west-2", site="a")


def test_a_component_of_two_regions_has_none() -> None:
    both = [resource(f"r-{each}", parent="both", provider=each) for each in ("east", "west")]
    assert place("both", EAST, WEST, *both, resource("both", kind="p:network:Peering")).region == ""


def test_a_tag_goes_before_the_parent_and_only_a_letter_is_a_site() -> None:
    for tag, site in (("b", "b"), ("regional", ""), ("witness", "")):
        assert place("it", SITE, resource("it", {"tags": {"site": tag}}, parent="llm-prod-a")).site == site


def test_a_zone_is_its_own_or_that_of_its_only_subnet() -> None:
    subnet = resource("net", {"availabilityZone": "us-east-1c"})
    other = resource("net2", {"availabilityZone": "us-east-1b"})
    one = resource("one", {"subnetId": "net-id"})
    listed = resource("listed", {"subnetIds": ["net-id"]})
    two = resource("two", {"subnetIds": ["net-id", "net2-id"]})
    found = Map.of([subnet, other, one, listed, two])
    zones = {urn: found.place(urn).zone for urn in ("net", "one", "listed", "two")}
    assert zones == {"net": "us-east-1c", "one": "us-east-1c", "listed": "us-east-1c", "two": ""}
