"""Facts from two values: the same quantity before and after a change."""

from review.assessment import Fact, Level


def plain(subject: str, quantity: str, was: object, now: object, unit: str = "") -> Fact:
    """Return a fact that worries nobody, None standing for nothing there."""
    return Fact(subject=subject, quantity=quantity, unit=unit, before=_text(was), after=_text(now))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def lowered(
    subject: str, quantity: str, was: int | None, now: int | None, unit: str = "", note: str = "less room for load"
) -> Fact:
    """Return a fact that needs care where the number fell."""
    fell = was is not None and now is not None and now < was
    return Fact(
        subject=subject,
        quantity=quantity,
        unit=unit,
        before=_text(was),
        after=_text(now),
        level=Level.CARE if fell else Level.SAFE,
        note=note if fell else "",
    )
