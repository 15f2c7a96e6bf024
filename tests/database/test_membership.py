"""What the bootstrap decides, by every state that members can be in."""

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from database.gtids import contains, of_group
from database.membership import (
    ERROR,
    OFFLINE,
    ONLINE,
    RECOVERING,
    STATES,
    UNREACHABLE,
    Begin,
    Done,
    Join,
    Refuse,
    Standing,
    Wait,
    decide,
    groups,
)

GROUP = "6f0c3a52-0a4e-4f3e-9d0c-6b1f3c1f7a11"
OTHER = "00000000-0000-0000-0000-000000000001"


def _alone(name: str, done: str = "", state: str = OFFLINE) -> Standing:
    return Standing(name=name, uuid=name, states={name: state}, done=of_group(done, GROUP))


def _in(name: str, **states: str) -> Standing:
    return Standing(name=name, uuid=name, states=states)


def _seen(*standings: Standing) -> Mapping[str, Standing]:
    return {each.name: each for each in standings}


def test_the_first_begins_where_none_knows_more() -> None:
    assert decide("abc", _seen(_alone("a"), _alone("b"), _alone("c"))) == Begin("a")


def test_who_knows_most_begins() -> None:
    seen = _seen(_alone("a", f"{GROUP}:1-4"), _alone("b", f"{GROUP}:1-5"), _alone("c", f"{GROUP}:1-5"))
    assert decide("abc", seen) == Begin("b")


def test_what_a_member_wrote_by_itself_does_not_count() -> None:
    seen = _seen(_alone("a", f"{OTHER}:1-4"), _alone("b", f"{OTHER}:1-9"))
    assert decide("ab", seen) == Begin("a")


def test_one_by_one_they_join_and_one_in_error_leaves_first() -> None:
    a = _in("a", a=ONLINE)
    assert decide("abc", _seen(a, _alone("b"), _alone("c"))) == Join("b", leave_first=False)
    assert decide("abc", _seen(a, _alone("b", state=ERROR), _alone("c"))) == Join("b", leave_first=True)
    joining = {"a": ONLINE, "b": RECOVERING}
    assert isinstance(decide("abc", _seen(_in("a", **joining), _in("b", **joining), _alone("c"))), Wait)


def test_all_online_in_one_group_is_done() -> None:
    states = dict.fromkeys("abc", ONLINE)
    assert decide("abc", _seen(*(_in(name, **states) for name in "abc"))) == Done()


def test_two_groups_are_refused() -> None:
    found = decide("abc", _seen(_in("a", a=ONLINE), _in("b", b=ONLINE, c=ONLINE), _in("c", b=ONLINE, c=ONLINE)))
    assert isinstance(found, Refuse)
    assert "a and b+c" in found.why


_MEMBERS = st.integers(1, 9).map(lambda count: "abcdefghi"[:count])


@st.composite
def _clusters(draw: st.DrawFn) -> tuple[str, dict[str, Standing]]:
    """Members of which some answer, each with whatever states it sees."""
    names = draw(_MEMBERS)
    seen = {
        name: Standing(
            name=name,
            uuid=name,
            states={name: draw(st.sampled_from(STATES)), **draw(_views(names.replace(name, "")))},
            done={GROUP: [(1, draw(st.integers(1, 3)))]},
        )
        for name in draw(st.sets(st.sampled_from(names)))
    }
    return names, seen


def _views(names: str) -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(st.sampled_from(names), st.sampled_from(STATES)) if names else st.just({})


@given(_clusters())
def test_a_group_is_begun_only_when_all_answer_and_none_is_in_one(found: tuple[str, dict[str, Standing]]) -> None:
    order, seen = found
    step = decide(order, seen)
    if isinstance(step, Begin):
        assert set(seen) == set(order)
        assert not any(each.in_group for each in seen.values())
        assert all(contains(seen[step.name].done, each.done) for each in seen.values())
    if isinstance(step, Join):
        assert len(groups(list(seen.values()))) == 1
        assert not seen[step.name].in_group


@given(_clusters())
def test_done_means_all_are_online_in_one_group(found: tuple[str, dict[str, Standing]]) -> None:
    order, seen = found
    if decide(order, seen) == Done():
        assert [seen[name].state for name in order] == [ONLINE] * len(order)
        assert len(groups(list(seen.values()))) == 1


@given(st.integers(1, 9), st.integers(0, 9))
def test_the_margin_is_how_many_more_may_be_lost(count: int, lost: int) -> None:
    lost = min(lost, count)
    states = {str(number): UNREACHABLE if number < lost else ONLINE for number in range(count)}
    margin = Standing(name="", uuid="0", states=states).margin
    # Counted out: more than half of all must answer.
    answering = count - lost
    assert (margin >= 0) == (2 * answering > count)
    if margin >= 0:
        assert 2 * (answering - margin) > count >= 2 * (answering - margin - 1)


@given(st.sets(st.integers(1, 12)), st.sets(st.integers(1, 12)))
def test_sets_of_transactions_are_compared_as_sets(one: set[int], other: set[int]) -> None:
    assert contains(_set(one), _set(other)) == (other <= one)


def _set(numbers: set[int]) -> Mapping[str, Sequence[tuple[int, int]]]:
    """As MySQL writes it: runs joined, sources apart."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    text = ":".join(f"{first}-{last}" if first < last else f"{first}" for first, last in runs)
    return of_group(f"{OTHER}:1-9,\n{GROUP.upper()}:{text}" if text else f"{OTHER}:1-9", GROUP)


def test_tags_are_sources_of_their_own() -> None:
    found = of_group(f"{GROUP}:1-3:5:backup:1-2:more:7", GROUP)
    assert found == {GROUP: [(1, 3), (5, 5)], f"{GROUP}:backup": [(1, 2)], f"{GROUP}:more": [(7, 7)]}
    assert not contains(of_group(f"{GROUP}:1-9", GROUP), found)
