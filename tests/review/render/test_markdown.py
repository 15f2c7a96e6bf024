"""What the comment says, in which order, and that nothing foreign leaves its place."""

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest

from review.assessment import Level, Review, Verdict
from review.plan import Operation
from review.render import markdown
from review.render.budget import BUDGET, GITHUB_LIMIT
from review.values import Mark
from tests.review.render import reviews
from tests.review.samples import change, plan, step

ALL = (reviews.nothing, reviews.small, reviews.dangerous, reviews.blocked, reviews.several, reviews.hostile)
CELL = re.compile(r"(?<!\\)\|")


def fences_out(text: str) -> str:
    """The comment without its blocks of code."""
    return re.sub(r"^(`{3,})diff\n.*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)


def test_the_order_is_what_decides_first() -> None:
    text = markdown.render(reviews.blocked())
    parts = [
        "## 🛑 Blocked",
        "| Stack |",
        "### Dangers",
        "### Topology",
        "### Money",
        "### Policies",
        "### The engine",
        "### Properties",
    ]
    found = [text.index(part) for part in parts]
    assert found == sorted(found)


def test_the_first_screen_is_enough_to_decide() -> None:
    screen = "\n".join(markdown.render(reviews.blocked()).splitlines()[:25])
    for word in ("Blocked", "llm-prod-ledger", "holds data", "delete first", "both active sites", "−$46,206", "1 fail", "Instead:", "us-east-1"):  # fmt: skip  # noqa: RUF001
        assert word in screen, word


def test_stacks_without_effect_are_folded_and_named() -> None:
    text = markdown.render(reviews.several())
    assert "<summary>2 stacks without effect</summary>" in text
    assert "* <code>lab</code> (12 resources)\n* <code>edge</code> (12 resources)" in text


def test_properties_come_by_risk() -> None:
    changed = [
        step(operation, name=operation.value)
        for operation in (Operation.CREATE, Operation.UPDATE, Operation.DELETE, Operation.REPLACE)
    ]
    text = markdown.render(Review(verdict=Verdict(level=Level.SAFE, reason="r"), plans=(plan(*changed),)))
    shown = re.findall(r"<summary>. (\w+) <b>", text)
    assert shown == ["replace", "delete", "update", "create"]


def test_computed_changes_are_folded_with_their_count() -> None:
    text = markdown.render(reviews.dangerous())
    assert "# computed or default, folded: 2 (arn, resources)" in text
    assert "only 1 computed" in markdown.render(reviews.several())


def test_unknown_values_say_when_they_are_known() -> None:
    one = step(Operation.UPDATE, changes=(change("image", "a", Mark.UNKNOWN),))
    text = markdown.render(Review(verdict=Verdict(level=Level.SAFE, reason="r"), plans=(plan(one),)))
    assert "+ image: (known after apply)" in text


def test_secret_keys_are_named() -> None:
    assert "- userData: (secret)\n+ userData: (secret, another value)" in markdown.render(reviews.dangerous())


def test_components_are_counted_and_not_taken_for_resources() -> None:
    part = step(Operation.CREATE, "platform:site:Site", "a", custom=False)
    text = markdown.render(Review(verdict=Verdict(level=Level.SAFE, reason="r"), plans=(plan(part),)))
    assert "1 component of the program also changed" in text
    assert "**nothing changes**" in text


def test_many_properties_of_one_resource_are_cut_in_sight() -> None:
    wide = step(Operation.UPDATE, changes=tuple(change(f"k{number:03}", number, number + 1) for number in range(100)))
    text = markdown.render(Review(verdict=Verdict(level=Level.SAFE, reason="r"), plans=(plan(wide),)))
    assert "k039" in text
    assert "k040" not in text
    assert "# 60 more properties: see the whole report" in text


def test_a_sum_without_all_prices_says_so_where_it_is_read_first() -> None:
    assert "(+14.2 %)** of known prices, 1 price missing ·" in markdown.render(reviews.dangerous())


def test_a_difference_that_a_missing_price_hides_is_not_given_as_one() -> None:
    made = reviews.dangerous()
    hidden = replace(made, costs=tuple(replace(cost, comparable=False) for cost in made.costs))
    head, _, rest = markdown.render(hidden).partition("### Money")
    assert "cost a month: **not known** (+$" in head
    assert "%)** of known prices" not in head
    assert rest.partition("<details>")[0].count("not known") == len(made.costs) + 1


def test_no_pack_is_not_a_pass() -> None:
    review = Review(verdict=Verdict(level=Level.SAFE, reason="r"), plans=())
    assert "policies: no pack ran" in markdown.render(review)


def test_ten_thousand_steps_fit_and_say_what_is_missing() -> None:
    text = markdown.render(reviews.many())
    assert len(text) <= len(text.encode()) <= BUDGET < GITHUB_LIMIT
    cut = re.search(r"\*\*Cut here:\*\* ([\d,]+) of 8,000 resources not shown\. Whole: `report.html`", text)
    assert cut
    assert int(cut[1].replace(",", "")) + text.count("<details><summary>±") == 8_000


@pytest.mark.parametrize("make", ALL)
def test_folds_and_tables_are_well_formed(make: Callable[[], Review]) -> None:
    text = fences_out(markdown.render(make()))
    assert text.count("<details>") == text.count("</details>") == text.count("<summary>") == text.count("</summary>")
    width = 0
    for line in text.splitlines():
        columns = len(CELL.findall(line)) if line.startswith("|") else 0
        assert not (width and columns) or columns == width, line
        width = columns


def test_hostile_names_stay_text() -> None:
    text = markdown.render(reviews.hostile())
    outside = re.sub(r"<code>.*?</code>", "", fences_out(text))
    assert set(re.findall(r"<(/?\w+)", outside)) <= {
        "sub",
        "/sub",
        "br",
        "b",
        "/b",
        "details",
        "/details",
        "summary",
        "/summary",
    }
    assert not re.search(r"@\w|#\d|GH-\d|https?://", unescape(outside))
    assert "-->" not in outside
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00]", text)
    assert "⟨U+202E⟩" in text


def test_hostile_values_stay_in_their_fence() -> None:
    text = markdown.render(reviews.hostile())
    assert "</details></summary>" not in fences_out(text)
    assert "</details></summary>" in text
