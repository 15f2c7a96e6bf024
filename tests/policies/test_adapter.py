"""The pack as the engine's SDK runs it: through its own servicer, with its own unknown values."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Protocol, cast

import account
import pytest
import yaml
from adapter import plain_properties
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Struct
from pack import policies
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel
from pulumi_policy.policy import _PolicyAnalyzerServicer
from pulumi_policy.proxy import UNKNOWN_OBJECT_VALUE, UNKNOWN_STRING_VALUE, unknown_checking_proxy
from rules import ALL
from rules._resource import UNKNOWN, Resource, Value

from tests.policies.estate import STACKS, estate
from tests.policies.mutation import Mutation, mutations
from tests.policies.samples import cluster, resource, rule, urn

SUBNET = "aws:ec2/subnet:Subnet"


class Servicer(Protocol):
    """What the engine calls; the SDK's own class has no types on these."""

    def Analyze(self, request: proto.AnalyzeRequest, _context: None) -> proto.AnalyzeResponse: ...  # noqa: N802

    def AnalyzeStack(  # noqa: N802
        self, request: proto.AnalyzeStackRequest, _context: None
    ) -> proto.AnalyzeResponse: ...

    def Remediate(self, request: proto.AnalyzeRequest, _context: None) -> proto.RemediateResponse: ...  # noqa: N802

    def Configure(self, request: proto.ConfigureAnalyzerRequest, _context: None) -> object: ...  # noqa: N802

    def GetAnalyzerInfo(self, _request: None, _context: None) -> proto.AnalyzerInfo: ...  # noqa: N802


Make = Callable[..., Servicer]
TODAY = date(2026, 11, 21)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Return what starts the pack with files of its own, for a stack `prod` of role primary."""

    def started(settings: object = None, waivers: Sequence[Mapping[str, object]] = ()) -> Servicer:
        (tmp_path / "settings.yaml").write_text(yaml.safe_dump(settings))
        (tmp_path / "waivers.yaml").write_text(yaml.safe_dump({"waivers": list(waivers)}))
        config = {"inference-platform:platform": json.dumps({"role": "primary"})}
        environment = {
            "PULUMI_PROJECT": "inference-platform", "PULUMI_STACK": "prod", "PULUMI_CONFIG": json.dumps(config),
        }  # fmt: skip
        found = policies(tmp_path, environment, TODAY)
        return _PolicyAnalyzerServicer("pack", "1", found, EnforcementLevel.MANDATORY)

    return started


@pytest.fixture
def servicer(make: Make) -> Servicer:
    return make()


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


WAIVER: Mapping[str, object] = {
    "rule": "E2", "stack": "prod", "resource": "aws:eks/cluster:Cluster a", "owner": "platform-team",
    "reason": "the key comes with the audit", "expires": TODAY,
}  # fmt: skip


def test_a_waived_failure_is_said_with_owner_and_date(make: Make) -> None:
    servicer = make(waivers=[WAIVER])
    ((name, level, message),) = told(servicer.Analyze(cluster_request(encryptionConfig={}), None))
    assert (name, level) == ("account-of-resources", "ADVISORY")
    assert message.strip() == (
        "[waived: platform-team until 2026-11-21] E2 require-secrets-encryption: a: encryptionConfig.resources does"
        " not name secrets (reason: the key comes with the audit)"
    )
    assert told(servicer.AnalyzeStack(proto.AnalyzeStackRequest(), None)) == []


def test_a_waiver_covers_no_other_failure_and_no_other_stack(make: Make) -> None:
    servicer = make(waivers=[WAIVER, {**WAIVER, "stack": "dr", "rule": "E3"}])
    found = told(servicer.Analyze(cluster_request(encryptionConfig={}, enabledClusterLogTypes=[]), None))
    assert [(name, level) for name, level, _ in found] == [
        ("require-control-plane-logs", "MANDATORY"),
        ("account-of-resources", "ADVISORY"),
    ]


def test_a_waiver_that_nothing_needs_fails_the_stack(make: Make) -> None:
    servicer = make(waivers=[WAIVER])
    assert told(servicer.Analyze(cluster_request(), None)) == []
    ((name, level, message),) = told(servicer.AnalyzeStack(proto.AnalyzeStackRequest(), None))
    assert (name, level) == ("require-needed-waivers", "MANDATORY")
    assert "waivers.yaml: the waiver of platform-team for require-secrets-encryption on aws:eks" in message


def test_an_expired_waiver_fails_the_stack_before_anything_is_made(make: Make) -> None:
    servicer = make(waivers=[{**WAIVER, "expires": date(2026, 11, 20)}])
    stack = proto.AnalyzeRequest(type="pulumi:pulumi:Stack", name="prod", urn="urn:stack")
    ((name, level, message),) = told(servicer.Analyze(stack, None))
    assert (name, level) == ("require-sound-files", "MANDATORY")
    assert "policies/waivers.yaml: waiver 1 (E2 on aws:eks/cluster:Cluster a) expired on 2026-11-20" in message


def test_a_wrong_setting_fails_the_stack_before_anything_is_made(make: Make) -> None:
    stack = proto.AnalyzeRequest(type="pulumi:pulumi:Stack", name="prod", urn="urn:stack")
    ((_, level, message),) = told(make({"primary": {"N1": {"max_hops": 0}}}).Analyze(stack, None))
    assert level == "MANDATORY"
    assert message.endswith(
        "policies/settings.yaml: primary.N1.max_hops: got 0, must be a whole number from 1 to 64; correct it"
    )


def test_a_stacks_settings_set_enforcement_and_limits(make: Make) -> None:
    settings = {
        "all": {"E2": {"enforcement": "disabled"}},
        "primary": {"O8": {"enforcement": "advisory", "keys": ["x"]}},
    }
    found = told(make(settings).Analyze(cluster_request(encryptionConfig={}), None))
    assert [(name, level, message.splitlines()[1]) for name, level, message in found] == [
        ("require-tags", "ADVISORY", "a: tags lack x")
    ]


def test_the_engines_own_configuration_is_laid_over_the_settings(make: Make) -> None:
    servicer = make({"primary": {"O8": {"keys": ["x"]}}})
    request = proto.ConfigureAnalyzerRequest()
    request.policyConfig["require-tags"].enforcementLevel = proto.ADVISORY
    request.policyConfig["require-tags"].properties.update({"keys": ["y"]})
    servicer.Configure(request, None)
    ((_, level, message),) = told(servicer.Analyze(cluster_request(), None))
    assert (level, message.splitlines()[1]) == ("ADVISORY", "a: tags lack y")


def test_nothing_is_remedied_unless_the_stack_asks_for_it(servicer: Servicer) -> None:
    assert not servicer.Remediate(cluster_request(enabledClusterLogTypes=[]), None).remediations


SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "hidden"}


def test_a_remedy_changes_nothing_else_be_it_unknown_or_secret(make: Make) -> None:
    servicer = make({"all": {"E3": {"enforcement": "remediate"}}})
    request = cluster_request(
        enabledClusterLogTypes=[], name=UNKNOWN_STRING_VALUE, bootstrap={"token": cast("Value", SECRET)}
    )
    (remedied,) = servicer.Remediate(request, None).remediations
    before, after = (MessageToDict(it) for it in (request.properties, remedied.properties))
    assert after.pop("enabledClusterLogTypes") == ["api", "audit", "authenticator", "controllerManager", "scheduler"]
    assert before.pop("enabledClusterLogTypes") == []
    assert after == before
    assert after["bootstrap"] == {"token": SECRET}


def test_what_is_waived_is_not_remedied(make: Make) -> None:
    servicer = make({"all": {"E3": {"enforcement": "remediate"}}}, [{**WAIVER, "rule": "E3"}])
    assert not servicer.Remediate(cluster_request(enabledClusterLogTypes=[]), None).remediations


def test_a_passing_resource_is_not_remedied_and_needs_no_waiver(make: Make) -> None:
    servicer = make({"all": {"E3": {"enforcement": "remediate"}}}, [{**WAIVER, "rule": "E3"}])
    assert not servicer.Remediate(cluster_request(), None).remediations
    assert [name for name, _, _ in told(servicer.AnalyzeStack(proto.AnalyzeStackRequest(), None))] == [account.WAIVERS]


def shown(stack: proto.AnalyzeStackRequest, resource: Resource, servicer: Servicer) -> list[tuple[str, str, str]]:
    """Show a resource as a preview of a new stack does: inputs to resource validation, no outputs to the stack's."""
    request = proto.AnalyzeRequest(
        type=resource.type, name=resource.name, urn=resource.urn, properties=struct(resource.props),
        options=proto.AnalyzerResourceOptions(protect=resource.protect), provider=provider(resource),
    )  # fmt: skip
    listed = stack.resources.add(
        type=resource.type, name=resource.name, urn=resource.urn, options=request.options, provider=request.provider
    )
    for key, urns in resource.references.items():
        listed.propertyDependencies[key].urns.extend(urns)
    return told(servicer.Analyze(request, None))


def provider(resource: Resource) -> proto.AnalyzerProviderResource | None:
    if not resource.provider:
        return None
    kind = f"pulumi:providers:{resource.type.partition(':')[0]}"
    return proto.AnalyzerProviderResource(type=kind, name=resource.provider, urn=urn(kind, resource.provider))


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
