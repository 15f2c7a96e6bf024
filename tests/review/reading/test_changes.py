from typing import Any

from review.plan import Change, Operation
from review.values import Mark
from tests.review.engine_events import begun, only, secret, state
from tests.review.samples import change

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def diff(**kinds: str) -> dict[str, Any]:
    return {path: {"diffKind": kind, "inputDiff": True} for path, kind in kinds.items()}


def changes(
    old: dict[str, Any], new: dict[str, Any], outputs: dict[str, Any] | None = None, **more: Any
) -> tuple[Change, ...]:
    step = only([begun("update", state(old, outputs), state(new, outputs), **more)])
    assert step.operation is Operation.UPDATE
    return step.changes


def test_the_providers_own_diff_is_believed() -> None:
    found = changes(
        {"a": 1, "gone": "x", "same": 0, "silent": 1},
        {"a": 2, "new": {"b": True}, "same": 0, "silent": 2},
        detailedDiff=diff(a="update-replace", gone="delete", new="add"),
    )
    assert found == (
        change("a", 1, 2, forces_replacement=True),
        change("gone", "x"),
        change("new", after={"b": True}),
    )


def test_a_diff_of_a_whole_object_is_told_by_its_leaves() -> None:
    found = changes(
        {"spec": {"a": 1, "b": [1, 2], "k/8": "x"}},
        {"spec": {"a": 1, "b": [1, 3, 4], "k/8": "y"}},
        detailedDiff=diff(spec="update-replace"),
    )
    assert found == (
        change("spec.b[1]", 2, 3, forces_replacement=True),
        change("spec.b[2]", after=4, forces_replacement=True),
        change('spec["k/8"]', "x", "y", forces_replacement=True),
    )


def test_without_a_diff_inputs_are_compared_and_keys_force_the_replacement() -> None:
    found = changes({"a": {"b": 1, "c": 1}, "d": 1}, {"a": {"b": 2, "c": 1}}, diffs=["a", "d"], keys=["a"])
    assert found == (change("a.b", 1, 2, forces_replacement=True), change("d", 1))


def test_a_key_of_replace_on_changes_forces_the_replacement_though_the_provider_would_update() -> None:
    found = changes({"a": 1, "b": {"c": 1}}, {"a": 2, "b": {"c": 2}}, detailedDiff={
        "a": {"diffKind": "update", "inputDiff": True}, "b.c": {"diffKind": "update-replace", "inputDiff": True},
    }, keys=["a", "b"])  # fmt: skip
    assert [(it.path, it.forces_replacement) for it in found] == [("a", True), ("b.c", True)]


def test_a_replacing_property_does_not_taint_its_neighbours() -> None:
    detailed = {
        "b.c": {"diffKind": "update-replace", "inputDiff": True}, "b.d": {"diffKind": "update", "inputDiff": True},
    }  # fmt: skip
    found = changes({"b": {"c": 1, "d": 1}}, {"b": {"c": 2, "d": 2}}, detailedDiff=detailed, keys=["b"])
    assert [(it.path, it.forces_replacement) for it in found] == [("b.c", True), ("b.d", False)]


def test_what_is_only_among_the_outputs_is_computed() -> None:
    detailed = {"etag": {"diffKind": "update", "inputDiff": False}, "a": {"diffKind": "update", "inputDiff": False}}
    found = changes({"a": 1}, {"a": 2}, {"a": 7, "etag": "x"}, detailedDiff=detailed)
    assert found == (change("a", 7, 2), change("etag", "x", "x", computed=True))
    assert changes({"a": 1}, {"a": 1}, {"etag": "x"}, diffs=["etag"]) == (change("etag", "x", "x", computed=True),)


def test_a_default_that_nobody_wrote_is_computed() -> None:
    found = changes(
        {"a": {"timeout": 1, "__defaults": ["timeout"]}, "__defaults": ["b"], "b": {"c": 1}, "d": 1},
        {"a": {"timeout": 2, "__defaults": ["timeout"]}, "__defaults": ["b", "d"], "b": {"c": 2}, "d": 2},
    )
    assert found == (
        change("a.timeout", 1, 2, computed=True),
        change("b.c", 1, 2, computed=True),
        change("d", 1, 2),  # it was written once, and is not any more
    )


def test_a_name_that_the_provider_makes_up_anew_is_computed() -> None:
    assert changes({"name": "a-1f2e3d4"}, {"name": "a-7654321"}) == (
        change("name", "a-1f2e3d4", "a-7654321", computed=True),
    )
    assert changes({"name": "a-1f2e3d4"}, {"name": "b-7654321"}) == (change("name", "a-1f2e3d4", "b-7654321"),)


def test_a_changed_secret_is_a_change_without_its_value() -> None:
    found = changes({"x": secret()}, {"x": secret()}, detailedDiff=diff(x="update"))
    assert found == (change("x", Mark.SECRET, Mark.SECRET),)


def test_what_is_inside_an_unknown_is_unknown() -> None:
    detailed = {"spec.a[0]": {"diffKind": "update", "inputDiff": True}}
    assert changes({"spec": {"a": [1]}}, {"spec": UNKNOWN}, detailedDiff=detailed) == (
        change("spec.a[0]", 1, Mark.UNKNOWN),
    )
