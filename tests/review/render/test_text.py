"""Words and values: nothing hides, nothing is endless."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.render import escape, text
from review.values import Mark, Value


@given(st.text())
def test_what_is_shown_can_be_seen(words: str) -> None:
    assert text.visible(words).isprintable()


def test_an_override_is_written_as_its_code_point() -> None:
    assert text.visible("a\u202egnp\n\x00") == "a⟨U+202E⟩gnp⏎⟨U+0000⟩"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("1.36", '"1.36"'),
        (1.5, "1.5"),
        (None, "null"),
        (Mark.UNKNOWN, "(known after apply)"),
        ({"a": [Mark.SECRET, "(secret)", True]}, '{"a": [(secret), "(secret)", true]}'),
    ],
)
def test_a_mark_is_never_taken_for_a_string(value: Value, shown: str) -> None:
    assert text.written(value) == shown


def test_of_long_values_the_difference_is_shown() -> None:
    before, after = text.pair("x" * 1_000 + "old", "x" * 1_000 + "new", 60)
    assert before == f'…{"x" * 24}old"'
    assert after == f'…{"x" * 24}new"'


def test_long_values_are_cut_with_their_length() -> None:
    assert text.pair("a" * 100, "b" * 100, 10) == (
        f'"{"a" * 9}… (92 more characters)',
        f'"{"b" * 9}… (92 more characters)',
    )


def test_a_secret_that_changes_is_said_to() -> None:
    assert text.pair(Mark.SECRET, Mark.SECRET, 100) == ("(secret)", "(secret, another value)")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("0", "0", "no change"),
        ("0", "1234.5", "+$1,234"),
        ("100", "150", "+$50 (+50.0 %)"),
        ("100", "99", "−$1.00 (−1.0 %)"),  # noqa: RUF001 a minus sign is meant
    ],
)
def test_differences(before: str, after: str, said: str) -> None:
    assert text.difference(Decimal(before), Decimal(after)) == said


def test_counts_agree_with_their_nouns() -> None:
    assert [text.counted(number, "property") for number in (1, 2_000)] == ["1 property", "2,000 properties"]


@pytest.mark.parametrize(
    ("urn", "shown"),
    [
        ("urn:pulumi:prod::p::a:b:Site$aws:eks/nodeGroup:NodeGroup::llm-a", "NodeGroup llm-a"),
        ("urn:pulumi:prod::p::kubernetes:apps/v1:Deployment::x::y", "Deployment x::y"),
        ("no urn", "no urn"),
    ],
)
def test_a_urn_is_read_as_kind_and_name(urn: str, shown: str) -> None:
    assert text.kind_and_name(urn) == shown


@given(st.text())
def test_prose_formats_nothing_and_pings_nobody(words: str) -> None:
    shown = escape.prose(words)
    assert not set("<>|`*_~[]\\!{}$^\"'\n") & set(shown)
    assert not [pair for pair in pairwise(shown) if pair[0] == "@" and pair[1].isalnum()]


@pytest.mark.parametrize("words", ["@octocat", "owner/name#12", "#12", "GH-12", "https://github.com/o/n/issues/1"])
def test_mentions_references_and_links_are_broken_by_a_space_of_no_width(words: str) -> None:
    shown = escape.prose(words)
    assert "\u200b" in shown
    assert shown.replace("\u200b", "") == words.replace("_", "&#95;")


@given(st.lists(st.text(alphabet="`~ab\n", max_size=20)))
def test_no_line_ends_its_fence(lines: list[str]) -> None:
    shown = escape.fenced(lines, "diff").split("\n")
    assert len(shown) == len(lines) + 2
    assert all(shown[-1] not in line for line in shown[1:-1])
