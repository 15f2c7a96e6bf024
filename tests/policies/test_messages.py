"""What the pack tells the engine is what Pulumi's own SDK would tell of the same policy."""

from typing import Any

import messages
from pulumi_policy import EnforcementLevel, PolicyConfigSchema, ReportViolation, ResourceValidationArgs
from pulumi_policy import ResourceValidationPolicy as TheirPolicy
from pulumi_policy import Severity as TheirSeverity
from pulumi_policy.policy import _PolicyAnalyzerServicer as TheirAnalyzer
from rules._rule import Enforcement, failure
from stack_settings import Terms

from tests.policies.samples import cluster, rule
from tests.policies.served import cluster_request

RULE = rule("require-tags")


def their_analyzer() -> TheirAnalyzer:
    """The SDK's, with a policy of our rule's metadata that always fails."""

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        report(messages.failed(RULE, failure(cluster(), "it is wrong")).partition("\n")[2], args.urn)

    schema = {it.name: {**it.schema, "default": ["x"]} for it in RULE.settings}
    policy = TheirPolicy(
        RULE.name, f"{RULE.id}: {RULE.what}", validate, EnforcementLevel.REMEDIATE, PolicyConfigSchema(schema),
        severity=TheirSeverity(RULE.severity.value), remediation_steps=RULE.fix, url=RULE.source,
    )  # fmt: skip
    return TheirAnalyzer(messages.PACK, messages.VERSION, [policy], EnforcementLevel.ADVISORY)


def test_a_policy_and_its_violation_are_told_as_the_sdk_tells_them() -> None:
    theirs: Any = their_analyzer()
    ours = messages.of_rule(RULE, Terms(Enforcement.REMEDIATE, {"keys": ("x",)}))
    assert list(theirs.GetAnalyzerInfo(None, None).policies) == [ours]
    violation = messages.diagnostic(ours, messages.failed(RULE, failure(cluster(), "it is wrong")), cluster().urn)
    assert list(theirs.Analyze(cluster_request(), None).diagnostics) == [violation]
