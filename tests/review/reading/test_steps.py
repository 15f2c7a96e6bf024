import pytest

from review.plan import Operation, Order
from tests.review.engine_events import URN, begun, ended, only, plan, state

OLD, NEW = state({"a": 1}), state({"a": 2}, {}, id="")
LEFT = {**OLD, "delete": True}


def test_a_create_first_replacement_is_one_step() -> None:
    step = only(
        [
            begun("create-replacement", OLD, NEW, keys=["a"]),
            ended("create-replacement", LEFT, {**NEW, "outputs": {"a": 2, "arn": "x"}}, keys=["a"]),
            begun("replace", LEFT, NEW, keys=["a"]),
            begun("delete-replaced", LEFT, None),
        ]
    )
    assert (step.operation, step.order) == (Operation.REPLACE, Order.CREATE_FIRST)
    assert [(it.path, it.forces_replacement) for it in step.changes] == [("a", True)]
    assert step.before
    assert step.after
    assert step.before.id == "weights-id"
    assert step.after.outputs == {"a": 2, "arn": "x"}


def test_a_delete_first_replacement_is_one_step() -> None:
    step = only(
        [
            begun("delete-replaced", OLD, None),
            begun("replace", OLD, NEW, keys=["a"]),
            begun("create-replacement", OLD, NEW, keys=["a"]),
        ]
    )
    assert (step.operation, step.order) == (Operation.REPLACE, Order.DELETE_FIRST)


def test_what_an_earlier_update_left_is_deleted_beside_what_stays() -> None:
    left = {**LEFT, "id": "older-id"}
    steps = plan(begun("same", OLD, OLD), begun("delete-replaced", left, None)).steps
    assert [(it.operation, it.before and it.before.id) for it in steps] == [
        (Operation.SAME, "weights-id"),
        (Operation.DELETE, "older-id"),
    ]
    again = plan(
        begun("create-replacement", OLD, NEW),
        begun("delete-replaced", left, None),
        begun("delete-replaced", LEFT, None),
    )
    assert [(it.operation, it.order) for it in again.steps] == [
        (Operation.REPLACE, Order.CREATE_FIRST),
        (Operation.DELETE, None),
    ]


@pytest.mark.parametrize(
    ("op", "operation"),
    [
        ("import", Operation.CREATE), ("read", Operation.READ), ("discard", Operation.READ),
        ("read-replacement", Operation.REPLACE), ("import-replacement", Operation.REPLACE),
    ],
)  # fmt: skip
def test_rarer_operations_are_told_by_what_they_do(op: str, operation: Operation) -> None:
    assert only([begun(op, OLD, NEW)]).operation is operation


@pytest.mark.parametrize("op", ["remove-pending-replace", "discard-replaced"])
def test_what_only_tidies_the_state_is_no_step(op: str) -> None:
    assert plan(begun(op, OLD, None)).steps == ()


def test_a_refresh_is_what_it_found() -> None:
    step = only([begun("refresh", OLD, NEW), ended("update", OLD, state({"a": 3}))])
    assert (step.operation, [(it.path, it.after) for it in step.changes]) == (Operation.UPDATE, [("a", 3)])
    assert only([begun("refresh", OLD, OLD), ended("delete", OLD, None)]).operation is Operation.DELETE
    assert only([begun("refresh", OLD, OLD)]).operation is Operation.SAME


def test_a_lifted_protection_is_seen_in_a_step_that_does_nothing() -> None:
    step = only([begun("same", {**OLD, "protect": True}, OLD)])
    assert step.operation is Operation.SAME
    assert step.before
    assert step.after
    assert (step.before.protect, step.after.protect) == (True, False)


def test_the_engines_default_providers_are_left_out() -> None:
    urn = "urn:pulumi:prod::p::pulumi:providers:aws::default_7_0_0"
    assert plan(begun("create", None, {**NEW, "urn": urn}, urn=urn)).steps == ()


def test_dependents_come_from_the_deployed_state_where_something_happens() -> None:
    deployed = {"resources": [{"urn": URN}, {"urn": "reader", "dependencies": [URN]}]}
    (updated,) = plan(begun("update", OLD, NEW), deployed=deployed).steps
    (same,) = plan(begun("same", OLD, OLD), deployed=deployed).steps
    assert (updated.dependents, same.dependents) == (("reader",), ())
