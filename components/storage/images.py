"""The region's repository of the worker's image, which the workflow `image` fills."""

import json
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws.ecr import LifecyclePolicy, Repository

from components.base import Component

_KEPT: Final = 30
"""Images to go back to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerImagesArgs:
    """Whether the engine refuses to delete the repository."""

    protect: bool


class WorkerImages(Component):
    """A repository whose tags never move, and whose images are scanned when they come."""

    type_path = "storage:WorkerImages"

    def __init__(self, name: str, args: WorkerImagesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        repository = Repository(
            name,
            name=name,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": True},
            tags={"Name": name},
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        LifecyclePolicy(name, repository=repository.name, policy=_latest(), opts=self.child())
        self.publish()


def _latest() -> str:
    """Return the policy that lets the oldest images go.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
    """
    count = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": _KEPT}
    rule = {"rulePriority": 1, "description": "the latest", "selection": count, "action": {"type": "expire"}}
    return json.dumps({"rules": [rule]})
