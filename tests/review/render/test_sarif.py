"""What SARIF 2.1.0 requires, by the sections of its specification."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from review.assessment import Review
from review.render import sarif
from tests.review.render import reviews

ALL = (reviews.nothing, reviews.small, reviews.dangerous, reviews.blocked, reviews.several, reviews.hostile)
URI = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})+")


def run(review: Review) -> dict[str, Any]:
    log = json.loads(sarif.render(review))
    assert log["version"] == "2.1.0"  # 3.13.2
    assert len(log["runs"]) == 1  # 3.13.4
    return log["runs"][0]


@pytest.mark.parametrize("make", ALL)
def test_required_properties(make: Callable[[], Review]) -> None:
    made = run(make())
    driver = made["tool"]["driver"]  # 3.14.6, 3.18.2
    assert driver["name"]  # 3.19.8
    rules = driver["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)  # 3.19.23, 3.49.3
    for rule in rules:
        assert rule["shortDescription"]["text"]  # 3.49.9, 3.12.3
        assert rule["help"]["text"]  # 3.49.13
    for result in made["results"]:
        assert result["ruleId"] == rules[result["ruleIndex"]]["id"]  # 3.27.5, 3.27.6
        assert result["level"] in {"none", "note", "warning", "error"}  # 3.27.10
        assert result["message"]["text"]  # 3.27.11
        assert result["partialFingerprints"]  # 3.27.17
        _check_location(result["locations"])


def _check_location(locations: list[dict[str, Any]]) -> None:
    (location,) = locations  # 3.27.12
    physical = location["physicalLocation"]
    assert URI.fullmatch(physical["artifactLocation"]["uri"])  # 3.4.3, RFC 3986
    assert physical["region"]["startLine"] >= 1  # 3.30.5
    (logical,) = location["logicalLocations"]  # 3.28.4
    assert logical["name"]
    assert logical["fullyQualifiedName"]  # 3.33.5
    assert logical["kind"] == "resource"  # 3.33.7


def test_no_finding_is_an_empty_list() -> None:
    assert run(reviews.nothing())["results"] == []  # 3.14.23: null would mean that nothing was looked for


def test_levels() -> None:
    found = {(each["ruleId"], each["level"]) for each in run(reviews.blocked())["results"]}
    assert found == {
        ("danger-delete", "error"),
        ("danger-replace", "error"),
        ("limit-sites-per-change", "error"),
        ("require-spare-replicas", "warning"),
        ("require-disk-encryption", "note"),
        ("require-control-plane-logs", "warning"),
    }


def test_a_waived_result_is_suppressed_and_says_why() -> None:
    waived = [each for each in run(reviews.dangerous())["results"] if "suppressions" in each]
    assert [each["ruleId"] for each in waived] == ["require-control-plane-logs"]
    (suppression,) = waived[0]["suppressions"]
    assert suppression["kind"] == "external"  # 3.35.2
    assert suppression["status"] == "accepted"  # 3.35.3
    assert "2027-01-31" in suppression["justification"]


def test_location_is_the_stack_s_file_and_the_resource() -> None:
    first = run(reviews.dangerous())["results"][0]["locations"][0]
    assert first["physicalLocation"]["artifactLocation"]["uri"] == "Pulumi.prod.yaml"
    assert first["logicalLocations"][0]["name"] == "llm-prod-a-reserved"
    assert first["logicalLocations"][0]["fullyQualifiedName"].startswith("urn:pulumi:prod::")


def test_a_finding_is_known_again_and_not_taken_for_another() -> None:
    first, second = run(reviews.blocked())["results"], run(reviews.blocked())["results"]
    prints = [each["partialFingerprints"]["ruleAndResource/v1"] for each in first]
    assert prints == [each["partialFingerprints"]["ruleAndResource/v1"] for each in second]
    assert len(set(prints)) == len(prints)
