"""The pack as the engine's SDK runs it: through its own servicer, with its own unknown values."""

from collections.abc import Mapping
from typing import Protocol

import pytest
from adapter import engine_policies, plain_properties
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel, ResourceValidationPolicy, StackValidationPolicy
from pulumi_policy.policy import _PolicyAnalyzerServicer
from pulumi_policy.proxy import UNKNOWN_OBJECT_VALUE, UNKNOWN_STRING_VALUE, unknown_checking_proxy
from rules import ALL
from rules._resource import UNKNOWN, Value

from tests.policies.samples import cluster, urn

SUBNET = "aws:ec2/subnet:Subnet"


class Servicer(Protocol):
    """What the engine calls; the SDK's own class has no types on these."""

    def Analyze(self, request: proto.AnalyzeRequest, _context: None) -> proto.AnalyzeResponse: ...  # noqa: N802

    def AnalyzeStack(  # noqa: N802
        self, request: proto.AnalyzeStackRequest, _context: None
    ) -> proto.AnalyzeResponse: ...


@pytest.fixture
def servicer() -> Servicer:
    policies = engine_policies(ALL)
    return _PolicyAnalyzerServicer("pack", "1", policies, EnforcementLevel.MANDATORY)


def struct(props: Mapping[str, Value]) -> Struct:
    return ParseDict(dict(props), Struct())


def cluster_request(**changes: Value) -> proto.AnalyzeRequest:
    sample = cluster(**changes)
    return proto.AnalyzeRequest(
        type=sample.type,
        name="a",
        urn=sample.urn,
        properties=struct(sample.props),
        options=proto.AnalyzerResourceOptions(protect=True),
    )


def told(response: proto.AnalyzeResponse) -> list[tuple[str, str, str]]:
    return [
        (it.policyName, proto.EnforcementLevel.Name(it.enforcementLevel), it.message) for it in response.diagnostics
    ]


def test_unknowns_become_one_value_at_any_depth() -> None:
    sent = {
        "a": UNKNOWN_STRING_VALUE,
        "b": {"c": [1.0, UNKNOWN_OBJECT_VALUE, {"d": UNKNOWN_STRING_VALUE, "e": None}]},
    }
    assert plain_properties(unknown_checking_proxy(sent)) == {
        "a": UNKNOWN,
        "b": {"c": [1.0, UNKNOWN, {"d": UNKNOWN, "e": None}]},
    }


def test_policies_carry_the_metadata_of_their_rules() -> None:
    for rule, policy in zip(ALL, engine_policies(ALL), strict=True):
        assert isinstance(policy, ResourceValidationPolicy | StackValidationPolicy)
        assert (policy.name, policy.description) == (rule.name, f"{rule.id}: {rule.what}")
        assert (policy.remediation_steps, policy.url) == (rule.fix, rule.source)
        assert policy.enforcement_level is EnforcementLevel.MANDATORY
        assert policy.severity is not None
        assert policy.severity.value == rule.severity.value


def test_a_sound_resource_says_nothing(servicer: Servicer) -> None:
    assert told(servicer.Analyze(cluster_request(), None)) == []


def test_a_failure_is_mandatory_and_says_how_to_fix_it(servicer: Servicer) -> None:
    request = cluster_request(encryptionConfig={})
    ((name, level, message),) = told(servicer.Analyze(request, None))
    assert (name, level) == ("require-secrets-encryption", "MANDATORY")
    assert message.splitlines() == [
        "E2: A cluster encrypts Kubernetes secrets with a customer-managed KMS key.",
        "a: encryptionConfig.resources does not name secrets",
        "fix: Set encryptionConfig to {provider: {keyArn: <the site's key>}, resources: [secrets]}.",
        "why: https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html",
    ]


def test_an_unknown_is_a_note_and_neither_pass_nor_failure(
    servicer: Servicer,
) -> None:
    request = cluster_request(encryptionConfig={"provider": {"keyArn": UNKNOWN_STRING_VALUE}, "resources": ["secrets"]})
    ((name, level, message),) = told(servicer.Analyze(request, None))
    assert (name, level) == ("require-secrets-encryption", "ADVISORY")
    assert message.endswith("during preview: a: encryptionConfig.provider.keyArn is not known before the update")


def test_stack_rules_judge_inputs_when_a_preview_has_no_outputs(
    servicer: Servicer,
) -> None:
    stack = proto.AnalyzeStackRequest()
    for site in ("a", "b"):
        props = struct(
            {
                "availabilityZone": "us-east-1a",
                "tags": {"site": site, "owner": "platform", "cost": "inference"},
            }
        )
        seen = proto.AnalyzeRequest(type=SUBNET, name=site, urn=urn(SUBNET, site), properties=props)
        assert told(servicer.Analyze(seen, None)) == []
        stack.resources.add(type=SUBNET, name=site, urn=urn(SUBNET, site))
    ((name, level, message),) = told(servicer.AnalyzeStack(stack, None))
    assert (name, level) == ("require-distinct-zones", "MANDATORY")
    assert "sites a, b share availability zone us-east-1a" in message
