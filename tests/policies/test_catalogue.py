import re
from pathlib import Path

from catalogue import page, shipped
from rules import ALL
from rules._rule import ResourceRule
from stack_settings import ROLES, parse

PAGE = Path(__file__).parents[2] / "docs" / "policies.md"


def test_the_page_is_the_one_that_the_rules_make() -> None:
    assert PAGE.read_text() == shipped(), "write it anew: make -s policies > docs/policies.md"


def test_each_rule_has_a_row_and_a_section_with_all_that_people_need() -> None:
    text = shipped()
    rows = [line for line in text.splitlines() if line.startswith("| [")]
    sections = dict(re.findall(r"^## (\S+) (.+?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    assert list(sections) == [rule.id for rule in ALL]
    for rule, row in zip(ALL, rows, strict=True):
        assert row.startswith(f"| [{rule.id} {rule.name}](#{rule.id.lower()}-{rule.name}) | {rule.severity} | ")
        assert row.count("|") == 5
        for fact in (rule.name, rule.what, rule.why, rule.source, rule.fix, *(it.name for it in rule.settings)):
            assert " ".join(fact.split()).replace("<", "\\<") in sections[rule.id]
        assert ("Remediation" in sections[rule.id]) == (isinstance(rule, ResourceRule) and rule.remedy is not None)


def test_terms_that_differ_by_role_are_said_for_each() -> None:
    settings = {"standby": {"N1": {"enforcement": "advisory", "max_hops": 1}}}
    text = page(ALL, {role: parse(settings, ALL, role) for role in ROLES})
    assert "| high | mandatory in primary, advisory in standby | Launch templates" in text
    assert "most hops of a metadata answer; 2 in primary, 1 in standby (a whole number from 1 to 64)." in text
