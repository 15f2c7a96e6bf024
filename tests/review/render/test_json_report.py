"""The JSON holds the whole review, with marks that no string can be taken for."""

import json
from dataclasses import fields
from typing import Any

from review.assessment import Cost, Danger, Fact, Review
from review.plan import Change, Diagnostic, Operation, Plan, PolicyResult, State, Step
from review.render import json_report
from review.values import Mark
from tests.review.render import reviews
from tests.review.samples import change, plan, step


def read(review: Review) -> dict[str, Any]:
    return json.loads(json_report.render(review))


def names(kind: type) -> set[str]:
    return {each.name for each in fields(kind)}


def test_every_field_of_the_review_is_there() -> None:
    made = read(reviews.blocked())
    first = made["plans"][0]
    assert names(Review) | {"schema_version"} == set(made)
    assert names(Plan) == set(first)
    assert names(Step) == set(first["steps"][0])
    assert names(Change) == set(first["steps"][0]["changes"][0])
    assert names(State) == set(first["steps"][0]["before"])
    assert names(PolicyResult) == set(first["policies"][0])
    assert names(Diagnostic) == set(first["diagnostics"][0])
    assert names(Fact) | {"changed"} == set(made["facts"][0])
    assert names(Cost) == set(made["costs"][0])
    assert names(Danger) - {"step"} | {"urn", "operation", "forced_by"} == set(made["dangers"][0])


def test_schema_has_a_version() -> None:
    assert read(reviews.nothing())["schema_version"] == json_report.SCHEMA_VERSION


def test_a_mark_is_an_object() -> None:
    made = change("k", Mark.SECRET, {"a": [Mark.UNKNOWN, "secret"]})
    shown = read(Review(verdict=reviews.nothing().verdict, plans=(plan(step(Operation.UPDATE, changes=(made,))),)))
    written = shown["plans"][0]["steps"][0]["changes"][0]
    assert written["before"] == {"$mark": "secret"}
    assert written["after"] == {"a": [{"$mark": "unknown"}, "secret"]}


def test_money_is_exact() -> None:
    assert read(reviews.dangerous())["costs"][0]["before"] == "231930.40"


def test_equal_reviews_are_equal_files_in_ascii() -> None:
    first = json_report.render(reviews.hostile())
    assert first == json_report.render(reviews.hostile())
    assert first.isascii()


def test_all_steps_are_there() -> None:
    assert len(read(reviews.many(1_000))["plans"][0]["steps"]) == 1_000
