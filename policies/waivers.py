"""Waivers: failures that somebody answers for until a date.

`waivers.yaml` lists them. One that has expired, that names no rule of the pack, or that is written wrong fails the
stack before its first resource; one that nothing needs any more fails it at the end. So the list is true today.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import fnmatchcase
from typing import Any, cast

from document import PackError, mapping
from rules._resource import Resource
from rules._rule import Rule

FILE = "waivers.yaml"
_KEYS = ("rule", "stack", "resource", "owner", "reason", "expires")
_LONGEST_DAYS = 366
"""Most days that a waiver may run: whoever still needs it looks at it once a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A failure that is accepted for a time.

    Attributes:
        rule: name of the rule.
        stack: name of the stack.
        resource: glob over URNs, or a type token and a logical name with a space between.
        owner: who answers for it.
        reason: why it is accepted.
        expires: last day on which it holds.
    """

    rule: str
    stack: str
    resource: str
    owner: str
    reason: str
    expires: date

    def covers(self, rule: Rule, resource: Resource) -> bool:
        """Tell whether it accepts that `resource` breaks `rule`."""
        if rule.name != self.rule:
            return False
        if self.resource.startswith("urn:"):
            return fnmatchcase(resource.urn, self.resource)
        return self.resource == f"{resource.type} {resource.name}"


def parse(document: object, rules: Iterable[Rule], today: date) -> tuple[Waiver, ...]:
    """Return the waivers of a file, of all stacks.

    Args:
        document: what the file holds.
        rules: the rules of the pack; a waiver names one by id or name.
        today: the day on which none may have expired.

    Raises:
        PackError: a waiver is written wrong, has expired, or is of a rule that the pack has not.
    """
    listed: object = mapping(FILE, document, ("waivers",)).get("waivers") or []
    if not isinstance(listed, list):
        raise PackError(f"{FILE}: waivers: got {listed!r}, must be a list of waivers")
    names = {key: rule.name for rule in rules for key in (rule.id, rule.name)}
    entries = enumerate(cast("list[object]", listed), start=1)
    return tuple(_waiver(f"{FILE}: waiver {number}", entry, names, today) for number, entry in entries)


def _waiver(where: str, entry: object, names: dict[str, str], today: date) -> Waiver:
    values: dict[str, Any] = {**mapping(where, entry, _KEYS)}
    _require_texts(where, values)
    if values["rule"] not in names:
        raise PackError(f"{where}: rule {values['rule']} is not in the pack; see `make policies`, or remove the waiver")
    _check_resource(where, values["resource"])
    _check_date(f"{where} ({values['rule']} on {values['resource']})", values, today)
    values["rule"] = names[values["rule"]]
    return Waiver(**values)


def _require_texts(where: str, values: dict[str, Any]) -> None:
    for key in _KEYS[:-1]:
        value = values.get(key)
        if not isinstance(value, str) or not value.strip():
            raise PackError(f"{where}: {key}: got {value!r}, must be a text; add it")
        values[key] = " ".join(value.split())


def _check_resource(where: str, resource: str) -> None:
    if not resource.startswith("urn:pulumi:") and len(resource.split()) != 2:  # noqa: PLR2004 - a type and a name
        raise PackError(
            f"{where}: resource: got {resource!r}, must be a glob over URNs, `urn:pulumi:...`,"
            " or a type and a name, `aws:kms/key:Key llm-prod-a`"
        )


def _check_date(where: str, values: dict[str, Any], today: date) -> None:
    expires: object = values.get("expires")
    if not isinstance(expires, date) or isinstance(expires, datetime):
        raise PackError(f"{where}: expires: got {expires!r}, must be a date such as {today}")
    if expires < today:
        raise PackError(
            f"{where} expired on {expires}, today is {today};"
            f" correct the resource and remove the waiver, or agree on a later date with {values['owner']}"
        )
    if (expires - today).days > _LONGEST_DAYS:
        raise PackError(f"{where}: expires: got {expires}, must be at most {_LONGEST_DAYS} days after {today}")


def find(waivers: Sequence[Waiver], rule: Rule, resource: Resource) -> Waiver | None:
    """Return the first waiver that covers `resource` for `rule`."""
    return next((waiver for waiver in waivers if waiver.covers(rule, resource)), None)
