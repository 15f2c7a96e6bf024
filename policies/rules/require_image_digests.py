"""W7: what was tried is what runs."""

import re
from collections.abc import Iterator

from rules._pods import POD_SPECS, container_name, containers
from rules._resource import UNKNOWN, Resource, dig
from rules._rule import Finding, ResourceRule, Severity, failure, undecided

_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}\Z")


def _check(resource: Resource) -> Iterator[Finding]:
    for path, container in containers(resource):
        image = dig(container, "image")
        if image is UNKNOWN:
            yield undecided(resource, *path, "image")
        elif not _DIGEST.search(str(image)):
            yield failure(resource, f"image {image} of container {container_name(container)} has no digest")


RULE = ResourceRule(
    id="W7",
    name="require-image-digests",
    severity=Severity.HIGH,
    what="Containers name their image by digest.",
    why=(
        "A tag can be moved: the replica that the autoscaler adds tonight may run another server than those beside"
        " it, which nobody tried."
    ),
    source="https://kubernetes.io/docs/concepts/containers/images/#image-names",
    fix="Write the image as name:tag@sha256:<digest>; the registry shows the digest of a tag.",
    matches=POD_SPECS.__contains__,
    check=_check,
)
