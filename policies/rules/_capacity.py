"""What node groups show of GPUs: which have them, how many, in which site, and whether they are reserved."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from rules._resource import Resource, Value, is_known, strings
from rules._rule import Finding, undecided
from rules._stack import sources

DEFAULT_CAPACITY: Final = "ON_DEMAND"
"""What EKS takes where a group's capacityType is not set."""

_DATA: Final = Path(__file__).parents[2] / "data" / "gpus.json"
GPUS_PER_NODE: Final[Mapping[str, int]] = json.loads(_DATA.read_text())["gpus_per_instance"]
"""GPUs of an instance type, from the table that the program reads too; it names its source."""

# P and G are the accelerated families whose nodes offer nvidia.com/gpu:
# https://docs.aws.amazon.com/dlami/latest/devguide/gpu.html
_GPU_FAMILY = re.compile(r"[pg]\d")
_TARGET = (
    "capacityReservationSpecification",
    "capacityReservationTarget",
    "capacityReservationId",
)


def blanks(group: Resource, *more: tuple[str, ...]) -> Iterator[Finding]:
    """Yield what is unknown of that which tells whether a group has GPUs, in which site, and of the paths `more`."""
    for path in (("amiType",), ("instanceTypes",), ("tags", "site"), *more):
        if not is_known(group.get(*path)):
            yield undecided(group, *path)


def offers_gpus(group: Resource) -> bool:
    """Tell whether the nodes of a group have GPUs."""
    kinds = strings(group.get("instanceTypes"))
    return "NVIDIA" in str(group.get("amiType")) or any(map(_GPU_FAMILY.match, kinds))


def by_site(groups: Sequence[Resource]) -> Mapping[str, list[Resource]]:
    """Return node groups by the name of their site, or of their cluster where no tag has it."""
    sites: dict[str, list[Resource]] = defaultdict(list)
    for group in groups:
        sites[str(group.get("tags", "site") or group.get("clusterName"))].append(group)
    return sites


def least_size(group: Resource) -> int:
    """Return how few nodes a group may have."""
    size = group.get("scalingConfig", "minSize")
    return int(size) if isinstance(size, int | float) else 0


def reservation(group: Resource, templates: Sequence[Resource]) -> Value:
    """Return the id of the capacity reservation that the group's launch template targets."""
    found = [template.get(*_TARGET) for template in sources(group, "launchTemplate", templates)]
    return found[0] if found else None
