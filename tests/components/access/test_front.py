"""Load balancers and the part of each region in the global entry, read from the rendered resources."""

from functools import cache
from typing import Any

import engine
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import sizing
from components.access.front import backups

UPSTREAM = {"prod": None, "dr": engine.UPSTREAM}
STACKS = ["prod", "dr"]


@cache
def _made(stack: str) -> engine.Engine:
    return engine.run(stack, engine.values(stack), UPSTREAM[stack])


def _one(stack: str, type_: str) -> dict[str, Any]:
    (found,) = _made(stack).of(type_)
    return dict(found.inputs)


@pytest.mark.parametrize("stack", STACKS)
def test_a_balancer_stands_in_its_sites_public_subnet_alone(stack: str) -> None:
    for each in _made(stack).of("lb/loadBalancer:LoadBalancer"):
        assert each.inputs["subnets"] == [f"{each.name}-public-id"]
        assert each.inputs["enableCrossZoneLoadBalancing"] is False
        assert each.inputs["enableDeletionProtection"] is True


@pytest.mark.parametrize("stack", STACKS)
def test_nothing_but_tls_comes_in(stack: str) -> None:
    for each in _made(stack).of("lb/listener:Listener"):
        assert (each.inputs["port"], each.inputs["protocol"], each.inputs["alpnPolicy"]) == (
            443,
            "TLS",
            "HTTP2Preferred",
        )
        assert "-TLS13-1-2-" in each.inputs["sslPolicy"]
        # A TLS listener refuses one: its idle time-out is fixed.
        assert "tcpIdleTimeoutSeconds" not in each.inputs


@pytest.mark.parametrize("stack", STACKS)
def test_targets_are_checked_as_fast_as_can_be_and_drained_past_the_longest_stream(stack: str) -> None:
    longest = engine.values(stack)["inference"]["longest_stream_seconds"]
    for each in _made(stack).of("lb/targetGroup:TargetGroup"):
        check = each.inputs["healthCheck"]
        assert [check[key] for key in ("interval", "timeout", "healthyThreshold", "unhealthyThreshold")] == [5, 2, 2, 2]
        assert (each.inputs["protocol"], each.inputs["port"]) == ("TLS", 30443)
        (state,) = each.inputs["targetHealthStates"]
        assert state["enableUnhealthyConnectionTermination"] is False
        assert min(each.inputs["deregistrationDelay"], state["unhealthyDrainingInterval"]) >= longest


@given(st.integers(1, 10_000))
def test_a_drain_outlasts_the_stream_within_what_the_service_takes(longest: int) -> None:
    drain = sizing.drain_seconds(longest)
    assert drain > longest or drain == 3600
    assert drain <= 3600


@pytest.mark.parametrize("stack", STACKS)
def test_only_the_balancer_reaches_the_node_port(stack: str) -> None:
    rules = _made(stack).of("securityGroupIngressRule:SecurityGroupIngressRule")
    to_nodes = [each.inputs for each in rules if each.inputs.get("fromPort") == 30443]
    assert len(to_nodes) == len(engine.values(stack)["sites"])
    for rule in to_nodes:
        assert rule["referencedSecurityGroupId"].endswith("-balancer-id")
        assert "cidrIpv4" not in rule


@pytest.mark.parametrize("stack", STACKS)
def test_the_system_nodes_are_the_targets(stack: str) -> None:
    found = [each.inputs["autoscalingGroupName"] for each in _made(stack).of("autoscaling/attachment:Attachment")]
    name = engine.values(stack)["name"]
    assert sorted(found) == [f"{name}-{site['name']}-system-scaling" for site in engine.values(stack)["sites"]]


@pytest.mark.parametrize("stack", STACKS)
def test_sites_and_dial_are_those_of_the_settings(stack: str) -> None:
    values, group = engine.values(stack), _one(stack, "endpointGroup:EndpointGroup")
    assert group["trafficDialPercentage"] == values["access"]["dial_percent"]
    assert group["endpointGroupRegion"] == values["region"]
    assert [each["weight"] for each in group["endpointConfigurations"]] == [each["weight"] for each in values["sites"]]


def test_the_standby_joins_the_primarys_listener_and_zone_and_makes_neither() -> None:
    made = _made("dr")
    assert _one("dr", "endpointGroup:EndpointGroup")["listenerArn"] == "arn:listener"
    assert {each.inputs["zoneId"] for each in made.of("route53/record:Record")} == {"Z-UP"}
    for absent in ("route53/zone:Zone", "globalaccelerator/listener:Listener", "cloudfront/distribution:Distribution"):
        assert not made.of(absent)


def test_the_proof_of_a_name_is_written_once() -> None:
    proofs = [each.inputs["name"] for each in _made("prod").of("route53/record:Record") if "_p." in each.inputs["name"]]
    assert sorted(proofs) == ["_p.api.llm.example.com.", "_p.origin.llm.example.com."]
    assert not [each for each in _made("dr").of("route53/record:Record") if "_p." in each.inputs["name"]]


def test_a_certificate_names_the_host_that_viewers_ask_for() -> None:
    for stack in STACKS:
        for each in _made(stack).of("acm/certificate:Certificate"):
            covered = [each.inputs["domainName"], *each.inputs["subjectAlternativeNames"]]
            assert covered == ["api.llm.example.com", "origin.llm.example.com"]


def _drained(stack: str) -> engine.Engine:
    values = engine.values(stack)
    for site in values["sites"]:
        site["weight"] = 0
    return engine.run(stack, values, UPSTREAM[stack])


def test_a_region_whose_sites_are_all_drained_is_unhealthy_in_dns_too() -> None:
    (check,) = _drained("dr").of("healthCheck:HealthCheck")
    assert (check.inputs["disabled"], check.inputs["invertHealthcheck"]) == (True, True)
    assert _one("dr", "healthCheck:HealthCheck")["disabled"] is False


@given(st.lists(st.sampled_from("abcdefghijklmno"), unique=True))
def test_every_site_has_another_one_as_backup_and_each_is_it_once(sites: list[str]) -> None:
    found = backups(sites)
    assert set(found) == (set(sites) if len(sites) > 1 else set())
    assert set(found.values()) == set(found)
    assert all(site != other for site, other in found.items())


def test_backups_by_example() -> None:
    assert backups(["a", "b"]) == {"a": "b", "b": "a"}
    assert backups(["c"]) == {}
