"""The region's repositories of the images of our own programs, which the workflow `image` fills."""

import json
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws.ecr import LifecyclePolicy, Repository

from components.base import Component

_KEPT: Final = 30
"""Images to go back to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagesArgs:
    """Whose registry it is in, and which of its images pods run.

    Attributes:
        account: the AWS account.
        region: AWS region.
        digest: of the image.
        protect: whether the engine refuses to delete the repository.
    """

    account: str
    region: str
    digest: str
    protect: bool


class Images(Component):
    """A repository whose tags never move, and whose images are scanned when they come.

    Attributes:
        image: what pods run; known before the repository stands, so that a preview can judge the pods.
    """

    def __init__(self, name: str, args: ImagesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.image = f"{args.account}.dkr.ecr.{args.region}.amazonaws.com/{name}@{args.digest}"
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


class WorkerImages(Images):
    """Of the queue's workers."""

    type_path = "storage:WorkerImages"


class DatabaseImages(Images):
    """Of what forms the database's group and watches it."""

    type_path = "storage:DatabaseImages"


def _latest() -> str:
    """Return the policy that lets the oldest images go.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
    """
    count = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": _KEPT}
    rule = {"rulePriority": 1, "description": "the latest", "selection": count, "action": {"type": "expire"}}
    return json.dumps({"rules": [rule]})
