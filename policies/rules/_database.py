"""Instances of MySQL: which are copies, and which are members of which group, by their parameter groups."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rules._resource import Resource, Value, dig, is_known, items
from rules._rule import Finding, undecided
from rules._stack import of_type, users
from rules._types import DATABASE, DATABASE_PARAMETERS

ENABLED: Final = "rds.group_replication_enabled"
GROUP: Final = "group_replication_group_name"


def is_copy(database: Resource) -> bool:
    """Tell whether an instance follows another, also one that is not known yet."""
    return bool(database.get("replicateSourceDb"))


def parameters(group: Resource) -> Mapping[str, tuple[Value, Value]]:
    """Return value and apply method of each parameter, by its name; RDS takes `immediate` where none is given."""
    found = items(group.get("parameters"))
    return {str(dig(it, "name")): (dig(it, "value"), dig(it, "applyMethod") or "immediate") for it in found}


def of_groups(resources: Sequence[Resource]) -> list[Resource]:
    """Return the parameter groups that make a member of whatever takes them."""
    listed = of_type(resources, DATABASE_PARAMETERS)
    return [each for each in listed if str(parameters(each).get(ENABLED, ("",))[0]) == "1"]


def unknown(resources: Sequence[Resource]) -> Iterator[Finding]:
    """Yield the parameter groups of which a preview cannot tell what they make of an instance."""
    listed = of_type(resources, DATABASE_PARAMETERS)
    yield from (undecided(each, "parameters") for each in listed if not is_known(each.get("parameters")))


def members(resources: Sequence[Resource]) -> Mapping[str, list[Resource]]:
    """Return the members of each group, by its name."""
    found: dict[str, list[Resource]] = defaultdict(list)
    for each in of_groups(resources):
        own = users(each, "parameterGroupName", of_type(resources, DATABASE))
        found[str(parameters(each).get(GROUP, ("",))[0])] += own
    return found
