"""G7: reserved GPUs stay reserved until somebody gives them back."""

from collections.abc import Iterator

from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._types import CAPACITY_RESERVATION

_UNLIMITED = "unlimited"
# EC2 takes a reservation without an end where none is given:
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateCapacityReservation.html
_ENDLESS = (None, _UNLIMITED)
_KEYS = ("endDateType", "endDate")


def _check(reservation: Resource) -> Iterator[Finding]:
    kind, end = reservation.get("endDateType"), reservation.get("endDate")
    if kind is not UNKNOWN and kind not in _ENDLESS:
        yield failure(reservation, f"endDateType is {kind}, must be {_UNLIMITED}")
    elif end is not None and end is not UNKNOWN:
        yield failure(reservation, f"ends at {end}, must have no end")
    else:
        yield from (undecided(reservation, key) for key in _KEYS if reservation.get(key) is UNKNOWN)


RULE = ResourceRule(
    id="G7",
    name="require-lasting-reservations",
    severity=Severity.HIGH,
    what="Capacity reservations have no end date.",
    why=(
        "On its last day a reservation gives its GPUs back without a change that anybody reviews, and nodes that stop"
        " after it may not start again."
    ),
    source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyCapacityReservation.html",
    fix="Set endDateType to unlimited or leave it out, and leave endDate out.",
    matches={CAPACITY_RESERVATION}.__contains__,
    check=_check,
)
