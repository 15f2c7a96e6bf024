"""The real program's resources hold every rule that nobody waives; one broken property fails its own and no other."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import engine
import pytest
import waivers
import yaml
from rules import ALL
from rules._remedy import edited
from rules._resource import Resource
from rules._rule import AnyRule, Finding, Outcome, ResourceRule

from tests.policies.estate import STACKS, estate
from tests.policies.mutation import Added, Mutation, mutations
from tests.policies.served import TODAY

CASES = [pytest.param(rule, mutation, id=f"{rule.name} {mutation}") for rule in ALL for mutation in mutations(rule)]
SHIPPED = waivers.parse(yaml.safe_load((engine.ROOT / "policies" / waivers.FILE).read_text()), ALL, TODAY)


@pytest.mark.parametrize("stack", STACKS)
def test_every_rule_holds_on_the_real_program(stack: str) -> None:
    findings = _findings(stack, estate(stack))
    assert [(name, it.outcome.value, it.resource.name, it.message) for name, it in findings] == []


@pytest.mark.parametrize("waiver", SHIPPED, ids=str)
def test_every_waiver_is_needed(waiver: waivers.Waiver) -> None:
    found = [(rule, it.resource) for rule in ALL for it in rule.evaluate(estate(waiver.stack))]
    assert [resource.name for rule, resource in found if waiver.covers(rule, resource)]


@pytest.mark.parametrize(("rule", "mutation"), CASES)
def test_only_its_own_rule_fails(rule: AnyRule, mutation: Mutation | Added) -> None:
    assert failing(mutation.stack, mutation.apply(estate(mutation.stack))) == {rule.name, *mutation.also}


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


def failing(stack: str, resources: Sequence[Resource]) -> set[str]:
    return {name for name, finding in _findings(stack, resources) if finding.outcome is Outcome.FAIL}


def _findings(stack: str, resources: Sequence[Resource]) -> Iterator[tuple[str, Finding]]:
    """Yield what the pack would say of a stack, with the rule's name; what is waived it lets pass."""
    own = [waiver for waiver in SHIPPED if waiver.stack == stack]
    for rule in ALL:
        yield from ((rule.name, it) for it in rule.evaluate(resources) if not waivers.find(own, rule, it.resource))
