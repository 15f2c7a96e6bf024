"""N9: keys are rotated, and one that is deleted by mistake can be had back for weeks."""

from collections.abc import Iterator

from rules._remedy import Edits, Remedy
from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._setting import WholeNumber
from rules._types import KEY

# KMS takes 7 to 30 days, and 30 where none is given:
# https://docs.aws.amazon.com/kms/latest/cryptographic-details/key-deletion.html
_DAYS = WholeNumber(
    name="deletion_days", what="fewest days that a deleted key can be had back", default=30, minimum=7, maximum=30
)
_KMS_DAYS = 30
# KMS rotates no others: https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
_SYMMETRIC = (None, "SYMMETRIC_DEFAULT")
_WINDOW = "deletionWindowInDays"


def _check(key: Resource, *, deletion_days: int) -> Iterator[Finding]:
    yield from _check_rotation(key)
    window = key.get(_WINDOW)
    if window is UNKNOWN:
        yield undecided(key, _WINDOW)
    elif _days(key) < deletion_days:
        yield failure(key, f"{_WINDOW} is {_days(key):g}, must be at least {deletion_days}")


def _check_rotation(key: Resource) -> Iterator[Finding]:
    spec, rotated = key.get("customerMasterKeySpec"), key.get("enableKeyRotation")
    if rotated is True or (spec is not UNKNOWN and spec not in _SYMMETRIC):
        return
    for path, value in (("customerMasterKeySpec", spec), ("enableKeyRotation", rotated)):
        if value is UNKNOWN:
            yield undecided(key, path)
            return
    yield failure(key, "enableKeyRotation is not true")


def _days(key: Resource) -> float:
    window = key.get(_WINDOW)
    return window if isinstance(window, int | float) else _KMS_DAYS


def _edits(key: Resource, *, deletion_days: int) -> Edits:
    rotation: Edits = {("enableKeyRotation",): True} if key.get("customerMasterKeySpec") in _SYMMETRIC else {}
    return {**rotation, (_WINDOW,): deletion_days} if _days(key) < deletion_days else rotation


RULE = ResourceRule(
    id="N9",
    name="require-key-rotation",
    severity=Severity.MEDIUM,
    what="Symmetric KMS keys are rotated, and every key waits long before it is gone after a deletion.",
    why=(
        "Disks, secrets and logs are lost with their key; the waiting time is all there is to notice, and rotation"
        " bounds what one leaked key decrypts."
    ),
    source="https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
    fix="Set enableKeyRotation to true, and deletionWindowInDays to 30 or leave it out.",
    settings=(_DAYS,),
    remedy=Remedy(
        what="Sets enableKeyRotation, and a shorter deletionWindowInDays to the fewest allowed.", edits=_edits
    ),
    matches={KEY}.__contains__,
    check=_check,
)
