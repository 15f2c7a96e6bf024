"""What the services of the access layer refuse and moto lets pass: one failing case for each guard."""

import pytest

from sandbox.aws.provider import AwsProvider
from sandbox.plugin.provider import Subject
from tests.sandbox.aws.cases import CASES, Case, Props
from tests.sandbox.aws.estate import Estate, refuse, refuse_deletion

BY_NAME = {case.name: case for case in CASES}
STANDING = (
    "vpc", "a", "b", "sg", "zone", "certificate", "proof", "proof2", "validated", "balancer", "targets", "listener",
    "regional", "accelerator", "entry443", "group", "bucket", "blocked", "wall",
)  # fmt: skip
CHECK: Props = {**BY_NAME["targets"].inputs["healthCheck"]}
ALIAS: Props = {"name": "lb.example.net", "zoneId": "Z1", "evaluateTargetHealth": True}
ENDPOINT: Props = {"endpointId": "@balancer.arn", "weight": 1}
DEFAULT: Props = BY_NAME["distribution"].inputs["defaultCacheBehavior"]
ORIGIN: Props = BY_NAME["distribution"].inputs["origins"][0]
FLOOD: Props = BY_NAME["wall"].inputs["rules"][0]
OPEN = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}]}'


def rate(**change: object) -> Props:
    statement = {"rateBasedStatement": {"limit": 100, "aggregateKeyType": "IP", **change}}
    return {"name": "other", "rules": [{**FLOOD, "statement": statement}]}


REFUSED: tuple[tuple[str, Props, str], ...] = (
    ("balancer", {"name": "x", "subnets": []}, r"needs subnets or subnetMappings"),
    ("balancer", {"name": "x", "loadBalancerType": "application"}, r"application load balancer needs at least 2"),
    ("targets", {"name": "x", "healthCheck": {**CHECK, "interval": 4}}, r"interval is 4; 5 to 300 are allowed"),
    ("targets", {"name": "x", "healthCheck": {**CHECK, "unhealthyThreshold": 1}}, r"Threshold is 1; 2 to 10"),
    ("targets", {"name": "x", "healthCheck": {**CHECK, "timeout": 5}}, r"must be smaller than the interval"),
    ("targets", {"name": "x", "healthCheck": {**CHECK, "protocol": "TCP"}}, r"path goes with protocol HTTP or HTTPS"),
    ("listener", {}, r"DuplicateListener: .* port 443 already"),
    ("listener", {"port": 444, "protocol": "HTTPS"}, r"protocol of a listener of an network .* is 'HTTPS'"),
    ("listener", {"port": 444, "certificateArn": None}, r"TLS and HTTPS need a certificate"),
    ("listener", {"port": 444, "tcpIdleTimeoutSeconds": 60}, r"tcpIdleTimeoutSeconds goes with protocol TCP alone"),
    ("attachment", {"autoscalingGroupName": "none"}, r"there is no Auto Scaling group 'none' in us-east-1"),
    ("regional", {}, r"already exists; give it to one stack"),
    ("regional", {"setIdentifier": "two"}, r"has Region us-east-1 already, as us-east-1"),
    ("regional", {"setIdentifier": "two", "latencyRoutingPolicies": None, "weightedRoutingPolicies": [{"weight": 1}]},
     r"has Region already and cannot have Weight"),
    ("regional", {"setIdentifier": None, "latencyRoutingPolicies": None}, r"has Region already and cannot have simple"),
    ("regional", {"name": "w", "latencyRoutingPolicies": None, "weightedRoutingPolicies": [{"weight": 256}]},
     r"weight is 256; 0 to 255 are allowed"),
    ("origin", {"aliases": [{**ALIAS, "zoneId": "@zone", "name": "none.example.com"}]}, r"that target was not found"),
    ("origin", {"failoverRoutingPolicies": [{"type": "PRIMARY"}], "aliases": [{**ALIAS, "evaluateTargetHealth": False}]},
     r"PRIMARY failover record needs healthCheckId"),
    ("proof", {"name": "example.com"}, r"CNAME is not permitted at apex"),
    ("proof", {"name": "x", "type": "A", "records": ["300.1.1.1"]}, r"'300.1.1.1', which is no IPv4 address"),
    ("check", {"requestInterval": 20}, r"requestInterval is 20; allowed are 10, 30"),
    ("check", {"failureThreshold": 11}, r"failureThreshold is 11; 1 to 10"),
    ("validated", {"validationRecordFqdns": ["@proof.fqdn"]}, r"validationRecordFqdns lacks _\w+\.origin.example.com"),
    ("entry443", {}, r"InvalidPortRangeException"),
    ("group", {}, r"has an endpoint group in us-east-1 already"),
    ("group", {"endpointGroupRegion": "us-west-2"}, r"is in us-east-1, the endpoint group in us-west-2"),
    ("group", {"endpointGroupRegion": "us-west-2", "trafficDialPercentage": 101}, r"is 101; 0 to 100"),
    ("group", {"endpointGroupRegion": "us-west-2", "endpointConfigurations": [{**ENDPOINT, "weight": 256}]},
     r"weight is 256; 0 to 255"),
    ("group", {"endpointGroupRegion": "us-west-2", "endpointConfigurations": [ENDPOINT] * 11}, r"at most 10 are allowed"),
    ("group", {"listenerArn": "arn:none"}, r"'arn:none', which listenerArn of"),
    ("wall", rate(limit=9), r"limit of rule flood is 9; 10 to 2000000000"),
    ("wall", rate(evaluationWindowSec=90), r"is 90; allowed are 60, 120, 300, 600"),
    ("wall", rate(aggregateKeyType="CUSTOM_KEYS"), r"CUSTOM_KEYS takes 1 to 5"),
    ("wall", {"name": "other", "region": "us-west-2"}, r"scope CLOUDFRONT in us-west-2; .* us-east-1 alone"),
    ("walllogs", {"logDestinationConfigs": ["arn:aws:logs:us-east-1:1:log-group:x"]}, r"must begin with aws-waf-logs-"),
    ("distribution", {"origins": [{**ORIGIN, "connectionAttempts": 4}]}, r"connectionAttempts is 4; 1 to 3"),
    ("distribution", {"defaultCacheBehavior": {**DEFAULT, "minTtl": 5}}, r"InvalidTTLOrder"),
    ("distribution", {"aliases": ["www.example.com"]}, r"\['www.example.com'\] are not among the names"),
    ("distribution", {"webAclId": "@balancer.arn"}, r"which webAclId of"),
    ("writable", {"policy": OPEN}, r"AccessDenied: .* blockPublicPolicy forbids"),
    ("alarm", {"name": "x", "period": 45, "alarmActions": []}, r"period is 45 s"),
)  # fmt: skip


@pytest.fixture
def entry(estate: Estate) -> Estate:
    for name in STANDING:
        estate.create(BY_NAME[name])
    return estate


def test_what_aws_would_not_make(entry: Estate) -> None:
    for name, change, message in REFUSED:
        refuse(entry, BY_NAME[name], change, message)


def test_a_second_balancer_of_the_same_name_is_refused(entry: Estate) -> None:
    taken = entry.made["balancer"].inputs["name"]
    refuse(entry, BY_NAME["balancer"], {"name": taken, "internal": True}, r"DuplicateLoadBalancerName")


def test_a_protected_balancer_and_a_used_certificate_stay(entry: Estate) -> None:
    for name, message in (
        ("balancer", r"in use by|OperationNotPermitted: .* deletion protection"),
        ("certificate", r"ResourceInUseException: .* in use by Listener"),
        ("zone", r"HostedZoneNotEmpty"),
    ):
        refuse_deletion(entry, name, message)


def test_records_of_one_set_identifier_go_alone(entry: Estate) -> None:
    other = Case("other", BY_NAME["regional"].type, {**BY_NAME["regional"].inputs, "type": "AAAA"})
    entry.create(other)
    entry.delete(other)
    entry.require_no_drift()


def test_a_resource_is_made_read_and_deleted_in_the_region_that_it_names(provider: AwsProvider) -> None:
    alarms = BY_NAME["alarm"]
    subject = Subject("urn:pulumi:prod::p::t::far", alarms.type, "far")
    inputs = provider.check(subject, {}, {**alarms.inputs, "dimensions": {}, "region": "us-west-2"}, b"seed")
    identity, outputs = provider.create(subject, inputs, preview=False)
    assert outputs["region"] == "us-west-2"
    assert outputs["arn"].split(":")[3] == "us-west-2"
    seen = provider.read(subject, identity, inputs, outputs)
    assert seen is not None
    assert seen.inputs == inputs
    here = provider.check(subject, {}, {**alarms.inputs, "dimensions": {}}, b"seed")
    assert [change.path for change in provider.diff(subject, identity, inputs, here).changes if change.replaces] == [
        "region"
    ]
    provider.delete(subject, identity, outputs)
    assert provider.read(subject, identity, inputs, outputs) is None


def test_a_password_is_drawn_of_the_asked_length(provider: AwsProvider) -> None:
    asked = {"passwordLength": 48, "excludePunctuation": True}
    drawn = provider.invoke("aws:secretsmanager/getRandomPassword:getRandomPassword", asked)["randomPassword"]
    assert len(drawn) == 48
    assert drawn.isalnum()
