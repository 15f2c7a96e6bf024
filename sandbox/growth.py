"""How a preview grows with the sites of a stack: the shipped settings with more of them, for `make bench`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from string import ascii_lowercase
from typing import Any, Final

from sandbox.errors import SandboxError
from sandbox.lifecycle.stacks import SETTINGS_KEY, Stack

SITES: Final = (3, 6, 12)
"""How many sites are previewed; each step doubles them."""

MEMBERS: Final[Mapping[int, int]] = {3: 3, 6: 7, 12: 9}
"""Members of the database's group by number of sites: one in each, an odd number, nine at most."""

PER_MEMBER: Final = 2
"""Resources of a member: its instance, and the alarm on its storage."""


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
        SandboxError: a site more is not always as many resources more, the database's members aside.
    """
    low, middle, high = SITES
    counts = {sites: rounds[0][sites]["resources"] for sites in SITES}
    _require_even(counts)
    seconds = {sites: min(each[sites]["seconds"] for each in rounds) for sites in SITES}
    first = (seconds[middle] - seconds[low]) / (middle - low)
    then = (seconds[high] - seconds[middle]) / (high - middle)
    told = ", ".join(f"{sites} sites {counts[sites]:.0f} resources {seconds[sites]:.1f} s" for sites in SITES)
    return (
        f"preview as sites are added: {told}; a site more costs {first:.2f} s up to {middle} sites and {then:.2f} s"
        f" beyond, ratio {then / first:.2f} (lowest of {len(rounds)} interleaved rounds)"
    )


def _require_even(counts: Mapping[int, float]) -> None:
    low, middle, high = (counts[sites] - PER_MEMBER * MEMBERS[sites] for sites in SITES)
    early, late = (middle - low) / (SITES[1] - SITES[0]), (high - middle) / (SITES[2] - SITES[1])
    if early != late:
        raise SandboxError(
            f"resources by number of sites are {dict(counts)}: without the database's members a site more adds"
            f" {early:g} at first and {late:g} then, must be as many; mend what does not grow with the sites"
        )
