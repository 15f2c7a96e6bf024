"""N2: every disk is encrypted."""

from collections.abc import Iterator, Mapping
from typing import Final

from rules._remedy import Edits, Remedy
from rules._resource import UNKNOWN, Resource, Value, dig, items
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._types import INSTANCE, LAUNCH_TEMPLATE, VOLUME

# Where each type says `encrypted`: the list of its disks, and the way to the flag from there.
_DISKS: Final[Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]] = {
    LAUNCH_TEMPLATE: (("blockDeviceMappings", ("ebs", "encrypted")),),
    INSTANCE: (("rootBlockDevice", ("encrypted",)), ("ebsBlockDevices", ("encrypted",))),
    VOLUME: (("", ("encrypted",)),),
}
# A root disk that nothing is said of is made as the machine image has it, mostly unencrypted.
_MUST_BE_SAID = frozenset({"blockDeviceMappings", "rootBlockDevice"})


def _check(resource: Resource) -> Iterator[Finding]:
    for key, flag in _DISKS[resource.type]:
        disks = _listed(resource, key)
        if not disks and key in _MUST_BE_SAID:
            yield failure(resource, f"{key} is not set, so its root disk is as the image has it")
        for disk in disks:
            yield from _check_disk(resource, disk, (key, *flag), dig(disk, *flag))


def _listed(resource: Resource, key: str) -> list[Value]:
    value = dict(resource.props) if not key else resource.get(key)
    return [value] if isinstance(value, dict) else items(value)


def _check_disk(resource: Resource, disk: Value, path: tuple[str, ...], encrypted: Value) -> Iterator[Finding]:
    where = tuple(key for key in path if key)
    if encrypted is UNKNOWN:
        yield undecided(resource, *where)
    elif encrypted not in (True, "true") and not _holds_no_data(disk):
        device = dig(disk, "deviceName")
        of = f" of {device}" if isinstance(device, str) else ""
        yield failure(resource, f"{'.'.join(where)}{of} is not true")


def _holds_no_data(disk: Value) -> bool:
    """Tell whether a mapping only hides a device of the image, or names an ephemeral one."""
    return bool(dig(disk, "noDevice") or dig(disk, "virtualName"))


def _edits(resource: Resource) -> Edits:
    if resource.type != LAUNCH_TEMPLATE:
        return {}  # encrypting a disk that exists replaces it, or its machine
    disks = enumerate(_listed(resource, "blockDeviceMappings"))
    return {
        ("blockDeviceMappings", place, "ebs", "encrypted"): "true" for place, disk in disks if not _holds_no_data(disk)
    }


RULE = ResourceRule(
    id="N2",
    name="require-disk-encryption",
    severity=Severity.HIGH,
    what="Disks of launch templates and instances, and volumes, are encrypted.",
    why="Model weights, caches and prompts in swap lie on node disks; a snapshot of one is a plain copy.",
    source="https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html",
    fix="Set `encrypted` to true and `kmsKeyId` to the site's key on every disk, the root disk too.",
    remedy=Remedy(
        what="Sets `encrypted` on the disks that a launch template lists; EBS then takes the account's own key.",
        edits=_edits,
    ),
    matches=_DISKS.__contains__,
    check=_check,
)
