"""The real program's resources hold every rule; one broken property fails its own rule and no other."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from rules import ALL
from rules._remedy import edited
from rules._resource import Resource
from rules._rule import AnyRule, Outcome, ResourceRule

from tests.policies.estate import STACKS, estate
from tests.policies.mutation import Added, Mutation, mutations

CASES = [pytest.param(rule, mutation, id=f"{rule.name} {mutation}") for rule in ALL for mutation in mutations(rule)]


@pytest.mark.parametrize("stack", STACKS)
def test_every_rule_holds_on_the_real_program(stack: str) -> None:
    findings = [(rule.name, finding) for rule in ALL for finding in rule.evaluate(estate(stack))]
    assert [(name, it.outcome.value, it.resource.name, it.message) for name, it in findings] == []


@pytest.mark.parametrize(("rule", "mutation"), CASES)
def test_only_its_own_rule_fails(rule: AnyRule, mutation: Mutation | Added) -> None:
    assert failing(mutation.apply(estate(mutation.stack))) == {rule.name}


@pytest.mark.parametrize(
    "rule", [it for it in ALL if isinstance(it, ResourceRule) and it.remedy], ids=lambda it: it.name
)
def test_a_remedy_brings_back_what_was_broken_and_nothing_else(rule: ResourceRule) -> None:
    back = 0
    for mutation in mutations(rule):
        sound, broken = list(estate(mutation.stack)), mutation.apply(estate(mutation.stack))
        remedied = [replace(each, props=edited(each.props, rule.edits(each))) for each in broken]
        assert remedied in (sound, broken)
        back += remedied == sound
    assert back, f"no mutation of {rule.name} is one that its remedy puts right"


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.name)
def test_every_rule_has_a_mutation(rule: AnyRule) -> None:
    assert mutations(rule), f"test_{rule.name.replace('-', '_')}.py has no MUTATIONS: break a real resource there"


def failing(resources: Sequence[Resource]) -> set[str]:
    return {rule.name for rule in ALL for finding in rule.evaluate(resources) if finding.outcome is Outcome.FAIL}
