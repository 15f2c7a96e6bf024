"""The pack as the engine's SDK runs it: through its own servicer, with its own unknown values."""

import account
import pytest
from adapter import plain_properties
from pulumi.runtime import proto
from pulumi_policy.proxy import UNKNOWN_OBJECT_VALUE, UNKNOWN_STRING_VALUE, unknown_checking_proxy
from rules import ALL
from rules._resource import UNKNOWN, Value

from tests.policies.estate import STACKS, estate
from tests.policies.mutation import Mutation, mutations
from tests.policies.samples import cluster, resource, rule, urn
from tests.policies.served import SUBNET, Servicer, cluster_request, shown, struct, told


def test_unknowns_become_one_value_at_any_depth() -> None:
    sent = {
        "a": UNKNOWN_STRING_VALUE,
        "b": {"c": [1.0, UNKNOWN_OBJECT_VALUE, {"d": UNKNOWN_STRING_VALUE, "e": None}]},
    }
    assert plain_properties(unknown_checking_proxy(sent)) == {
        "a": UNKNOWN,
        "b": {"c": [1.0, UNKNOWN, {"d": UNKNOWN, "e": None}]},
    }


def test_policies_carry_the_metadata_of_their_rules(servicer: Servicer) -> None:
    found = {policy.name: policy for policy in servicer.GetAnalyzerInfo(None, None).policies}
    assert list(found) == [*(it.name for it in ALL), account.RESOURCES, account.STACK, account.WAIVERS]
    for each in ALL:
        policy = found[each.name]
        assert policy.description == f"{each.id}: {each.what}"
        assert (policy.remediation_steps, policy.url) == (each.fix, each.source)
        assert policy.enforcementLevel == proto.EnforcementLevel.Value(each.enforcement.name)
        assert policy.severity == proto.PolicySeverity.Value(f"POLICY_SEVERITY_{each.severity.name}")
        assert sorted(policy.configSchema.properties) == sorted(each.defaults)


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


def test_an_unknown_is_a_note_on_its_resource_and_neither_pass_nor_failure(servicer: Servicer) -> None:
    encryption: Value = {"provider": {"keyArn": UNKNOWN_STRING_VALUE}, "resources": ["secrets"]}
    response = servicer.Analyze(cluster_request(encryptionConfig=encryption), None)
    ((name, level, message),) = told(response)
    assert (name, level) == ("account-of-resources", "ADVISORY")
    assert message.strip() == (
        "[unknown] E2 require-secrets-encryption: a: encryptionConfig.provider.keyArn is not known before the update"
    )
    assert response.diagnostics[0].urn == cluster().urn
    assert "require-secrets-encryption" in {it.policy_name for it in response.not_applicable}
    assert told(servicer.Analyze(cluster_request(), None)) == []


def test_a_rule_says_of_other_types_that_it_does_not_apply(servicer: Servicer) -> None:
    response = servicer.Analyze(proto.AnalyzeRequest(type=SUBNET, name="a", urn=urn(SUBNET, "a")), None)
    assert "require-secrets-encryption" in {it.policy_name for it in response.not_applicable}
    assert "require-tags" not in {it.policy_name for it in response.not_applicable}


@pytest.mark.parametrize("stack", STACKS)
def test_the_real_program_passes_without_a_word(servicer: Servicer, stack: str) -> None:
    request = proto.AnalyzeStackRequest()
    assert [line for resource in estate(stack) for line in shown(request, resource, servicer)] == []
    assert told(servicer.AnalyzeStack(request, None)) == []


@pytest.mark.parametrize("mutation", mutations(rule("require-spare-replicas")), ids=str)
def test_what_is_broken_between_resources_fails_in_the_stack(servicer: Servicer, mutation: Mutation) -> None:
    request = proto.AnalyzeStackRequest()
    broken = mutation.apply(estate("prod"))
    assert [line for resource in broken for line in shown(request, resource, servicer)] == []
    assert {name for name, _, _ in told(servicer.AnalyzeStack(request, None))} == {"require-spare-replicas"}


def test_what_a_stack_rule_cannot_tell_is_a_note_on_its_resource(servicer: Servicer) -> None:
    request = proto.AnalyzeStackRequest()
    tags: Value = {"site": "a", "owner": "platform", "cost": "inference"}
    subnet = resource(SUBNET, {"availabilityZone": UNKNOWN_STRING_VALUE, "tags": tags}, "a")
    assert shown(request, subnet, servicer) == []
    response = servicer.AnalyzeStack(request, None)
    ((name, level, message),) = told(response)
    assert (name, level, response.diagnostics[0].urn) == ("account-of-stack", "ADVISORY", subnet.urn)
    assert message.strip() == "[unknown] T2 require-distinct-zones: a: availabilityZone is not known before the update"


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
