"""What scales the GPU nodes: node groups, and the policies of the Auto Scaling groups that EKS makes of them."""

from collections.abc import Iterator, Sequence

from rules._capacity import blanks, offers_gpus
from rules._resource import Resource
from rules._rule import Finding
from rules._stack import of_type, sources
from rules._types import NODE_GROUP


def gpu_groups(resources: Sequence[Resource]) -> list[Resource]:
    """Return the node groups with GPUs, and those of which that is not known."""
    return [each for each in of_type(resources, NODE_GROUP) if offers_gpus(each) or any(blanks(each))]


def unknown(resources: Sequence[Resource]) -> Iterator[Finding]:
    """Yield what is not known of that which tells whether a node group has GPUs."""
    for each in of_type(resources, NODE_GROUP):
        yield from blanks(each)


def scaled_by(scaler: Resource, groups: Sequence[Resource]) -> list[Resource]:
    """Return the node groups whose Auto Scaling group a policy or schedule is of."""
    return sources(scaler, "autoscalingGroupName", groups)
