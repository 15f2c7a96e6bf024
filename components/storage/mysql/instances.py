"""One RDS instance, as each of ours is: encrypted, backed up, and never changed or deleted by itself."""

from dataclasses import dataclass
from typing import TypedDict

import pulumi
from pulumi_aws.rds import Instance

from components.base import site_tags
from components.database import USER, Database
from components.durability import TAG
from components.ports import MYSQL_PORT
from components.storage.mysql import windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What all instances of a region stand on.

    Attributes:
        settings: of the database.
        parameters: name of the parameter group.
        key: ARN of the key of storage.
        security_group: id.
        protect: whether the engine refuses to delete them.
    """

    settings: Database
    parameters: pulumi.Input[str]
    key: pulumi.Input[str]
    security_group: pulumi.Input[str]
    protect: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one stands, and which one it is.

    Attributes:
        site: a site's letter, the witness, or `regional`.
        number: of its windows, from 0.
        subnets: name of its subnet group.
        zone: its zone; None where a standby in another zone of its subnet group may take over.
        plan: of AWS Backup, which it is in; "" where another member of its group is, for all have the same data.
    """

    site: str
    number: int
    subnets: pulumi.Input[str]
    zone: str | None
    plan: str = ""


def original(
    name: str, ground: Ground, place: Place, password: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> Instance:
    """Return an instance with data of its own."""
    return Instance(
        name,
        **_placed(name, ground, place),
        **_kept(name, ground, place),
        allocated_storage=ground.settings.storage_gib,
        username=USER,
        password=password,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(protect=ground.protect)),
    )


def promoted(
    name: str, ground: Ground, place: Place, password: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> Instance:
    """Return what became of a copy.

    That a source is taken away is what promotes it: https://www.pulumi.com/registry/packages/aws/api-docs/rds/instance/
    It has the users and the storage of its source, so those here are only for one that is made anew, and is empty.
    """
    given = pulumi.ResourceOptions(ignore_changes=["allocatedStorage", "username", "password"])
    return original(name, ground, place, password, pulumi.ResourceOptions.merge(opts, given))


def copy(name: str, ground: Ground, place: Place, source: pulumi.Input[str], opts: pulumi.ResourceOptions) -> Instance:
    """Return a copy of the instance whose ARN is `source`, users and all."""
    return Instance(
        name,
        **_placed(name, ground, place),
        **_kept(name, ground, place, copied=True),
        replicate_source_db=source,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(protect=ground.protect)),
    )


class _Placed(TypedDict):
    """Where it is, and what may reach it."""

    identifier: str
    engine: str
    engine_version: str
    instance_class: str
    storage_type: str
    max_allocated_storage: int
    port: int
    parameter_group_name: pulumi.Input[str]
    db_subnet_group_name: pulumi.Input[str]
    vpc_security_group_ids: list[pulumi.Input[str]]
    publicly_accessible: bool
    availability_zone: str | None
    multi_az: bool
    tags: dict[str, pulumi.Input[str]]


def _placed(name: str, ground: Ground, place: Place) -> _Placed:
    return {
        "identifier": name,
        "engine": "mysql",
        "engine_version": ground.settings.engine_version,
        "instance_class": ground.settings.instance_class,
        "storage_type": "gp3",
        "max_allocated_storage": ground.settings.storage_maximum_gib,
        "port": MYSQL_PORT,
        "parameter_group_name": ground.parameters,
        "db_subnet_group_name": place.subnets,
        "vpc_security_group_ids": [ground.security_group],
        "publicly_accessible": False,
        # RDS takes no zone for an instance with a standby:
        # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
        "availability_zone": place.zone,
        "multi_az": place.zone is None,
        "tags": {**site_tags(name, place.site), **({TAG: place.plan} if place.plan else {})},
    }


class _Kept(TypedDict):
    """What keeps the data from others, and from being lost."""

    storage_encrypted: bool
    kms_key_id: pulumi.Input[str]
    backup_retention_period: int
    backup_window: str
    copy_tags_to_snapshot: bool
    delete_automated_backups: bool
    maintenance_window: str
    auto_minor_version_upgrade: bool
    apply_immediately: bool
    deletion_protection: bool
    skip_final_snapshot: bool
    final_snapshot_identifier: str


def _kept(name: str, ground: Ground, place: Place, *, copied: bool = False) -> _Kept:
    return {
        "storage_encrypted": True,
        "kms_key_id": ground.key,
        "backup_retention_period": ground.settings.backup_days,
        "backup_window": windows.backup(place.number),
        "copy_tags_to_snapshot": True,
        # Backups outlive an instance that is deleted by mistake, for as long as they are kept.
        "delete_automated_backups": False,
        "maintenance_window": windows.maintenance(place.number),
        # Members take no writes while their versions differ, so somebody must be there.
        "auto_minor_version_upgrade": False,
        # What would restart an instance waits for its own maintenance window.
        "apply_immediately": False,
        "deletion_protection": ground.settings.deletion_protection,
        # A copy leaves none, and RDS deletes none that should:
        # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBInstance.html
        "skip_final_snapshot": copied,
        "final_snapshot_identifier": f"{name}-final",
    }
