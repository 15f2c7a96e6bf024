"""What a stack asks of the pack: waivers, settings and remedies, through the engine's protocol."""

from collections.abc import Mapping
from datetime import date

import account
from analyzer import Analyzer
from google.protobuf.json_format import MessageToDict
from pulumi.runtime import proto
from rules._resource import Value

from tests.policies.served import TODAY, UNKNOWN_TEXT, Make, cluster_request, told

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


def test_nothing_is_remedied_unless_the_stack_asks_for_it(servicer: Analyzer) -> None:
    assert not servicer.Remediate(cluster_request(enabledClusterLogTypes=[]), None).remediations


SECRET: Value = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "hidden"}


def test_a_remedy_changes_nothing_else_be_it_unknown_or_secret(make: Make) -> None:
    servicer = make({"all": {"E3": {"enforcement": "remediate"}}})
    request = cluster_request(enabledClusterLogTypes=[], name=UNKNOWN_TEXT, bootstrap={"token": SECRET})
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
