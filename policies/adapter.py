"""The one place where the rules meet Pulumi's policy SDK.

Three facts of the engine shape it. A value that a preview cannot know is a sentinel whose reading raises
`UnknownValueError`; here it becomes `UNKNOWN`, which rules must handle. Stack validation is given *outputs*, which
are empty in a preview whose provider is not configured yet (a cluster's Kubernetes provider, before the cluster
exists); so stack rules judge the inputs that resource validation has seen. And a policy knows no third answer beside
pass and violation; so what is unknown or waived is said by policies of their own, see `account.py`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

from account import (
    DESCRIPTION,
    FILES,
    FILES_DESCRIPTION,
    RESOURCES,
    STACK,
    TITLE,
    WAIVERS,
    WAIVERS_DESCRIPTION,
    needless,
)
from judge import Judge
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyConfigSchema,
    PolicyProviderResource,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.deserialize import deserialize_properties, serialize_properties
from pulumi_policy.proxy import UnknownValueError
from rules._remedy import Edits, edited
from rules._resource import UNKNOWN, Resource, Value
from rules._rule import AnyRule, Finding, ResourceRule, Rule, StackRule
from rules._setting import SettingValues

Key = TypeVar("Key", int, str)


def engine_policies(rules: Iterable[AnyRule], judge: Judge) -> list[Policy]:
    """Return the SDK's policies for `rules`, in their order, and after them those that account for the rest."""
    return [*(_engine_policy(rule, judge) for rule in rules), *_accounts(judge)]


def refusing(message: str) -> list[Policy]:
    """Return the policies of a pack that can judge nothing: the first resource, the stack itself, fails by `message`.

    A pack that did not start would say it to the engine's log alone, where no report looks.
    """

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if args.resource_type == "pulumi:pulumi:Stack":
            report(message, args.urn)

    mandatory = EnforcementLevel.MANDATORY
    return [ResourceValidationPolicy(FILES, FILES_DESCRIPTION, validate, mandatory, severity=Severity.CRITICAL)]


def plain_properties(props: Mapping[str, object]) -> dict[str, Value]:
    """Return properties as plain values, with UNKNOWN where reading one raises."""
    return {key: _read(props.__getitem__, key) for key in props}


def _read(get: Callable[[Key], object], key: Key) -> Value:
    try:
        return _plain(get(key))
    except UnknownValueError:
        return UNKNOWN


def _plain(value: object) -> Value:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return plain_properties(cast("Mapping[str, object]", value))
    if isinstance(value, Sequence):
        elements = cast("Sequence[object]", value)
        return [_read(elements.__getitem__, index) for index in range(len(elements))]
    return type(value).__name__  # an asset: no rule reads what is inside


def _seen(args: ResourceValidationArgs) -> Resource:
    return Resource(
        type=args.resource_type,
        name=args.name,
        urn=args.urn,
        props=plain_properties(args.props),
        protect=args.opts.protect,
        provider=_name(args.provider),
    )


def _recalled(resource: PolicyResource, judge: Judge) -> Resource:
    """Return the view of a resource of the stack: by its inputs where they were seen."""
    inputs = judge.inputs.get(resource.urn)
    return Resource(
        type=resource.resource_type,
        name=resource.name,
        urn=resource.urn,
        props=plain_properties(resource.props) if inputs is None else inputs,
        protect=resource.opts.protect,
        provider=_name(resource.provider),
        references={
            key: tuple(target.urn for target in targets) for key, targets in resource.property_dependencies.items()
        },
    )


def _name(provider: PolicyProviderResource | None) -> str:
    return provider.name if provider else ""


def _engine_policy(rule: AnyRule, judge: Judge) -> Policy:
    match rule:
        case ResourceRule():
            return _resource_policy(rule, judge)
        case StackRule():
            return _stack_policy(rule, judge)


def _metadata(rule: Rule, judge: Judge) -> dict[str, Any]:
    terms = judge.terms[rule.name]
    schema = {it.name: {**it.schema, "default": _sent(terms.settings[it.name])} for it in rule.settings}
    return {
        "name": rule.name,
        "description": f"{rule.id}: {rule.what}",
        "enforcement_level": EnforcementLevel(terms.enforcement.value),
        "config_schema": PolicyConfigSchema(schema) if schema else None,
        "severity": Severity(rule.severity.value),
        "remediation_steps": rule.fix,
        "url": rule.source,
    }


def _sent(value: int | tuple[str, ...]) -> object:
    return value if isinstance(value, int) else list(value)


def _settings(rule: Rule, args: ResourceValidationArgs | StackValidationArgs, judge: Judge) -> SettingValues:
    """Return the settings of a rule: the engine has checked its own against their schema, and they win."""
    engines = args.get_config() or {}
    theirs = {it.name: it.read(engines[it.name]) for it in rule.settings if it.name in engines}
    return {**judge.terms[rule.name].settings, **theirs}


def _resource_policy(rule: ResourceRule, judge: Judge) -> Policy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if not rule.matches(args.resource_type):
            args.not_applicable()
        findings = list(rule.evaluate([_seen(args)], _settings(rule, args, judge)))
        if not _report(rule, judge.violations(rule, findings), report) and findings:
            args.not_applicable("unknown or waived")

    def remediate(args: ResourceValidationArgs) -> Any:
        if not rule.matches(args.resource_type):
            args.not_applicable()
        resource = _seen(args)
        edits = rule.edits(resource, _settings(rule, args, judge))
        return None if not edits or judge.waiver(rule, resource) else _with_edits(args.props, edits)

    remedy = remediate if rule.remedy else None
    return ResourceValidationPolicy(validate=validate, remediate=remedy, **_metadata(rule, judge))


def _with_edits(props: Mapping[str, Any], edits: Edits) -> Mapping[str, Any]:
    """Return inputs with `edits` made, the unknown and secret ones as they came."""
    sent = dict(serialize_properties(props))
    return deserialize_properties(edited(sent, edits), proxy_secrets=True)


def _stack_policy(rule: StackRule, judge: Judge) -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        resources = [_recalled(resource, judge) for resource in args.resources]
        findings = list(rule.evaluate(resources, _settings(rule, args, judge)))
        if not _report(rule, judge.violations(rule, findings), report) and findings:
            args.not_applicable("unknown or waived")

    return StackValidationPolicy(validate=validate, **_metadata(rule, judge))


def _report(rule: Rule, violations: Sequence[Finding], report: ReportViolation) -> bool:
    """Report the violations, and tell whether there are any."""
    for finding in violations:
        text = f"{finding.resource.name}: {finding.message}\nfix: {rule.fix}\nwhy: {rule.source}"
        report(text, finding.resource.urn)
    return bool(violations)


def _accounts(judge: Judge) -> list[Policy]:
    def of_resource(args: ResourceValidationArgs, report: ReportViolation) -> None:
        judge.inputs[args.urn] = plain_properties(args.props)
        for line in judge.take(args.urn):
            report(line, args.urn)

    def of_stack(_: StackValidationArgs, report: ReportViolation) -> None:
        for urn, line in judge.take_all():
            report(line, urn)

    def of_waivers(_: StackValidationArgs, report: ReportViolation) -> None:
        for waiver in judge.needless():
            report(needless(waiver), None)

    advisory, mandatory = EnforcementLevel.ADVISORY, EnforcementLevel.MANDATORY
    return [
        ResourceValidationPolicy(
            RESOURCES, DESCRIPTION, of_resource, advisory, display_name=TITLE, severity=Severity.LOW
        ),
        StackValidationPolicy(STACK, DESCRIPTION, of_stack, advisory, display_name=TITLE, severity=Severity.LOW),
        StackValidationPolicy(WAIVERS, WAIVERS_DESCRIPTION, of_waivers, mandatory, severity=Severity.LOW),
    ]
