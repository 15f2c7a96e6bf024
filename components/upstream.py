"""What one stack tells another: the only outlet, and the only inlet."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

import pulumi

KEY: Final = "platform"
"""The name of the one output of a stack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOutputs:
    """What people and other stacks need of a site."""

    zone: str
    cluster: pulumi.Input[str]
    endpoint: pulumi.Input[str]
    kubeconfig: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionOutputs:
    """What people and other stacks need of a region; `tables` are route tables by a lasting name."""

    role: str
    region: str
    cidr: str
    vpc_id: pulumi.Input[str]
    endpoint_group: pulumi.Input[str]
    tables: Mapping[str, pulumi.Input[str]]
    sites: Mapping[str, SiteOutputs]

    def export(self) -> None:
        """Make this the stack's output."""
        sites = {name: _shallow(site) for name, site in self.sites.items()}
        pulumi.export(KEY, {**_shallow(self), "sites": sites})


def _shallow(record: RegionOutputs | SiteOutputs) -> dict[str, Any]:
    return {name: getattr(record, name) for name in _names(type(record))}


def _names(record: type[RegionOutputs | SiteOutputs]) -> list[str]:
    return [each.name for each in fields(record)]


async def read(stack: str) -> RegionOutputs:
    """Return what `stack` of this project exports; raises RunError when it is not up yet, or of another version."""
    full = f"{pulumi.get_organization()}/{pulumi.get_project()}/{stack}"
    reference = pulumi.StackReference(full)
    found: Any = (await reference.get_output_details(KEY)).value
    if not found:
        raise pulumi.RunError(
            f"upstream: stack {stack} has no output {KEY!r} yet; bring it up first: pulumi up -s {stack}"
        )
    if sorted(found) != sorted(_names(RegionOutputs)):
        raise pulumi.RunError(
            f"upstream: stack {stack} exports {sorted(found)}, this version reads {sorted(_names(RegionOutputs))};"
            f" bring it up with this version first: pulumi up -s {stack}"
        )
    return _region(found)


def _region(found: Mapping[str, Any]) -> RegionOutputs:
    values: dict[str, Any] = {
        **found,
        "sites": {name: SiteOutputs(**site) for name, site in found["sites"].items()},
    }
    return RegionOutputs(**values)
