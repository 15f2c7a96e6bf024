"""What a rule is: its metadata, written once, and a pure function from resources to findings."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from rules._remedy import Edits, Remedy, known
from rules._resource import Resource
from rules._setting import Setting, SettingValues


class Severity(StrEnum):
    """How bad it is when the rule does not hold; the engine's own scale."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Enforcement(StrEnum):
    """What a failure does: stop the preview or update, only be said, not be looked for, or be put right first."""

    MANDATORY = "mandatory"
    ADVISORY = "advisory"
    DISABLED = "disabled"
    REMEDIATE = "remediate"


class Outcome(StrEnum):
    """What a rule says of resources. UNKNOWN is no pass: the update decides, before it creates anything."""

    PASS = "pass"  # noqa: S105 - an outcome, no password
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One resource that fails a rule, or of which a preview cannot tell."""

    outcome: Outcome
    resource: Resource
    message: str


def failure(resource: Resource, message: str) -> Finding:
    """Say that `resource` breaks the rule; `message` has what was found and what is allowed."""
    return Finding(Outcome.FAIL, resource, message)


def undecided(resource: Resource, *path: str) -> Finding:
    """Say that the rule hangs on the value at `path`, which only the update will know."""
    return Finding(Outcome.UNKNOWN, resource, f"{'.'.join(path)} is not known before the update")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule's metadata, the source of the engine's messages and of the catalogue.

    Attributes:
        id: letter of the area and a number, e.g. `E1`.
        name: begins with require, forbid or limit; same words as the module's name.
        severity: how bad a failure is.
        what: the rule in one sentence.
        why: what goes wrong without it.
        source: https address of the fact behind `why`.
        fix: what to write to make a failing resource pass.
        enforcement: mandatory unless the rule's module argues otherwise.
        settings: what a stack may set; the check takes each as a keyword argument.
    """

    id: str
    name: str
    severity: Severity
    what: str
    why: str
    source: str
    fix: str
    enforcement: Enforcement = Enforcement.MANDATORY
    settings: tuple[Setting, ...] = ()

    @property
    def defaults(self) -> SettingValues:
        """What its settings are where a stack sets none."""
        return {setting.name: setting.default for setting in self.settings}


Findings: TypeAlias = Iterable[Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRule(Rule):
    """A rule that looks at one resource at a time, and so stops it before it is created.

    Attributes:
        matches: tells by its type token whether a resource is looked at.
        check: yields the findings on a resource.
        remedy: what makes a failing resource pass, where that is safe; a stack's settings ask for it.
    """

    matches: Callable[[str], bool]
    check: Callable[..., Findings]
    remedy: Remedy | None = None

    def evaluate(self, resources: Sequence[Resource], settings: SettingValues | None = None) -> Iterator[Finding]:
        """Yield the findings over `resources`, with `settings` in place of defaults; none means that the rule holds."""
        values = {**self.defaults, **(settings or {})}
        for resource in resources:
            if self.matches(resource.type):
                yield from self.check(resource, **values)

    def edits(self, resource: Resource, settings: SettingValues | None = None) -> Edits:
        """Return the inputs to set so that `resource` passes; none where it does not fail, or nothing is safe."""
        failing = any(finding.outcome is Outcome.FAIL for finding in self.evaluate([resource], settings))
        if self.remedy is None or not failing:
            return {}
        return known(resource.props, self.remedy.edits(resource, **{**self.defaults, **(settings or {})}))


@dataclass(frozen=True, slots=True, kw_only=True)
class StackRule(Rule):
    """A rule about how the resources of a stack fit together."""

    check: Callable[..., Findings]

    def evaluate(self, resources: Sequence[Resource], settings: SettingValues | None = None) -> Iterator[Finding]:
        """Yield the findings over a stack, with `settings` in place of defaults; none means that the rule holds."""
        yield from self.check(resources, **{**self.defaults, **(settings or {})})


AnyRule: TypeAlias = ResourceRule | StackRule
