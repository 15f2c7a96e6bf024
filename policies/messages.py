"""What the pack tells the engine, in the messages of the engine's own protocol."""

from collections.abc import Mapping
from typing import Final

import account
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import proto
from rules._rule import AnyRule, Enforcement, Finding, ResourceRule, Rule, Severity
from stack_settings import Terms
from wire import Sent

PACK: Final = "inference-platform"
VERSION: Final = "0.0.1"
"""Stands where `PulumiPolicy.yaml` names no version; the engine goes by that one."""

_RESOURCE, _STACK = proto.PolicyType.POLICY_TYPE_RESOURCE, proto.PolicyType.POLICY_TYPE_STACK


def of_rule(rule: AnyRule, terms: Terms) -> proto.PolicyInfo:
    """Return the metadata of a rule, on the terms of the stack."""
    schema = {it.name: {**it.schema, "default": _sent(terms.settings[it.name])} for it in rule.settings}
    info = proto.PolicyInfo(
        name=rule.name,
        description=f"{rule.id}: {rule.what}",
        enforcementLevel=_level(terms.enforcement),
        policy_type=_RESOURCE if isinstance(rule, ResourceRule) else _STACK,
        severity=_severity(rule.severity),
        remediation_steps=rule.fix,
        url=rule.source,
    )
    if schema:
        ParseDict(schema, info.configSchema.properties)
    return info


def of_accounts() -> list[proto.PolicyInfo]:
    """Return the metadata of the policies that say what is neither passed nor failed, and of unneeded waivers."""
    notes = [_note(account.RESOURCES, _RESOURCE), _note(account.STACK, _STACK)]
    waivers = proto.PolicyInfo(
        name=account.WAIVERS,
        description=account.WAIVERS_DESCRIPTION,
        enforcementLevel=proto.EnforcementLevel.MANDATORY,
        policy_type=_STACK,
        severity=_severity(Severity.LOW),
    )
    return [*notes, waivers]


def of_files() -> proto.PolicyInfo:
    """Return the metadata of the only policy of a pack one of whose files is wrong."""
    return proto.PolicyInfo(
        name=account.FILES,
        description=account.FILES_DESCRIPTION,
        enforcementLevel=proto.EnforcementLevel.MANDATORY,
        policy_type=_RESOURCE,
        severity=_severity(Severity.CRITICAL),
    )


def failed(rule: Rule, finding: Finding) -> str:
    """Return what people read of a failure: the rule, what is wrong, how to mend it, and why."""
    return f"{rule.id}: {rule.what}\n{finding.resource.name}: {finding.message}\nfix: {rule.fix}\nwhy: {rule.source}"


def diagnostic(info: proto.PolicyInfo, message: str, urn: str = "") -> proto.AnalyzeDiagnostic:
    """Return a violation of a policy; a failure that its remedy left is as good as a mandatory one."""
    remedied = info.enforcementLevel == proto.EnforcementLevel.REMEDIATE
    return proto.AnalyzeDiagnostic(
        policyName=info.name,
        policyPackName=PACK,
        policyPackVersion=VERSION,
        description=info.description,
        message=message,
        enforcementLevel=proto.EnforcementLevel.MANDATORY if remedied else info.enforcementLevel,
        urn=urn,
        severity=info.severity,
    )


def remediation(info: proto.PolicyInfo, properties: Mapping[str, Sent]) -> proto.Remediation:
    """Return the properties that a resource is to have instead of its own."""
    struct = ParseDict({**properties}, Struct())
    return proto.Remediation(
        policyName=info.name,
        policyPackName=PACK,
        policyPackVersion=VERSION,
        description=info.description,
        properties=struct,
    )


def _note(name: str, kind: proto.PolicyType.ValueType) -> proto.PolicyInfo:
    return proto.PolicyInfo(
        name=name,
        displayName=account.TITLE,
        description=account.DESCRIPTION,
        enforcementLevel=proto.EnforcementLevel.ADVISORY,
        policy_type=kind,
        severity=_severity(Severity.LOW),
    )


def _level(enforcement: Enforcement) -> proto.EnforcementLevel.ValueType:
    return proto.EnforcementLevel.Value(enforcement.name)


def _severity(severity: Severity) -> proto.PolicySeverity.ValueType:
    return proto.PolicySeverity.Value(f"POLICY_SEVERITY_{severity.name}")


def _sent(value: int | tuple[str, ...]) -> object:
    return value if isinstance(value, int) else list(value)
