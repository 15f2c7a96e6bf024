"""What the plan says, written on what is declared, so that a policy can compare the two; pure."""

from collections.abc import Mapping
from typing import Final

from components.planning.fleet import Sizes

PLANNED_MINIMUM: Final = "inference-platform/planned-minimum"
"""Annotation of a Deployment and tag of a node group: the least replicas or nodes that the plan says."""

PLANNED_MAXIMUM: Final = "inference-platform/planned-maximum"
"""The same for what the plan needs at its peak."""


def marks(sizes: Sizes) -> Mapping[str, str]:
    """Return the annotations or tags that say planned sizes."""
    return {PLANNED_MINIMUM: str(sizes.minimum), PLANNED_MAXIMUM: str(sizes.maximum)}
