"""What a rule's own test says under `MUTATIONS`: a property of a real resource, and how to break it.

`test_mutations.py` finds them by the registry, applies each to the resources that the real program registers,
and demands that the rule fails and every other rule holds, less those that a mutation names itself.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TypeAlias

from rules._remedy import edited
from rules._resource import Resource, Value
from rules._rule import AnyRule

from tests.policies.samples import urn

Change: TypeAlias = Callable[[Resource], Resource | None]


@dataclass(frozen=True, slots=True)
class Mutation:
    """One resource of the real program, changed, taken away, or put beside it.

    Attributes:
        type: type token of the resource.
        name: its logical name, e.g. `llm-prod-a`.
        change: makes the broken resource of the sound one; None takes it away.
        stack: which shipped stack it is of.
        label: what is broken, for the name of the test.
        also: names of rules that rightly fail with it, since they hold the same value against something else.
    """

    type: str
    name: str
    change: Change
    stack: str = "prod"
    label: str = ""
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name} {self.label}"

    def apply(self, resources: Sequence[Resource]) -> list[Resource]:
        """Return `resources` with this one broken."""
        found = [each for each in resources if (each.type, each.name) == (self.type, self.name)]
        assert len(found) == 1, f"{len(found)} resources {self.type} {self.name} in stack {self.stack}, must be 1"
        return [broken for each in resources if (broken := self.change(each) if each is found[0] else each)]


def mutations(rule: AnyRule) -> "Sequence[Mutation | Added]":
    """Return what the rule's own test says under MUTATIONS."""
    module = import_module(f"tests.policies.test_{rule.name.replace('-', '_')}")
    found: Sequence[Mutation | Added] = getattr(module, "MUTATIONS", ())
    return found


def changed(
    token: str,
    name: str,
    path: Sequence[str | int],
    value: Value,
    stack: str = "prod",
    also: tuple[str, ...] = (),
) -> Mutation:
    """Break the value at `path` of the inputs; None is as good as left out."""

    def change(resource: Resource) -> Resource:
        props = edited(resource.props, {tuple(path): value})
        assert props != resource.props, f"{name} has that value already"
        return replace(resource, props=props)

    return Mutation(token, name, change, stack, f"{'.'.join(map(str, path))}={value}", also)


def unprotected(token: str, name: str, stack: str = "prod") -> Mutation:
    """Let the engine delete it."""
    return Mutation(token, name, lambda it: replace(it, protect=False), stack, "unprotected")


def removed(token: str, name: str, stack: str = "prod") -> Mutation:
    """Take it out of the program."""
    return Mutation(token, name, lambda _: None, stack, "removed")


@dataclass(frozen=True, slots=True)
class Added:
    """A bad resource put beside those of the real program, for what the program has none of.

    Attributes:
        type: its type token.
        props: its inputs.
        provider: name of its explicit provider.
        stack: which shipped stack gets it.
        also: as for a mutation.
    """

    type: str
    props: Mapping[str, Value]
    provider: str = ""
    stack: str = "prod"
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.type} added"

    def apply(self, resources: Sequence[Resource]) -> list[Resource]:
        """Return `resources` and the new one."""
        name = "added"
        added = Resource(
            type=self.type, name=name, urn=urn(self.type, name), props=self.props, provider=self.provider, protect=True
        )
        return [*resources, added]
