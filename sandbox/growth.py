"""How a preview grows with the sites of a stack: the shipped settings with more of them, for `make bench`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from string import ascii_lowercase
from typing import Any, Final

from sandbox.errors import SandboxError
from sandbox.lifecycle.stacks import SETTINGS_KEY, Stack

SITES: Final = (3, 6, 12)
"""How many sites are previewed; each step doubles them."""

UNEVEN: Final = 0.02
"""By how much two sites may differ in resources: the database's group has an odd number of members, nine at most."""


def with_sites(stack: Stack, count: int) -> Stack:
    """A stack with so many sites like its first, each in a zone of its own."""
    settings = stack.settings
    first, taken = settings["sites"][0], {settings["network"]["witness_zone"], settings["database"]["standby_zone"]}
    zones = [zone for letter in ascii_lowercase if (zone := f"{stack.region}{letter}") not in taken]
    sites: list[dict[str, Any]] = [
        {**first, "name": name, "zone": zone} for name, zone in zip(ascii_lowercase[:count], zones, strict=False)
    ]
    key = f"{stack.project.name}:{SETTINGS_KEY}"
    return replace(stack, config={**stack.config, key: {**settings, "sites": sites}})


def growth(rounds: Sequence[Mapping[int, Mapping[str, float]]]) -> str:
    """What a site more costs a preview, between the sizes, from the lowest of interleaved rounds.

    Args:
        rounds: in each, by number of sites, the `seconds` of a preview and the `resources` that it would create.

    Raises:
        SandboxError: a site more is not always as many resources more.
    """
    low, middle, high = SITES
    counts = {sites: rounds[0][sites]["resources"] for sites in SITES}
    early, late = (counts[middle] - counts[low]) / (middle - low), (counts[high] - counts[middle]) / (high - middle)
    if abs(late - early) > UNEVEN * early:
        raise SandboxError(f"resources by number of sites are {counts}, which does not grow by as many for each")
    seconds = {sites: min(each[sites]["seconds"] for each in rounds) for sites in SITES}
    first = (seconds[middle] - seconds[low]) / (middle - low)
    then = (seconds[high] - seconds[middle]) / (high - middle)
    told = ", ".join(f"{sites} sites {counts[sites]:.0f} resources {seconds[sites]:.1f} s" for sites in SITES)
    return (
        f"preview as sites are added: {told}; a site more costs {first:.2f} s up to {middle} sites and {then:.2f} s"
        f" beyond, ratio {then / first:.2f} (lowest of {len(rounds)} interleaved rounds)"
    )
