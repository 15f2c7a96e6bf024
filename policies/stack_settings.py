"""What a stack asks of the rules: their enforcement, and the settings that they declare.

`settings.yaml` has one section for all stacks and one for each role; the role is the stack's own setting, which the
engine hands to the pack with the rest of the stack's configuration. The engine's policy configuration
(`--policy-pack-config`, or a policy group) is laid over it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from document import PackError, mapping
from rules._rule import AnyRule, Enforcement, ResourceRule
from rules._setting import Setting, SettingValues

FILE = "settings.yaml"
EVERY = "all"
ROLES = ("primary", "standby")


@dataclass(frozen=True, slots=True)
class Stack:
    """The stack under judgement; both are empty where the engine asks for nothing but the pack's metadata.

    Attributes:
        name: its name.
        role: `platform.role` of its configuration.
    """

    name: str
    role: str

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Stack":
        """Return the stack that the engine starts the pack for, by the variables that it sets for its plugins."""
        config = _object(environment.get("PULUMI_CONFIG"))
        platform = _object(config.get(f"{environment.get('PULUMI_PROJECT')}:platform"))
        return cls(environment.get("PULUMI_STACK", ""), str(platform.get("role", "")))


def _object(text: str | None) -> Mapping[str, Any]:
    """Return a JSON object; of anything else the program says what is wrong with it."""
    try:
        value: object = json.loads(text or "{}")
    except ValueError:
        return {}
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one rule in one stack.

    Attributes:
        enforcement: what a failure does.
        settings: a value for each setting that the rule declares.
    """

    enforcement: Enforcement
    settings: SettingValues = field(default_factory=dict[str, int | tuple[str, ...]])


def parse(document: object, rules: Iterable[AnyRule], role: str) -> Mapping[str, Terms]:
    """Return the terms of each rule, by its name, for a stack of `role`.

    Every section is checked, so that a wrong one is found by whoever writes it and not by the stack that needs it.

    Raises:
        PackError: a section, rule, enforcement or setting is not known, or a value is not allowed.
    """
    sections = mapping(FILE, document, (EVERY, *ROLES))
    known = {key: rule for rule in rules for key in (rule.id, rule.name)}
    terms = {rule.name: Terms(rule.enforcement, rule.defaults) for rule in known.values()}
    for section in (EVERY, *ROLES):
        for key, entry in mapping(f"{FILE}: {section}", sections.get(section)).items():
            rule = _rule(f"{FILE}: {section}", key, known)
            changed = _terms(f"{FILE}: {section}.{key}", entry, rule, terms[rule.name])
            if section in (EVERY, role):
                terms[rule.name] = changed
    return terms


def _rule(where: str, key: str, known: Mapping[str, AnyRule]) -> AnyRule:
    if key not in known:
        raise PackError(f"{where}: rule {key} is not in the pack; see `make policies`, and correct it")
    return known[key]


def _terms(where: str, entry: object, rule: AnyRule, terms: Terms) -> Terms:
    declared = {setting.name: setting for setting in rule.settings}
    values = mapping(where, entry, ("enforcement", *declared))
    read = {key: _value(f"{where}.{key}", declared[key], values[key]) for key in values if key != "enforcement"}
    changed = replace(terms, settings={**terms.settings, **read})
    if "enforcement" not in values:
        return changed
    return replace(changed, enforcement=_enforcement(f"{where}.enforcement", values["enforcement"], rule))


def _value(where: str, setting: Setting, value: object) -> int | tuple[str, ...]:
    try:
        return setting.read(value)
    except ValueError as error:
        raise PackError(f"{where}: got {value!r}, must be {error}; correct it") from None


def _enforcement(where: str, value: object, rule: AnyRule) -> Enforcement:
    allowed = [level for level in Enforcement if level is not Enforcement.REMEDIATE or _can_remediate(rule)]
    if value not in allowed:
        raise PackError(f"{where}: got {value!r}, allowed for {rule.name} are {', '.join(allowed)}; correct it")
    return Enforcement(str(value))


def _can_remediate(rule: AnyRule) -> bool:
    return isinstance(rule, ResourceRule) and rule.remedy is not None
