"""The pack as the engine asks it: by its protocol, with its unknown values."""

import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import account
import grpc
import pytest
from analyzer import Analyzer
from google.protobuf.empty_pb2 import Empty
from pack import opened
from pulumi.runtime import proto
from pulumi.runtime.proto import analyzer_pb2_grpc
from rules import ALL
from rules._resource import Resource

from tests.policies.estate import STACKS, estate
from tests.policies.mutation import Mutation, mutations
from tests.policies.samples import cluster, resource, rule, urn
from tests.policies.served import SUBNET, TODAY, UNKNOWN_TEXT, cluster_request, environment, shown, struct, told

POLICIES = Path(__file__).parents[2] / "policies"


def test_policies_carry_the_metadata_of_their_rules(servicer: Analyzer) -> None:
    found = {policy.name: policy for policy in servicer.GetAnalyzerInfo(None, None).policies}
    assert list(found) == [*(it.name for it in ALL), account.RESOURCES, account.STACK, account.WAIVERS]
    for each in ALL:
        policy = found[each.name]
        assert policy.description == f"{each.id}: {each.what}"
        assert (policy.remediation_steps, policy.url) == (each.fix, each.source)
        assert policy.enforcementLevel == proto.EnforcementLevel.Value(each.enforcement.name)
        assert policy.severity == proto.PolicySeverity.Value(f"POLICY_SEVERITY_{each.severity.name}")
        assert sorted(policy.configSchema.properties) == sorted(each.defaults)


def test_a_sound_resource_says_nothing(servicer: Analyzer) -> None:
    assert told(servicer.Analyze(cluster_request(), None)) == []


def test_a_failure_is_mandatory_and_says_how_to_fix_it(servicer: Analyzer) -> None:
    request = cluster_request(encryptionConfig={})
    ((name, level, message),) = told(servicer.Analyze(request, None))
    assert (name, level) == ("require-secrets-encryption", "MANDATORY")
    assert message.splitlines() == [
        "E2: A cluster encrypts Kubernetes secrets with a customer-managed KMS key.",
        "a: encryptionConfig.resources does not name secrets",
        "fix: Set encryptionConfig to {provider: {keyArn: <the site's key>}, resources: [secrets]}.",
        "why: https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html",
    ]


def test_an_unknown_is_a_note_on_its_resource_and_neither_pass_nor_failure(servicer: Analyzer) -> None:
    request = cluster_request(encryptionConfig={"provider": {"keyArn": UNKNOWN_TEXT}, "resources": ["secrets"]})
    response = servicer.Analyze(request, None)
    ((name, level, message),) = told(response)
    assert (name, level) == ("account-of-resources", "ADVISORY")
    assert message.strip() == (
        "[unknown] E2 require-secrets-encryption: a: encryptionConfig.provider.keyArn is not known before the update"
    )
    assert response.diagnostics[0].urn == cluster().urn
    assert "require-secrets-encryption" in {it.policy_name for it in response.not_applicable}
    assert told(servicer.Analyze(cluster_request(), None)) == []


def test_a_rule_says_of_other_types_that_it_does_not_apply(servicer: Analyzer) -> None:
    response = servicer.Analyze(proto.AnalyzeRequest(type=SUBNET, name="a", urn=urn(SUBNET, "a")), None)
    assert "require-secrets-encryption" in {it.policy_name for it in response.not_applicable}
    assert "require-tags" not in {it.policy_name for it in response.not_applicable}


def shipped(stack: str) -> Analyzer:
    """The pack with its own files, for a shipped stack."""
    role = {"prod": "primary", "dr": "standby"}[stack]
    return Analyzer(opened(POLICIES, environment(stack, role), TODAY))


def complaints(resources: Iterable[Resource], request: proto.AnalyzeStackRequest, pack: Analyzer) -> list[str]:
    """Show resources to the pack; answers what it says of them beside what somebody has waived."""
    said = [message for each in resources for _, _, message in shown(request, each, pack)]
    return [message for message in said if not message.startswith("[waived: ")]


@pytest.mark.parametrize("stack", STACKS)
def test_the_real_program_passes_without_a_word(stack: str) -> None:
    pack, request = shipped(stack), proto.AnalyzeStackRequest()
    assert complaints(estate(stack), request, pack) == []
    assert told(pack.AnalyzeStack(request, None)) == []


@pytest.mark.parametrize("mutation", mutations(rule("require-spare-replicas")), ids=str)
def test_what_is_broken_between_resources_fails_in_the_stack(mutation: Mutation) -> None:
    pack, request = shipped("prod"), proto.AnalyzeStackRequest()
    assert complaints(mutation.apply(estate("prod")), request, pack) == []
    assert {name for name, _, _ in told(pack.AnalyzeStack(request, None))} == {"require-spare-replicas", *mutation.also}


def test_what_a_stack_rule_cannot_tell_is_a_note_on_its_resource(servicer: Analyzer) -> None:
    request = proto.AnalyzeStackRequest()
    subnet = resource(
        SUBNET,
        {"availabilityZone": UNKNOWN_TEXT, "tags": {"site": "a", "owner": "platform", "cost": "inference"}},
        "a",
    )
    assert shown(request, subnet, servicer) == []
    response = servicer.AnalyzeStack(request, None)
    ((name, level, message),) = told(response)
    assert (name, level, response.diagnostics[0].urn) == ("account-of-stack", "ADVISORY", subnet.urn)
    assert message.strip() == "[unknown] T2 require-distinct-zones: a: availabilityZone is not known before the update"


def test_stack_rules_judge_inputs_when_a_preview_has_no_outputs(
    servicer: Analyzer,
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


def test_the_engine_gets_a_port_and_answers_from_the_process_that_it_starts() -> None:
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(POLICIES)]
    with subprocess.Popen(command, cwd=POLICIES, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
                stub: Any = analyzer_pb2_grpc.AnalyzerStub(channel)
                info: proto.AnalyzerInfo = stub.GetAnalyzerInfo(Empty())
                response: proto.AnalyzeResponse = stub.Analyze(cluster_request(deletionProtection=False))
        finally:
            process.send_signal(signal.SIGINT)
    assert (len(info.policies), process.returncode) == (len(ALL) + 3, 0)
    assert [name for name, _, _ in told(response)] == ["require-deletion-protection"]
