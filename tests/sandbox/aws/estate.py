"""An estate of cases, brought through the provider as the engine would."""

from dataclasses import dataclass
from typing import Any, cast

import pytest

from sandbox.aws.provider import AwsProvider
from sandbox.plugin.provider import ProviderError, Subject
from tests.sandbox.aws.case import Case, Props


@dataclass(frozen=True, slots=True)
class Made:
    """A case that stands."""

    case: Case
    identity: str
    inputs: Props
    outputs: Props


class Estate:
    def __init__(self, provider: AwsProvider) -> None:
        self.provider = provider
        self.made: dict[str, Made] = {}

    def id(self, name: str) -> str:
        return self.made[name].identity

    def resolve(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {k: self.resolve(v) for k, v in cast("Props", value).items()}
        if isinstance(value, list):
            return [self.resolve(v) for v in cast("list[Any]", value)]
        if isinstance(value, str) and value.startswith("@"):
            name, _, output = value[1:].partition(".")
            return _output(self.made[name].outputs, output) if output else self.id(name)
        return value

    def create(self, case: Case) -> None:
        subject = subject_of(case)
        inputs = self.provider.check(subject, {}, self.resolve(case.inputs), b"seed")
        _, planned = self.provider.create(subject, inputs, preview=True)
        identity, outputs = self.provider.create(subject, inputs, preview=False)
        assert outputs.keys() == planned.keys(), case.name
        self.made[case.name] = Made(case, identity, inputs, outputs)

    def require_no_drift(self) -> None:
        for name, made in self.made.items():
            seen = self.provider.read(subject_of(made.case), made.identity, {}, made.outputs)
            assert seen is not None, name
            assert (seen.inputs, seen.outputs) == (made.inputs, made.outputs), name

    def update(self, case: Case, change: Props | None = None) -> None:
        made, subject = self.made[case.name], subject_of(case)
        news = self.provider.check(subject, made.inputs, self.resolve({**case.inputs, **(change or {})}), b"other")
        found = self.provider.diff(subject, made.identity, made.inputs, news)
        assert not [change for change in found.changes if change.replaces], case.name
        outputs = self.provider.update(subject, made.identity, made.inputs, news, made.outputs, preview=False)
        self.made[case.name] = Made(case, made.identity, news, outputs)

    def delete(self, case: Case) -> None:
        made = self.made.pop(case.name)
        self.provider.delete(subject_of(case), made.identity, made.outputs)
        assert self.provider.read(subject_of(case), made.identity, {}, made.outputs) is None


def _output(outputs: Any, path: str) -> Any:
    for step in path.split("."):
        outputs = outputs[int(step) if step.isdigit() else step]
    return outputs


def subject_of(case: Case) -> Subject:
    return Subject(f"urn:pulumi:prod::p::{case.type}::{case.name}", case.type, case.name)


def refuse(estate: Estate, case: Case, change: Props, message: str) -> None:
    """A create that is refused, in these words, and of which nothing is left in the ledger."""
    before = estate.provider.cloud.ledger.summary()
    with pytest.raises(ProviderError, match=message):
        estate.create(Case(case.name, case.type, {**case.inputs, **change}))
    assert estate.provider.cloud.ledger.summary() == before, message


def refuse_update(estate: Estate, name: str, change: Props, message: str) -> None:
    """An update that is refused, in these words, and has changed nothing."""
    with pytest.raises(ProviderError, match=message):
        estate.update(estate.made[name].case, change)
    estate.require_no_drift()


def refuse_deletion(estate: Estate, name: str, message: str) -> None:
    """A deletion that is refused, in these words, and has taken nothing away."""
    made = estate.made[name]
    with pytest.raises(ProviderError, match=message):
        estate.provider.delete(subject_of(made.case), made.identity, made.outputs)
    estate.require_no_drift()
