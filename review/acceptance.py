"""The deliberate way through for a blocked change: somebody answers for this very change, for a time."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from review.errors import ReviewError

FILE: Final = Path(__file__).with_name("accepted.yaml")
_Text = Annotated[str, Field(min_length=1, pattern=r"\S")]


class AcceptanceError(ReviewError):
    """An acceptance is wrong or out of date; the message is one line for people."""


class Acceptance(BaseModel):
    """Who answers for a blocked change."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    fingerprint: _Text = Field(description="of one stack's change, as its review prints it")
    owner: _Text = Field(description="person or team")
    reason: _Text = Field(description="why it must be done this way")
    expires: date = Field(description="last day on which it holds")


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    accepted: list[Acceptance]


def read(path: Path = FILE) -> tuple[Acceptance, ...]:
    """Return the acceptances of a file; raises AcceptanceError for a file of another shape."""
    try:
        return tuple(_File.model_validate(yaml.safe_load(path.read_text())).accepted)
    except ValidationError as error:
        found = error.errors()[0]
        where = ".".join(map(str, found["loc"])) or "the file"
        raise AcceptanceError(
            f"{path.name}: {where}: {found['msg']} (got {found['input']!r:.60}); correct it"
        ) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise AcceptanceError(f"{path.name}: {str(error).splitlines()[0]}; correct the file") from error


def of_change(fingerprints: Iterable[str], accepted: Iterable[Acceptance], today: date) -> tuple[Acceptance, ...]:
    """Return the acceptances of a change, one per stack that changes; none unless all of its stacks are accepted.

    Args:
        fingerprints: of the plan of each stack that changes.
        accepted: what somebody answers for; entries of other changes are left alone.
        today: the last day on which an acceptance may expire.

    Raises:
        AcceptanceError: an acceptance of this change has expired.
    """
    by_fingerprint = {each.fingerprint: each for each in accepted}
    found = [by_fingerprint.get(each) for each in fingerprints]
    for each in found:
        if each and each.expires < today:
            raise AcceptanceError(
                f"accepted.yaml: the acceptance of {each.fingerprint} by {each.owner} expired on {each.expires};"
                " remove it, or have its owner renew it"
            )
    return tuple(each for each in found if each) if all(found) else ()
