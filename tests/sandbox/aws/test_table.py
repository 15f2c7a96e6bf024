"""Every type of the table through its whole life, in one estate as the program builds it."""

from sandbox.aws.table import TABLE
from tests.sandbox.aws.cases import CASES
from tests.sandbox.aws.estate import Estate


def test_every_type_has_a_case() -> None:
    peering = {token for token in TABLE if "eering" in token}
    assert {case.type for case in CASES} | peering == set(TABLE)


def test_every_type_lives_its_whole_life(estate: Estate) -> None:
    for case in CASES:
        estate.create(case)
    estate.require_no_drift()
    for case in CASES:
        if case.change:
            estate.update(case, case.change)
    estate.require_no_drift()
    for case in reversed(CASES):
        estate.delete(case)
    assert estate.provider.cloud.ledger.all() == []
