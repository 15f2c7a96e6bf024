"""E14: an image is looked at when it comes, and its tag stays its own."""

from collections.abc import Iterator
from typing import Final

from rules._flags import is_true
from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._types import REPOSITORY

_scanned: Final = is_true("imageScanningConfiguration", "scanOnPush")


def _check(repository: Resource) -> Iterator[Finding]:
    yield from _scanned(repository)
    mutability = repository.get("imageTagMutability")
    if mutability is UNKNOWN:
        yield undecided(repository, "imageTagMutability")
    elif mutability != "IMMUTABLE":
        yield failure(repository, f"imageTagMutability is {mutability or 'MUTABLE'}, must be IMMUTABLE")


RULE = ResourceRule(
    id="E14",
    name="require-scanned-images",
    severity=Severity.MEDIUM,
    what="ECR scans each image that is pushed, and never moves a tag to another image.",
    why="A tag that moves runs another program at the next restart than the one that was reviewed and scanned.",
    source="https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html",
    fix="Set imageScanningConfiguration.scanOnPush to true and imageTagMutability to IMMUTABLE.",
    matches={REPOSITORY}.__contains__,
    check=_check,
)
