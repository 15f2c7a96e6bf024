from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import waivers
from account import LINE, needless, unknown, waived
from document import PackError, read
from rules import ALL
from rules._rule import failure, undecided
from rules._types import CLUSTER, KEY
from waivers import parse

from tests.policies.samples import resource, rule

TODAY = date(2026, 11, 21)
ENTRY: dict[str, Any] = {
    "rule": "O8",
    "stack": "prod",
    "resource": "aws:kms/key:Key llm-prod-a",
    "owner": "platform-team",
    "reason": "shared until\n  the audit",
    "expires": TODAY,
}
TAGS = rule("require-tags")
LOGS = resource(KEY, {}, "llm-prod-a")


def one(**changes: Any) -> waivers.Waiver:
    (found,) = parse({"waivers": [ENTRY | changes]}, ALL, TODAY)
    return found


def refused(*entries: object) -> str:
    with pytest.raises(PackError) as raised:
        parse({"waivers": list(entries)}, ALL, TODAY)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_the_shipped_file_is_sound_but_for_dates_which_every_preview_checks() -> None:
    document: Any = read(Path(waivers.__file__).with_name(waivers.FILE))
    assert list(document) == ["waivers"]
    for entry in document["waivers"]:
        assert parse({"waivers": [entry]}, ALL, entry["expires"])


@pytest.mark.parametrize("document", [None, {}, {"waivers": None}, {"waivers": []}], ids=str)
def test_no_waivers(document: object) -> None:
    assert parse(document, ALL, TODAY) == ()


def test_a_waiver_holds_on_its_last_day_and_names_its_rule_by_id_or_name() -> None:
    assert one() == one(rule="require-tags")
    assert one().rule == "require-tags"
    assert one().reason == "shared until the audit"


@pytest.mark.parametrize(
    "pattern", ["aws:kms/key:Key llm-prod-a", "urn:pulumi:prod::*::llm-prod-a", "urn:pulumi:*aws:kms/key:Key::*"]
)
def test_covers_its_resource_for_its_rule(pattern: str) -> None:
    waiver = one(resource=pattern)
    assert waiver.covers(TAGS, LOGS)
    assert not waiver.covers(rule("require-protection"), LOGS)
    assert not waiver.covers(TAGS, resource(CLUSTER, {}, "llm-prod-b"))


def test_an_expired_one_is_refused_with_whom_to_ask() -> None:
    assert refused(ENTRY, ENTRY | {"expires": TODAY - timedelta(days=1)}) == (
        "waivers.yaml: waiver 2 (O8 on aws:kms/key:Key llm-prod-a) expired on 2026-11-20, today is 2026-11-21;"
        " correct the resource and remove the waiver, or agree on a later date with platform-team"
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rule": "Z9"}, "waiver 1: rule Z9 is not in the pack"),
        ({"owner": " "}, "waiver 1: owner: got ' ', must be a text"),
        ({"reason": None}, "waiver 1: reason: got None"),
        ({"stack": 7}, "waiver 1: stack: got 7"),
        ({"expires": "soon"}, "expires: got 'soon', must be a date such as 2026-11-21"),
        ({"expires": date(2028, 1, 1)}, "expires: got 2028-01-01, must be at most 366 days after 2026-11-21"),
        ({"resource": "llm-prod-a"}, "resource: got 'llm-prod-a', must be a glob over URNs"),
        ({"until": TODAY}, "unknown key until, allowed are rule, stack,"),
    ],
    ids=str,
)
def test_a_wrong_one_is_one_line(changes: dict[str, Any], said: str) -> None:
    assert said in refused(ENTRY | changes)


@pytest.mark.parametrize("entry", ["O8", None, ["O8"]], ids=str)
def test_an_entry_of_another_shape_is_one_line(entry: object) -> None:
    assert "waivers.yaml: waiver 1: " in refused(entry)


@pytest.mark.parametrize("document", [[], {"waivers": {"O8": 1}}, {"waivers": "O8"}, {"waiver": []}], ids=str)
def test_a_file_of_another_shape_is_one_line(document: object) -> None:
    with pytest.raises(PackError, match=r"^waivers\.yaml: "):
        parse(document, ALL, TODAY)


@pytest.mark.parametrize("text", ["a: [", None], ids=["no YAML", "no file"])
def test_an_unreadable_file_is_one_line(text: str | None, tmp_path: Path) -> None:
    file = tmp_path / "waivers.yaml"
    if text:
        file.write_text(text)
    with pytest.raises(PackError, match=r"^waivers\.yaml: [^\n]+$"):
        read(file)


def test_account_lines_are_read_back() -> None:
    lines = [waived(TAGS, failure(LOGS, "tags\nlack cost"), one()), unknown(TAGS, undecided(LOGS, "tags", "cost"))]
    found = [found.groupdict() for found in LINE.finditer("O8: description\n" + "\n".join(lines))]
    assert found == [
        {
            "outcome": "waived", "owner": "platform-team", "expires": "2026-11-21", "id": "O8", "rule": "require-tags",
            "message": "llm-prod-a: tags lack cost (reason: shared until the audit)",
        },
        {
            "outcome": "unknown", "owner": None, "expires": None, "id": "O8", "rule": "require-tags",
            "message": "llm-prod-a: tags.cost is not known before the update",
        },
    ]  # fmt: skip


def test_a_needless_one_is_named() -> None:
    assert needless(one()) == (
        "waivers.yaml: the waiver of platform-team for require-tags on aws:kms/key:Key llm-prod-a"
        " in stack prod covers no failure; remove it, or correct its resource"
    )
