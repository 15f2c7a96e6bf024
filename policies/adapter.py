"""The one place where the rules meet Pulumi's policy SDK.

Two facts of the engine shape it. A value that a preview cannot know is a sentinel whose reading raises
`UnknownValueError`; here it becomes `UNKNOWN`, which rules must handle. And stack validation is given
*outputs*, which are empty in a preview whose provider is not configured yet (a cluster's Kubernetes
provider, before the cluster exists); so stack rules judge the inputs that resource validation has seen.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyProviderResource,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UNKNOWN_OBJECT_VALUE, UnknownValueError
from rules._resource import UNKNOWN, Resource, Value
from rules._rule import AnyRule, Finding, Outcome, ResourceRule, Rule, StackRule

Key = TypeVar("Key", int, str)


class UndecidedError(UnknownValueError):
    """A rule hangs on unknown values: the engine shows it as a note of its own, neither pass nor failure."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(UNKNOWN_OBJECT_VALUE, [])
        self.message = "; ".join(f"{it.resource.name}: {it.message}" for it in findings)


class Observed:
    """The inputs of each resource of this run, by URN, as resource validation saw them."""

    def __init__(self) -> None:
        self._resources: dict[str, Resource] = {}

    def see(self, args: ResourceValidationArgs) -> Resource:
        """Return the view of a resource under validation, and keep it for the stack rules."""
        resource = Resource(
            type=args.resource_type,
            name=args.name,
            urn=args.urn,
            props=plain_properties(args.props),
            protect=args.opts.protect,
            provider=_name(args.provider),
        )
        self._resources[args.urn] = resource
        return resource

    def recall(self, resource: PolicyResource) -> Resource:
        """Return the view of a resource of the stack: by its inputs where they were seen."""
        seen = self._resources.get(resource.urn)
        return Resource(
            type=resource.resource_type,
            name=resource.name,
            urn=resource.urn,
            props=seen.props if seen else plain_properties(resource.props),
            protect=resource.opts.protect,
            provider=_name(resource.provider),
            references={
                key: tuple(target.urn for target in targets) for key, targets in resource.property_dependencies.items()
            },
        )


def engine_policies(rules: Iterable[AnyRule]) -> list[Policy]:
    """Return the SDK's policies for `rules`, in their order."""
    observed = Observed()
    return [_engine_policy(rule, observed) for rule in rules]


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


def _name(provider: PolicyProviderResource | None) -> str:
    return provider.name if provider else ""


def _engine_policy(rule: AnyRule, observed: Observed) -> Policy:
    match rule:
        case ResourceRule():
            return _resource_policy(rule, observed)
        case StackRule():
            return _stack_policy(rule, observed)


def _metadata(rule: AnyRule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "description": _description(rule),
        "enforcement_level": EnforcementLevel(rule.enforcement.value),
        "severity": Severity(rule.severity.value),
        "remediation_steps": rule.fix,
        "url": rule.source,
    }


def _resource_policy(rule: ResourceRule, observed: Observed) -> Policy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        _report(rule, list(rule.evaluate([observed.see(args)])), report)

    return ResourceValidationPolicy(validate=validate, **_metadata(rule))


def _stack_policy(rule: StackRule, observed: Observed) -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        resources = [observed.recall(resource) for resource in args.resources]
        _report(rule, list(rule.evaluate(resources)), report)

    return StackValidationPolicy(validate=validate, **_metadata(rule))


def _description(rule: Rule) -> str:
    return f"{rule.id}: {rule.what}"


def _report(rule: Rule, findings: Sequence[Finding], report: ReportViolation) -> None:
    for finding in findings:
        if finding.outcome is Outcome.FAIL:
            text = f"{finding.resource.name}: {finding.message}\nfix: {rule.fix}\nwhy: {rule.source}"
            report(text, finding.resource.urn)
    unknown = [finding for finding in findings if finding.outcome is Outcome.UNKNOWN]
    if unknown:
        raise UndecidedError(unknown)
