"""The managed add-ons of a cluster."""

from collections.abc import Iterator, Sequence

from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, failure, undecided
from rules._stack import of_type, users
from rules._types import ADDON


def lacking(cluster: Resource, wanted: Sequence[str], resources: Sequence[Resource]) -> Iterator[Finding]:
    """Yield what there is to say of a cluster that does not have all the add-ons `wanted`."""
    installed = users(cluster, "clusterName", of_type(resources, ADDON))
    names = [addon.get("addonName") for addon in installed]
    missing = [name for name in wanted if name not in names]
    if missing and UNKNOWN in names:
        yield undecided(installed[names.index(UNKNOWN)], "addonName")
    elif missing:
        yield failure(cluster, f"has no managed add-on {', '.join(missing)}")
