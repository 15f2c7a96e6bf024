"""The rules as a page for people, on the terms that the stacks of each role have: `make policies` prints it."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import stack_settings
from document import PackError, read
from rules import ALL
from rules._rule import AnyRule, ResourceRule
from rules._setting import Setting
from stack_settings import ROLES, Terms

_HEAD: Final = """\
# Policies

Every rule answers pass, fail or *unknown*: a value that a preview cannot know is never counted as a pass; the update
decides before it creates anything. A failing mandatory rule stops the preview or update.

* What the stacks of a role ask of a rule, its enforcement and settings, is in
  [settings.yaml](../policies/settings.yaml); the engine's own `--policy-pack-config` is laid over it.
* A failure is accepted for a time in [waivers.yaml](../policies/waivers.yaml), with owner, reason and last day. It
  stays in sight, as `[waived: owner until date]`; a waiver that has expired or that nothing needs fails the stack.
* With enforcement `remediate` the engine sets a failing resource's inputs right before it goes on, where the rule
  says how.

This page is made from the rules: `make -s policies > docs/policies.md`.

| Rule | Severity | Enforcement | What must hold |
| --- | --- | --- | --- |
"""


def page(rules: Iterable[AnyRule], terms: Mapping[str, Mapping[str, Terms]]) -> str:
    """Return the page.

    Args:
        rules: what to show, in this order.
        terms: for each role, the terms of each rule.
    """
    listed = list(rules)
    return _HEAD + "".join(_row(rule, terms) for rule in listed) + "".join(_section(rule, terms) for rule in listed)


def shipped() -> str:
    """Return the page of the pack with its own settings."""
    settings = read(Path(__file__).with_name(stack_settings.FILE))
    return page(ALL, {role: stack_settings.parse(settings, ALL, role) for role in ROLES})


def _row(rule: AnyRule, terms: Mapping[str, Mapping[str, Terms]]) -> str:
    anchor = re.sub(r"[^a-z0-9-]", "", f"{rule.id}-{rule.name}".lower())
    cells = (f"[{rule.id} {rule.name}](#{anchor})", rule.severity, _enforcement(rule, terms), rule.what)
    return "| " + " | ".join(_line(cell).replace("|", "\\|") for cell in cells) + " |\n"


def _section(rule: AnyRule, terms: Mapping[str, Mapping[str, Terms]]) -> str:
    facts = "".join(f"* {_line(fact)}\n" for fact in _facts(rule, terms))
    return f"\n## {rule.id} {rule.name}\n\n{_line(rule.what)}\n\n{facts}"


def _facts(rule: AnyRule, terms: Mapping[str, Mapping[str, Terms]]) -> Iterator[str]:
    yield f"Severity {rule.severity}; {_enforcement(rule, terms)}."
    yield f"Why: {rule.why} ([source]({rule.source}))"
    yield f"Fix: {rule.fix}"
    for setting in rule.settings:
        yield f"Setting `{setting.name}`: {setting.what}; {_value(rule, setting, terms)} ({setting.allowed})."
    if isinstance(rule, ResourceRule) and rule.remedy:
        yield f"Remediation: {rule.remedy.what}"


def _enforcement(rule: AnyRule, terms: Mapping[str, Mapping[str, Terms]]) -> str:
    return _by_role(rule, terms, lambda it: it.enforcement)


def _value(rule: AnyRule, setting: Setting, terms: Mapping[str, Mapping[str, Terms]]) -> str:
    def text(of_role: Terms) -> str:
        value = of_role.settings[setting.name]
        return str(value) if isinstance(value, int) else ", ".join(value)

    return _by_role(rule, terms, text)


def _by_role(rule: AnyRule, terms: Mapping[str, Mapping[str, Terms]], say: Callable[[Terms], str]) -> str:
    said = {role: say(of_role[rule.name]) for role, of_role in terms.items()}
    if len(set(said.values())) == 1:
        return next(iter(said.values()))
    return ", ".join(f"{text} in {role}" for role, text in said.items())


def _line(text: str) -> str:
    return " ".join(text.split()).replace("<", "\\<")


if __name__ == "__main__":
    try:
        sys.stdout.write(shipped())
    except PackError as error:
        sys.exit(f"error: policies/{error}")
