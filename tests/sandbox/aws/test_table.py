"""Every type of the table through its whole life, in one estate as the program builds it."""

import urllib.request
from typing import Any, cast

import pytest

from sandbox.aws.provider import AwsProvider
from sandbox.aws.table import TABLE
from sandbox.plugin.provider import Subject
from tests.sandbox.aws.cases import CASES, Case


class Estate:
    def __init__(self, provider: AwsProvider) -> None:
        self.provider = provider
        self.made: dict[str, tuple[Case, str, dict[str, Any], dict[str, Any]]] = {}

    def resolve(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {k: self.resolve(v) for k, v in cast("dict[str, Any]", value).items()}
        if isinstance(value, list):
            return [self.resolve(v) for v in cast("list[Any]", value)]
        if isinstance(value, str) and value.startswith("@"):
            name, _, output = value[1:].partition(".")
            return self.made[name][3][output] if output else self.made[name][1]
        return value

    def create(self, case: Case) -> None:
        subject = subject_of(case)
        inputs = self.provider.check(subject, {}, self.resolve(case.inputs), b"seed")
        _, planned = self.provider.create(subject, inputs, preview=True)
        identity, outputs = self.provider.create(subject, inputs, preview=False)
        assert outputs.keys() == planned.keys(), case.name
        self.made[case.name] = (case, identity, inputs, outputs)

    def require_no_drift(self) -> None:
        for case, identity, inputs, outputs in self.made.values():
            seen = self.provider.read(subject_of(case), identity, {}, {})
            assert seen is not None, case.name
            assert (seen.inputs, seen.outputs) == (inputs, outputs), case.name

    def update(self, case: Case) -> None:
        _, identity, olds, state = self.made[case.name]
        news = self.provider.check(subject_of(case), olds, self.resolve({**case.inputs, **case.change}), b"other")
        found = self.provider.diff(subject_of(case), identity, olds, news)
        assert not [change for change in found.changes if change.replaces], case.name
        outputs = self.provider.update(subject_of(case), identity, olds, news, state, preview=False)
        self.made[case.name] = (case, identity, news, outputs)

    def delete(self, case: Case) -> None:
        _, identity, _, state = self.made.pop(case.name)
        self.provider.delete(subject_of(case), identity, state)
        assert self.provider.read(subject_of(case), identity, {}, {}) is None


def subject_of(case: Case) -> Subject:
    return Subject(f"urn:pulumi:prod::p::{case.type}::{case.name}", case.type, case.name)


@pytest.fixture(autouse=True)
def _fresh(moto: str) -> None:
    urllib.request.urlopen(urllib.request.Request(f"{moto}/moto-api/reset", method="POST")).close()


def test_every_type_has_a_case() -> None:
    peering = {token for token in TABLE if "eering" in token}
    assert {case.type for case in CASES} | peering == set(TABLE)


def test_every_type_lives_its_whole_life(provider: AwsProvider) -> None:
    estate = Estate(provider)
    for case in CASES:
        estate.create(case)
    estate.require_no_drift()
    for case in CASES:
        if case.change:
            estate.update(case)
    estate.require_no_drift()
    for case in reversed(CASES):
        estate.delete(case)
    assert provider.cloud.ledger.all() == []
