"""G8: a GPU node has room for the image and the weights."""

from collections.abc import Iterator, Sequence

from rules._resource import UNKNOWN, Resource, Value, dig, is_known, items
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._setting import WholeNumber
from rules._stack import of_type, sources
from rules._types import LAUNCH_TEMPLATE, NODE_GROUP

# 685 billion parameters of one byte, 638 GiB, and the server's image beside them: https://huggingface.co/deepseek-ai/DeepSeek-V3
_LEAST = WholeNumber(
    name="disk_gib",
    what="smallest root disk of a GPU node, which holds the weights and the image, GiB",
    default=750,
    minimum=50,
    maximum=16384,
)
_DISKS = ("blockDeviceMappings",)


def _check(resources: Sequence[Resource], *, disk_gib: int) -> Iterator[Finding]:
    templates = of_type(resources, LAUNCH_TEMPLATE)
    for group in of_type(resources, NODE_GROUP):
        kind = group.get("amiType")
        if kind is UNKNOWN:
            yield undecided(group, "amiType")
        elif "NVIDIA" in str(kind):
            for template in sources(group, "launchTemplate", templates):
                yield from _check_template(template, disk_gib)


def _check_template(template: Resource, least: int) -> Iterator[Finding]:
    disks = items(template.get(*_DISKS))
    sizes = [dig(disk, "ebs", "volumeSize") for disk in disks]
    largest = max((size for size in sizes if isinstance(size, int | float)), default=0)
    if largest >= least:
        return
    if not all(map(is_known, sizes)):
        yield undecided(template, *_DISKS)
    else:
        yield failure(template, f"largest disk has {_text(largest)}, must have at least {least} GiB")


def _text(size: float) -> Value:
    return f"{size:g} GiB" if size else "no size"


RULE = StackRule(
    id="G8",
    name="require-gpu-disk",
    severity=Severity.HIGH,
    what="Launch templates of GPU node groups have a disk that holds the weights and the image.",
    why=(
        "A node whose disk runs full while a replica loads evicts that replica, and the next one that starts there"
        " fills it again: the node takes GPUs and serves nothing."
    ),
    source="https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/",
    fix=f"Set volumeSize of the root disk in blockDeviceMappings to {_LEAST.default} or more.",
    settings=(_LEAST,),
    check=_check,
)
