import pytest
from rules._resource import UNKNOWN, Value
from rules._types import CAPACITY_RESERVATION

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-lasting-reservations"
END = "2027-01-01T00:00:00Z"
MUTATIONS = (
    changed(CAPACITY_RESERVATION, "llm-prod-a-reserved", ("endDateType",), "limited"),
    changed(CAPACITY_RESERVATION, "llm-dr-c-reserved", ("endDate",), END, "dr"),
)


def verdict(**props: Value) -> list[tuple[str, str]]:
    return said(NAME, resource(CAPACITY_RESERVATION, props))


def test_holds() -> None:
    assert verdict() == []
    assert verdict(endDateType="unlimited") == []


def test_fails_with_an_end() -> None:
    limited = [("fail", "endDateType is limited, must be unlimited")]
    assert verdict(endDateType="limited", endDate=END) == limited
    assert verdict(endDateType="limited", endDate=UNKNOWN) == limited
    assert verdict(endDate=END) == [("fail", f"ends at {END}, must have no end")]


@pytest.mark.parametrize("key", ["endDateType", "endDate"])
def test_undecided_while_unknown(key: str) -> None:
    assert verdict(**{key: UNKNOWN}) == [("unknown", f"{key} is not known before the update")]
