from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from review.fingerprint import fingerprint
from review.plan import Operation, Order, Plan, Step
from review.values import Mark, Value
from tests.review.recordings import preview
from tests.review.samples import NODE_GROUP, change, plan, step


def test_a_second_preview_of_the_same_change_is_equal() -> None:
    for name in ("first-creation", "other-reserved-gpu"):
        assert preview(name) != preview(f"{name}-again")
        assert fingerprint([preview(name)]) == fingerprint([preview(f"{name}-again")])


def test_real_changes_differ_from_each_other() -> None:
    names = ("first-creation", "nothing-changed", "one-more-replica", "other-reserved-gpu", "other-spot-gpu",
             "public-cidr", "vpc-cidr", "no-reservation", "drift")  # fmt: skip
    assert len({fingerprint([preview(name)]) for name in names}) == len(names)


_values: st.SearchStrategy[Value] = st.integers(0, 3) | st.sampled_from(["x", "y"]) | st.booleans().map(str)
_changes = st.dictionaries(st.sampled_from(["a", "b.c", "d[0]"]), st.tuples(_values, st.booleans()), min_size=1)


@st.composite
def _steps(draw: st.DrawFn, name: str) -> Step:
    operation = draw(st.sampled_from([Operation.CREATE, Operation.UPDATE, Operation.REPLACE, Operation.DELETE]))
    said = draw(_changes)
    if operation is Operation.CREATE:
        return step(operation, name=name, after={path: value for path, (value, _) in said.items()})
    changes = tuple(change(path, "old", value, forces_replacement=forces) for path, (value, forces) in said.items())
    order = draw(st.sampled_from(Order))
    return step(operation, name=name, order=order, changes=() if operation is Operation.DELETE else changes)


@st.composite
def _plans(draw: st.DrawFn) -> Plan:
    names = draw(st.lists(st.sampled_from(["p", "q", "r"]), unique=True))
    return plan(*[draw(_steps(name)) for name in names], stack=draw(st.sampled_from(["prod", "dr"])))


def _meaning(it: Plan) -> object:
    return it.stack if it.steps else "", sorted((repr(_told(each)) for each in it.steps), key=str)


def _told(it: Step) -> object:
    inputs = sorted(it.after.inputs.items()) if it.operation is Operation.CREATE and it.after else ()
    changes = sorted((c.path, repr(c.after), c.forces_replacement) for c in it.changes)
    return it.urn, it.operation, it.order, inputs, changes


@given(_plans(), _plans())
def test_plans_are_equal_by_fingerprint_when_they_would_do_the_same_and_only_then(one: Plan, other: Plan) -> None:
    assert (fingerprint([one]) == fingerprint([other])) == (_meaning(one) == _meaning(other))


@given(_plans(), st.randoms(), st.floats(0, 900))
def test_order_time_and_what_does_nothing_do_not_count(one: Plan, chance: Random, seconds: float) -> None:
    steps = [*one.steps, step(Operation.SAME, name="same"), step(Operation.READ, name="read")]
    chance.shuffle(steps)
    assert fingerprint([one]) == fingerprint([replace(one, steps=tuple(steps), seconds=seconds, diagnostics=())])


def test_the_order_of_stacks_does_not_count_and_each_stack_does() -> None:
    one, other = plan(step(Operation.DELETE)), plan(step(Operation.DELETE), stack="dr")
    assert fingerprint([one, other]) == fingerprint([other, one]) != fingerprint([one])


def test_a_hidden_value_may_be_unknown_or_secret() -> None:
    def of(value: Value) -> str:
        return fingerprint([plan(step(Operation.UPDATE, changes=(change("a", 1, value),)))])

    assert of(Mark.UNKNOWN) == of(Mark.SECRET) != of(Mark.ABSENT)
    assert of("known") not in {of(Mark.UNKNOWN), of(Mark.ABSENT)}


def test_a_computed_change_does_not_count() -> None:
    def of(etag: str) -> str:
        return fingerprint([plan(step(Operation.UPDATE, changes=(change("etag", "x", etag, computed=True),)))])

    assert of("y") == of("z")


def test_a_lifted_protection_counts() -> None:
    kept = step(Operation.SAME, protect=True)
    assert kept.after
    lifted = replace(kept, after=replace(kept.after, protect=False))
    assert fingerprint([plan(lifted)]) != fingerprint([plan(kept)]) == fingerprint([plan()])


def test_only_a_name_that_the_provider_makes_up_may_differ() -> None:
    def of(name: str, image: str = "i", user: str = "") -> str:
        made = step(Operation.CREATE, name="web", after={"name": name, "image": image})
        reader = step(Operation.CREATE, NODE_GROUP, "reader", after={"reads": f"arn:aws:s3:::{user or name}/x"})
        return fingerprint([plan(made, reader)])

    assert of("web-1f2e3d4") == of("web-7654321")
    assert of("web-1f2e3d4") != of("web-other")
    assert of("web-1f2e3d4", "app-1111111") != of("web-1f2e3d4", "app-2222222")
    assert of("web-1f2e3d4", user="app-1111111") != of("web-1f2e3d4", user="app-2222222")
