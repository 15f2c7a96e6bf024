"""Addresses, sizes and user data: by example and by property."""

import base64
import email
from ipaddress import IPv4Network

import engine
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from components import addressing, sizing
from components.compute.user_data import user_data
from components.demand import Demand, of_container
from components.node_groups import SystemGroup
from components.traffic import Access

REGIONS = st.integers(0, 255).map(lambda second: f"10.{second}.0.0/16")
SITES = st.sets(st.sampled_from("abcdefghijklmno"), min_size=1)


def _all(region: str, sites: set[str]) -> list[IPv4Network]:
    shared = addressing.witness_addresses(region)
    found = [shared.private, shared.database, addressing.standby_address(region)]
    for site in sites:
        own = addressing.site_addresses(region, site)
        found += [own.private, own.public, own.database]
    return [IPv4Network(each) for each in found]


def test_addresses_by_example() -> None:
    site = addressing.site_addresses("10.20.0.0/16", "a")
    assert (site.private, site.public, site.database) == ("10.20.16.0/21", "10.20.24.0/24", "10.20.25.0/24")
    assert addressing.witness_addresses("10.20.0.0/16").database == "10.20.1.0/24"


@given(REGIONS, SITES)
def test_subnets_are_disjoint_and_inside(region: str, sites: set[str]) -> None:
    found = _all(region, sites)
    assert all(each.subnet_of(IPv4Network(region)) for each in found)
    assert not [(one, two) for i, one in enumerate(found) for two in found[:i] if one.overlaps(two)]


@given(REGIONS, SITES, SITES)
def test_adding_sites_moves_none(region: str, sites: set[str], more: set[str]) -> None:
    assert set(_all(region, sites)) <= set(_all(region, sites | more))


def test_sides() -> None:
    assert addressing.same_side("10.0.0.0/16", "100.64.0.0/16")
    assert not addressing.same_side("10.0.0.0/16", "172.16.0.0/16")


def test_the_tenth_service_address_is_the_dns_server() -> None:
    assert addressing.dns_server("10.100.0.0/16") == "10.100.0.10"
    assert addressing.dns_server("172.20.0.0/16") == "172.20.0.10"


def test_a_replica_never_spans_nodes() -> None:
    assert sizing.replicas_on(3, "p5en.48xlarge", 8) == 3
    assert sizing.replicas_on(3, "p5en.48xlarge", 3) == 6
    assert sizing.replicas_on(3, "p5en.48xlarge", 16) == 0


DEMANDS = st.builds(
    Demand,
    millicores=st.integers(1, 8000),
    memory_mib=st.integers(1, 32768),
    gpus=st.integers(0, 8),
    pods=st.integers(0, 3),
)


def test_demand_is_guaranteed_in_quantities_that_kubernetes_reads() -> None:
    asked = of_container(2, 3) + Demand(millicores=250, memory_mib=64)
    assert asked.quantities() == {"cpu": "2250m", "memory": "3136Mi"}


@given(DEMANDS, st.integers(1, 20))
def test_many_ask_for_as_much_as_each_in_turn(one: Demand, count: int) -> None:
    assert one.times(count) == sum((one for _ in range(count)), Demand())


def test_a_node_keeps_some_for_itself() -> None:
    assert sizing.room_on("m7i.2xlarge") == Demand(millicores=7000, memory_mib=29 * 1024)


@given(DEMANDS, DEMANDS, st.integers(1, 30), st.integers(1, 30), st.integers(1, 10))
def test_the_fullest_node_holds_its_share_and_no_pod_more(
    one: Demand, other: Demand, many: int, few: int, nodes: int
) -> None:
    full = sizing.spread_over(nodes, [(one, many), (other, few)])
    everything = one.times(many) + other.times(few)
    assert everything.millicores <= nodes * full.millicores
    assert full.millicores * nodes < everything.millicores + nodes * (one.millicores + other.millicores)


def _group(kind: str, least: int, most: int) -> SystemGroup:
    return SystemGroup(instance_type=kind, minimum=least, maximum=most, initial=least, disk_gib=100)


@pytest.mark.parametrize(
    ("group", "memory_gib", "said"),
    [
        (_group("m7i.2xlarge", 3, 6), 2, ""),
        (_group("m7i.2xlarge", 3, 6), 15, "9 gateways, 3 Consul servers and 1 others on 6 nodes need 31716 MiB on one"),
        (_group("m7i.xlarge", 3, 6), 2, "on 6 nodes need 5300 thousandths of a core on one, 3000 are free"),
        (_group("m7i.xlarge", 3, 20), 2, "2 gateways, 3 Consul servers and 1 others on 2 nodes need 3450 thousandths"),
        (_group("m7i.2xlarge", 2, 6), 2, "minimum 2 must be at least 3, one for each Consul server"),
    ],
    ids=str,
)
def test_the_access_layer_fits_on_the_system_nodes(group: SystemGroup, memory_gib: int, said: str) -> None:
    values = engine.values("prod")["access"]
    values["gateway"]["memory_gib"] = memory_gib
    found = Access.model_validate(values).crowding(group, [(Demand(millicores=100, memory_mib=100), 1)])
    assert said in found
    assert bool(said) == bool(found)


def test_grace_outlasts_the_longest_stream() -> None:
    assert sizing.grace_seconds(20, 300) > 320


def _parts(*, local_disks: bool) -> dict[str, str]:
    message = email.message_from_bytes(base64.b64decode(user_data(local_disks=local_disks)))
    return {part.get_content_type(): str(part.get_payload()) for part in message.walk() if not part.is_multipart()}


def test_user_data_is_mime_with_a_guard() -> None:
    parts = _parts(local_disks=False)
    assert list(parts) == ["text/x-shellscript"]
    assert parts["text/x-shellscript"].startswith("#!/bin/bash")
    assert "grep -qw bbr" in parts["text/x-shellscript"]


def test_local_disks_become_one_beside_that() -> None:
    parts = _parts(local_disks=True)
    assert parts["text/x-shellscript"] == _parts(local_disks=False)["text/x-shellscript"]
    asked = yaml.safe_load(parts["application/node.eks.aws"])
    assert asked["kind"] == "NodeConfig"
    assert asked["spec"] == {"instance": {"localStorage": {"strategy": "RAID0"}}}
