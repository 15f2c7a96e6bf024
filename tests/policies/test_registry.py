"""What every rule must have, so that adding one is adding a file and its mirror here."""

import ast
import re
from functools import cache
from importlib.util import find_spec
from inspect import signature
from pathlib import Path

import pytest
from rules import ALL, _types
from rules._rule import AnyRule, Enforcement
from rules.require_protection import STATEFUL
from rules.require_tags import UNTAGGABLE

HERE = Path(__file__).parent
POLICIES = HERE.parents[1] / "policies"
VERBS = ("require", "forbid", "limit")
TOKENS = sorted({value for key, value in vars(_types).items() if key.isupper()} | STATEFUL)
CUSTOM = {"kubernetes:keda.sh/v1alpha1:ScaledObject"}
"""Kinds that a chart brings: no SDK knows them, and the program's own ledgers say how the engine writes them."""

each_rule = pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.name)


def test_every_module_is_in_the_registry() -> None:
    modules = {path.stem for path in (POLICIES / "rules").glob("[!_]*.py")}
    assert {rule.name.replace("-", "_") for rule in ALL} == modules


def test_ids_are_unique_and_in_order() -> None:
    ids = [rule.id for rule in ALL]
    assert ids == sorted(set(ids), key=lambda it: (it[0], int(it[1:])))


@each_rule
def test_metadata(rule: AnyRule) -> None:
    assert re.fullmatch(r"[A-Z][1-9]\d?", rule.id)
    assert rule.name.split("-")[0] in VERBS
    assert re.fullmatch(r"https://\S+", rule.source)
    for sentence in (rule.what, rule.why, rule.fix):
        assert sentence.endswith(".")
        assert len(sentence.split()) > 5


@each_rule
def test_is_enforced_unless_a_stack_asks_otherwise(rule: AnyRule) -> None:
    assert rule.enforcement in (Enforcement.MANDATORY, Enforcement.ADVISORY)


@each_rule
def test_has_its_cases(rule: AnyRule) -> None:
    mirror = ast.parse((HERE / f"test_{rule.name.replace('-', '_')}.py").read_text())
    tests = [node.name for node in mirror.body if isinstance(node, ast.FunctionDef)]
    for outcome in ("holds", "fails", "undecided"):
        assert any(outcome in name for name in tests), f"{rule.name} has no test that it {outcome}"


@each_rule
def test_settings_are_the_checks_keyword_arguments(rule: AnyRule) -> None:
    names = [name for name, it in signature(rule.check).parameters.items() if it.kind is it.KEYWORD_ONLY]
    assert [setting.name for setting in rule.settings] == names
    for setting in rule.settings:
        assert setting.read(setting.default) == setting.default
        assert setting.what


@each_rule
def test_holds_for_an_empty_stack(rule: AnyRule) -> None:
    assert list(rule.evaluate([])) == []


@pytest.mark.parametrize("token", sorted({*TOKENS, *UNTAGGABLE} - CUSTOM))
def test_tokens_are_the_providers_own(token: str) -> None:
    assert f'"{token}"' in sdk_source(token).replace("'", '"')


LEDGERS = [line.split()[0] for file in (HERE.parent / "ledgers").iterdir() for line in file.read_text().splitlines()]


def test_tokens_of_custom_kinds_are_the_programs_own() -> None:
    assert set(LEDGERS) >= CUSTOM


@pytest.mark.parametrize("token", sorted({token for token in LEDGERS if token.startswith("aws:")}))
def test_what_has_no_tags_is_listed_and_nothing_else(token: str) -> None:
    assert (token in UNTAGGABLE) == ("def tags(" not in sdk_source(token))


@cache
def sdk_source(token: str) -> str:
    """Return the SDK's module of a type: reading it takes no time, importing it seconds."""
    package, module, kind = token.split(":")
    sdk = find_spec(f"pulumi_{package}")
    assert sdk is not None
    assert sdk.origin is not None
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", kind).lower()
    folder = re.sub(r"\.(k8s\.io|sh)/", "/", module) if package == "kubernetes" else module.split("/")[0]
    files = {path.name: path for path in (Path(sdk.origin).parent / folder).glob("*.py")}
    for name in (kind, snake, re.sub(r"(?<!^)(?=[A-Z])", "_", module.split("/")[-1]).lower()):
        if f"{name}.py" in files:
            return files[f"{name}.py"].read_text()
    pytest.fail(f"the SDK has no module of {token}")
