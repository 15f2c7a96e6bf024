"""What one stack tells another: the only outlet, and the only inlet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, TypeAlias

import pulumi

KEY: Final = "platform"
"""The name of a stack's output."""

_SECRETS: Final = {
    "origin_token": "origin_token",
    "password": "database_password",
    "monitor_password": "database_monitor_password",
}
"""Fields that are outputs beside it, by their names: one secret inside would hide all of the other from people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOutputs:
    """What people and other stacks need of a site; `balancer` is its load balancer's host name."""

    zone: str
    cluster: pulumi.Input[str]
    endpoint: pulumi.Input[str]
    kubeconfig: pulumi.Input[str]
    balancer: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryOutputs:
    """What people and regions need of the global entry.

    The parent domain delegates to `name_servers`. `origin_token` is the secret that the gateways ask for.
    """

    domain: str
    zone_id: pulumi.Input[str]
    name_servers: pulumi.Input[Sequence[str]]
    listener_arn: pulumi.Input[str]
    origin_token: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsOutputs:
    """What replicates a region's weights, and people who publish them, need of the bucket; `key` is an ARN."""

    bucket: pulumi.Input[str]
    arn: pulumi.Input[str]
    key: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseOutputs:
    """What a standby needs of the database.

    `source_arn` is the instance that it may copy; `password` is the master user's, which a copy shares, as it does the
    account `monitor`, which looks at instances.
    """

    source_arn: pulumi.Input[str]
    password: pulumi.Input[str]
    monitor: str
    monitor_password: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionOutputs:
    """What people and other stacks need of a region.

    `name` is the prefix of its names; `tables` are route tables by a lasting name; `entry` is the one that the region
    serves, its own or its upstream's; `shared` is the name of the multi-Region cluster that the region's table is a
    member of.
    """

    name: str
    role: str
    region: str
    cidr: str
    vpc_id: pulumi.Input[str]
    endpoint_group: pulumi.Input[str]
    tables: Mapping[str, pulumi.Input[str]]
    sites: Mapping[str, SiteOutputs]
    weights: WeightsOutputs
    entry: EntryOutputs
    shared: pulumi.Input[str]
    database: DatabaseOutputs

    def export(self) -> None:
        """Make this the stack's output, and each secret another."""
        parts = {
            name: _shallow(part)
            for name, part in (("weights", self.weights), ("entry", self.entry), ("database", self.database))
        }
        sites = {name: _shallow(site) for name, site in self.sites.items()}
        pulumi.export(KEY, {**_shallow(self), **parts, "sites": sites})
        pulumi.export(_SECRETS["origin_token"], pulumi.Output.secret(self.entry.origin_token))
        pulumi.export(_SECRETS["password"], pulumi.Output.secret(self.database.password))
        pulumi.export(_SECRETS["monitor_password"], pulumi.Output.secret(self.database.monitor_password))


_Record: TypeAlias = RegionOutputs | SiteOutputs | WeightsOutputs | EntryOutputs | DatabaseOutputs


def _shallow(record: _Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in _names(type(record))}


def _names(record: type[_Record]) -> list[str]:
    return [each.name for each in fields(record) if each.name not in _SECRETS]


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
    secrets = {field: pulumi.Output.secret(reference.require_output(output)) for field, output in _SECRETS.items()}
    return _region(found, secrets)


def _region(found: Mapping[str, Any], secrets: Mapping[str, pulumi.Output[str]]) -> RegionOutputs:
    values: dict[str, Any] = {
        **found,
        "sites": {name: SiteOutputs(**site) for name, site in found["sites"].items()},
        "weights": WeightsOutputs(**found["weights"]),
        "entry": EntryOutputs(**found["entry"], origin_token=secrets["origin_token"]),
        "database": DatabaseOutputs(
            **found["database"], password=secrets["password"], monitor_password=secrets["monitor_password"]
        ),
    }
    return RegionOutputs(**values)
