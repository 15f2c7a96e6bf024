"""Names by arithmetic: who finds what, and when it is over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyspace.errors import KeyspaceError
from keyspace.names import LEAST_LIFETIME, Spans, end_of

LIFETIMES = st.integers(min_value=LEAST_LIFETIME, max_value=10**10)
TIMES = st.integers(min_value=0, max_value=10**14)


@given(LIFETIMES, TIMES, st.text(), st.data())
def test_an_entry_is_found_while_it_lives_and_its_name_ends_after_it(
    lifetime: int, written: int, key: str, data: st.DataObject
) -> None:
    spans = Spans(table="answers", lifetime=lifetime)
    name = spans.written(key, written)
    read = data.draw(st.integers(min_value=written, max_value=written + lifetime - 1))
    assert name in spans.readable(key, read)
    assert end_of(name) == spans.end(written) >= written + lifetime


@given(LIFETIMES, TIMES, st.text())
def test_a_name_is_not_written_for_a_lifetime_before_it_ends(lifetime: int, written: int, key: str) -> None:
    spans = Spans(table="answers", lifetime=lifetime)
    name = spans.written(key, written)
    assert spans.written(key, end_of(name) - lifetime) != name
    assert end_of(name) - written <= 2 * lifetime


@given(LIFETIMES, TIMES, st.text(), st.text())
def test_two_keys_have_two_names(lifetime: int, now: int, one: str, other: str) -> None:
    spans = Spans(table="answers", lifetime=lifetime)
    assert (spans.written(one, now) == spans.written(other, now)) == (one == other)


@given(LIFETIMES, TIMES, st.text())
def test_a_name_says_its_key_to_its_own_table(lifetime: int, now: int, key: str) -> None:
    name = Spans(table="answers", lifetime=lifetime).written(key, now)
    assert Spans(table="answers", lifetime=LEAST_LIFETIME).key_of(name) == key
    assert Spans(table="other", lifetime=lifetime).key_of(name) is None


@pytest.mark.parametrize(
    ("table", "lifetime", "said"),
    [
        ("Answers", LEAST_LIFETIME, "table 'Answers' must be small letters"),
        ("a:b", LEAST_LIFETIME, "table 'a:b' must be small letters"),
        ("answers", LEAST_LIFETIME - 1, "lifetime 59999 ms of answers must be 60000 ms or more"),
    ],
)
def test_a_table_that_can_not_be_is_refused(table: str, lifetime: int, said: str) -> None:
    with pytest.raises(KeyspaceError, match=said):
        Spans(table=table, lifetime=lifetime)


@pytest.mark.parametrize("name", ["shared:expiry", "other:answers:1:key", "shared:answers:one:key", ""])
def test_a_name_of_nobody_is_told(name: str) -> None:
    with pytest.raises(KeyspaceError, match="which no table made"):
        end_of(name)
