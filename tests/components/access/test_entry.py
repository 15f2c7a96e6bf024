"""The global entry, read from the rendered resources of the shipped prod stack."""

import json
from functools import cache
from typing import Any

import engine
import pytest

from components.access.log_bucket import statements

# How the engine marks a secret: https://www.pulumi.com/docs/iac/concepts/secrets/
SECRET = "4dabf18193072939515e22adb298388d"


@cache
def _prod() -> engine.Engine:
    return engine.run("prod", engine.values("prod"), None)


def _one(type_: str) -> dict[str, Any]:
    (found,) = _prod().of(type_)
    return dict(found.inputs)


def _records() -> dict[str, dict[str, Any]]:
    return {each.name: dict(each.inputs) for each in _prod().of("route53/record:Record")}


def test_clients_get_http3_and_at_least_tls_1_2() -> None:
    made = _one("cloudfront/distribution:Distribution")
    assert made["httpVersion"] == "http2and3"
    assert made["viewerCertificate"]["minimumProtocolVersion"] == "TLSv1.2_2021"
    assert made["aliases"] == ["api.llm.example.com"]
    assert made["webAclId"] == "arn:aws:llm-prod-entry"


def test_the_distribution_keeps_nothing_and_tells_the_clients_address() -> None:
    made = _one("cloudfront/distribution:Distribution")
    assert "orderedCacheBehaviors" not in made
    behaviour = made["defaultCacheBehavior"]
    # CachingDisabled and AllViewerAndCloudFrontHeaders-2022-06.
    assert behaviour["cachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert behaviour["originRequestPolicyId"] == "33f36d7e-f396-46d9-90e0-52428a34d9dc"
    assert behaviour["grpcConfig"] == {"enabled": True}
    assert "POST" in behaviour["allowedMethods"]
    assert behaviour["viewerProtocolPolicy"] == "https-only"


def test_the_origin_is_reached_by_tls_with_the_token() -> None:
    (origin,) = _one("cloudfront/distribution:Distribution")["origins"]["value"]
    assert origin["domainName"] == "origin.llm.example.com"
    assert origin["customOriginConfig"]["originProtocolPolicy"] == "https-only"
    assert origin["customOriginConfig"]["originSslProtocols"] == ["TLSv1.2"]
    assert origin["customHeaders"] == [{"name": "x-origin-verify", "value": "word"}]


def test_the_token_is_a_secret_wherever_it_goes_and_stays_the_first_one() -> None:
    assert SECRET in _one("cloudfront/distribution:Distribution")["origins"]
    (token,) = [each for each in _prod().of("secretVersion:SecretVersion") if each.name == "llm-prod-entry-origin"]
    assert SECRET in token.inputs["secretString"]
    (version,) = [each for name, each in _prod().requests.items() if "SecretVersion::llm-prod-entry" in name]
    assert list(version.ignoreChanges) == ["secretString"]


def test_the_api_has_all_its_records() -> None:
    kinds = {each["type"]: each for each in _records().values() if each["name"] == "api.llm.example.com"}
    assert set(kinds) == {"A", "AAAA", "HTTPS"}
    assert all(each["aliases"][0]["name"] == "d1.cloudfront.example" for each in kinds.values())


def test_the_origin_falls_back_from_the_accelerator_to_the_nearest_region() -> None:
    records = _records()
    first, second = records["llm-prod-entry-primary"], records["llm-prod-entry-secondary"]
    assert first["name"] == second["name"] == "origin.llm.example.com"
    assert [each["failoverRoutingPolicies"][0]["type"] for each in (first, second)] == ["PRIMARY", "SECONDARY"]
    assert first["aliases"][0]["name"] == "a1.example"
    assert first["healthCheckId"] == "llm-prod-entry-accelerator-id"
    assert second["aliases"][0]["name"] == "regional.llm.example.com"
    assert second["aliases"][0]["evaluateTargetHealth"] is True


def test_a_region_leads_to_its_sites_by_weight_and_health() -> None:
    records = _records()
    latency = records["llm-prod-latency"]
    assert latency["name"] == "regional.llm.example.com"
    assert latency["latencyRoutingPolicies"] == [{"region": "us-east-1"}]
    sites = [each for each in records.values() if each["name"] == latency["aliases"][0]["name"]]
    assert [each["weightedRoutingPolicies"][0]["weight"] for each in sites] == [128, 128]
    assert {each["aliases"][0]["name"] for each in sites} == {"llm-prod-a.elb.example", "llm-prod-b.elb.example"}


def test_the_alias_of_a_name_waits_for_its_records() -> None:
    waits = {
        name.rsplit("::", maxsplit=1)[-1]: {each.rsplit("::", maxsplit=1)[-1] for each in request.dependencies}
        for name, request in _prod().requests.items()
        if "route53/record:Record::" in name
    }
    assert {"llm-prod-a", "llm-prod-b"} <= waits["llm-prod-latency"]
    assert "llm-prod-latency" in waits["llm-prod-entry-secondary"]


def test_health_checks_are_the_fastest_there_are() -> None:
    for each in _prod().of("healthCheck:HealthCheck"):
        assert (each.inputs["type"], each.inputs["resourcePath"]) == ("HTTPS", "/ready")
        assert (each.inputs["requestInterval"], each.inputs["failureThreshold"]) == (10, 3)


def _rules() -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in _one("wafv2/webAcl:WebAcl")["rules"]}


def test_the_firewall_has_rules_of_its_own_priority_each() -> None:
    assert sorted(each["priority"] for each in _rules().values()) == list(range(6))


@pytest.mark.parametrize(
    ("rule", "limit"), [("per-address", "per_address"), ("per-authorization", "per_key"), ("per-x-api-key", "per_key")]
)
def test_floods_are_told_when_to_come_back(rule: str, limit: str) -> None:
    found = _rules()[rule]
    assert (
        found["statement"]["rateBasedStatement"]["limit"] == engine.values("prod")["access"]["entry"]["firewall"][limit]
    )
    answer = found["action"]["block"]["customResponse"]
    assert (answer["responseCode"], answer["responseHeaders"][0]["name"]) == (429, "retry-after")


def test_what_a_prompt_says_blocks_nobody() -> None:
    for name in ("AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"):
        overrides = _rules()[name]["statement"]["managedRuleGroupStatement"]["ruleActionOverrides"]
        assert overrides
        assert all(each["name"].endswith("_BODY") and each["actionToUse"] == {"count": {}} for each in overrides)


def test_no_key_reaches_the_firewalls_log() -> None:
    redacted = {
        each["singleHeader"]["name"]
        for each in _one("webAclLoggingConfiguration:WebAclLoggingConfiguration")["redactedFields"]
    }
    assert {"authorization", "x-api-key"} <= redacted
    acl = _one("wafv2/webAcl:WebAcl")
    visible = [acl["visibilityConfig"], *(each["visibilityConfig"] for each in acl["rules"])]
    assert not [each for each in visible if each["sampledRequestsEnabled"]]


def test_the_firewalls_log_has_the_name_that_it_must_have() -> None:
    names = [each.inputs["name"] for each in _prod().of("logGroup:LogGroup")]
    assert "aws-waf-logs-llm-prod" in names


def test_the_accelerator_spreads_connections_and_logs_flows() -> None:
    assert _one("globalaccelerator/listener:Listener")["clientAffinity"] == "NONE"
    attributes = _one("globalaccelerator/accelerator:Accelerator")["attributes"]
    assert attributes["flowLogsEnabled"] is True
    assert attributes["flowLogsS3Bucket"] == "llm-prod-entry-logs-1a2b3c4"


def test_the_edges_own_things_are_in_us_east_1_wherever_the_primary_is() -> None:
    east, west = "us-east-1", "us-west-2"
    text = west.join(part.replace(west, east) for part in json.dumps(engine.values("prod")).split(east))
    made = engine.run("prod", json.loads(text), None)
    entry = ("webAcl:WebAcl", "distribution:Distribution", "logDeliverySource:LogDeliverySource")
    assert all("aws-us-east-1" in each.provider for type_ in entry for each in made.of(type_))
    found = {each.name: each.provider for each in made.of("acm/certificate:Certificate")}
    assert "aws-us-east-1" in found["llm-prod-entry"]
    assert f"aws-{west}" in found["llm-prod-balancers"]


def test_only_log_delivery_for_the_account_writes_logs() -> None:
    write, look, deny = statements("arn:aws:s3:::b", "123456789012")
    for each in (write, look):
        assert each["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
        assert each["Condition"]["StringEquals"]["aws:SourceAccount"] == "123456789012"
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert all("123456789012" in each for each in write["Resource"])
