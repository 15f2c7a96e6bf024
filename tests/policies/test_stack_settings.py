import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import stack_settings
from document import PackError, read
from rules import ALL
from rules._rule import Enforcement
from stack_settings import ROLES, Stack, Terms, parse

PLATFORM = "inference-platform:platform"


def terms(document: object, role: str = "primary") -> Terms:
    return parse(document, ALL, role)["require-imdsv2"]


@pytest.mark.parametrize("role", [*ROLES, ""])
def test_the_shipped_file_is_sound(role: str) -> None:
    shipped = read(Path(stack_settings.__file__).with_name(stack_settings.FILE))
    assert list(parse(shipped, ALL, role)) == [rule.name for rule in ALL]


@pytest.mark.parametrize("document", [None, {}, {"all": None, "primary": {}}, {"primary": {"N1": None}}], ids=str)
def test_a_rule_keeps_its_own_terms_where_nothing_is_asked(document: object) -> None:
    assert terms(document) == Terms(Enforcement.MANDATORY, {"max_hops": 2})


def test_a_role_is_over_all_and_asks_nothing_of_the_other() -> None:
    document = {
        "primary": {"require-imdsv2": {"max_hops": 3}},
        "all": {"N1": {"max_hops": 1, "enforcement": "advisory"}},
    }
    assert terms(document) == Terms(Enforcement.ADVISORY, {"max_hops": 3})
    assert terms(document, "standby") == Terms(Enforcement.ADVISORY, {"max_hops": 1})


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "settings.yaml: got [], must be a mapping with the keys all, primary, standby"),
        ({"dr": {}}, "settings.yaml: unknown key dr, allowed are all, primary, standby"),
        ({"all": ["N1"]}, "settings.yaml: all: got ['N1'], must be a mapping"),
        ({"standby": {"Z9": {}}}, "settings.yaml: standby: rule Z9 is not in the pack; see `make policies`"),
        ({"all": {"N1": "advisory"}}, "all.N1: got 'advisory', must be a mapping with the keys enforcement, max_hops"),
        ({"all": {"N1": {"hops": 1}}}, "all.N1: unknown key hops, allowed are enforcement, max_hops"),
        ({"all": {"N1": {"max_hops": 99}}}, "all.N1.max_hops: got 99, must be a whole number from 1 to 64"),
        ({"all": {"O8": {"keys": "owner"}}}, "all.O8.keys: got 'owner', must be a list of one or more names"),
        ({"all": {"N1": {"enforcement": "strict"}}}, "are mandatory, advisory, disabled, remediate"),
        ({"all": {"N1": {"enforcement": None}}}, "got None, allowed for require-imdsv2 are"),
        ({"all": {"O7": {"enforcement": "remediate"}}}, "require-protection are mandatory, advisory, disabled; corr"),
    ],
    ids=str,
)
def test_a_wrong_file_is_one_line(document: object, said: str) -> None:
    with pytest.raises(PackError) as raised:
        parse(document, ALL, "primary")
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def environment(platform: object) -> Mapping[str, str]:
    config = json.dumps({PLATFORM: platform if isinstance(platform, str) else json.dumps(platform)})
    return {"PULUMI_PROJECT": "inference-platform", "PULUMI_STACK": "prod", "PULUMI_CONFIG": config}


def test_the_stack_is_told_by_the_engine() -> None:
    assert Stack.of(environment({"role": "primary", "region": "us-east-1"})) == Stack("prod", "primary")
    assert Stack.of({}) == Stack("", "")


@pytest.mark.parametrize("platform", ["no JSON", [], {}, "1"], ids=str)
def test_a_stack_whose_settings_the_program_will_refuse_has_no_role(platform: object) -> None:
    assert Stack.of(environment(platform)) == Stack("prod", "")
