"""Room is given in the order of the sections, and what has none is counted."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from review.render.budget import BUDGET, GITHUB_LIMIT, Section, fit

WHERE = "Whole: elsewhere."


def section(noun: str, *blocks: str) -> Section:
    return Section(noun=noun, total=len(blocks), blocks=blocks, before=f"### {noun}\n\n")


def test_all_is_shown_where_there_is_room() -> None:
    assert fit("head\n", [section("fact", "a\n", "b\n")], WHERE) == "head\n### fact\n\na\nb\n\n"


def test_the_last_section_is_cut_first_and_says_so() -> None:
    shown = fit("", [section("danger", *["d" * 100] * 3), section("fact", *["f" * 100] * 3)], WHERE, 600)
    assert shown.count("d" * 100) == 3
    assert shown.count("f" * 100) == 1
    assert "> ✂️ **Cut here:** 2 of 3 facts not shown. Whole: elsewhere." in shown


def test_blocks_that_have_no_room_are_not_made() -> None:
    made: list[int] = []

    def blocks() -> Iterator[str]:
        for number in range(1_000):
            made.append(number)
            yield "x" * 100

    fit("", [Section(noun="fact", total=1_000, blocks=blocks(), before="")], WHERE, 1_000)
    assert len(made) < 11


@given(st.lists(st.lists(st.text(max_size=400), max_size=20), max_size=5), st.integers(1_000, 5_000))
def test_the_budget_holds_in_bytes_and_characters(texts: list[list[str]], limit: int) -> None:
    shown = fit("head\n", [section("fact", *blocks) for blocks in texts], WHERE, limit)
    assert len(shown) <= len(shown.encode()) <= limit


def test_the_budget_leaves_room_below_the_limit() -> None:
    assert GITHUB_LIMIT - BUDGET > 1_000
