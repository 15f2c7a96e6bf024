"""Words and numbers as a reader may see them: nothing hidden in a name, nothing endless, no value of a secret."""

import json
from collections.abc import Sequence
from decimal import Decimal

from review.values import Mark, Value

_SHOWN = {"\n": "⏎", "\t": "⇥"}
MINUS = "\N{MINUS SIGN}"
_CONTEXT = 24
"""Characters kept of what two long values have in common, before the first difference."""


def visible(text: str) -> str:
    """The text with every character that a reader can not see, or that turns others around, written as its code point.

    Controls, line ends, bidirectional overrides, zero-width characters and lone surrogates are all not printable:
    https://docs.python.org/3/library/stdtypes.html#str.isprintable
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _SHOWN.get(char, f"⟨U+{ord(char):04X}⟩") for char in text)


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters of the text, and how many more there are."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit:,} more characters)"


def written(value: Value) -> str:
    """A value as JSON, marks in brackets without quotes so that no string can pass for one."""
    if isinstance(value, Mark):
        return f"({value.value})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(key, ensure_ascii=False)}: {written(value[key])}' for key in value)}}}"
    if isinstance(value, list):
        return f"[{', '.join(written(each) for each in value)}]"
    return json.dumps(value, ensure_ascii=False)


def pair(before: Value, after: Value, limit: int) -> tuple[str, str]:
    """Both values as text; of long ones only the part that differs, with a little of what stands before it."""
    if before is Mark.SECRET and after is Mark.SECRET:
        return "(secret)", "(secret, another value)"
    old, new = written(before), written(after)
    skipped = _common(old, new) - _CONTEXT if max(len(old), len(new)) > limit else 0
    if skipped > 0:
        old, new = f"…{old[skipped:]}", f"…{new[skipped:]}"
    return shorten(old, limit), shorten(new, limit)


def _common(old: str, new: str) -> int:
    for index, (left, right) in enumerate(zip(old, new, strict=False)):
        if left != right:
            return index
    return min(len(old), len(new))


def dollars(amount: Decimal) -> str:
    """A month's US dollars, cents only below ten dollars."""
    return f"${amount:,.2f}" if abs(amount) < 10 else f"${amount:,.0f}"  # noqa: PLR2004 said above


def difference(before: Decimal, after: Decimal) -> str:
    """How much more or less it is, with the share where there was something before."""
    delta = after - before
    if not delta:
        return "no change"
    sign = "+" if delta > 0 else MINUS
    share = f" ({sign}{abs(delta) / before * 100:,.1f} %)" if before else ""
    return f"{sign}{dollars(abs(delta))}{share}"


def counted(number: int, noun: str) -> str:
    """A number with its noun, e.g. `1 danger`, `2 policies`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun[:-1]}ies" if noun.endswith("y") else f"{number:,} {noun}s"


def logical_name(urn: str) -> str:
    """The name at the end of a URN: `urn:pulumi:STACK::PROJECT::TYPES::NAME`.

    https://www.pulumi.com/docs/iac/concepts/resources/names/#urns
    """
    return urn.split("::", 3)[-1]


def kind_and_name(urn: str) -> str:
    """What it is and its name, since a program may use a name once per type: `NodeGroup llm-prod-a-spot`."""
    types = urn.split("::", 3)[2:3]
    kind = types[0].split("$")[-1].split(":")[-1] if types else ""
    return f"{kind} {logical_name(urn)}".strip()


def some(items: Sequence[str], limit: int) -> str:
    """The first items, and how many more there are."""
    more = len(items) - limit
    return ", ".join(items[:limit]) + (f" and {more:,} more" if more > 0 else "")
