"""The objects of a controller in its cluster: applied, waited for, removed."""

from collections.abc import Iterable, Sequence

from sandbox.controllers.manifests import DEFINITION, Identity, identity
from sandbox.controlplane.client import Object
from sandbox.errors import SandboxError
from sandbox.kubernetes.cluster import Cluster
from sandbox.kubernetes.kinds import Kind

WAIT_SECONDS = 120.0


def apply(cluster: Cluster, items: Sequence[Object], manager: str) -> None:
    """Apply objects by server-side apply; types of objects are waited for before the objects that follow.

    Args:
        cluster: to apply them to.
        items: the objects.
        manager: the field manager, which takes over what others set.

    Raises:
        ApiError: the API server refused one.
        SandboxError: a type of objects was not served in time.
    """
    definitions = [item for item in items if item["kind"] == DEFINITION]
    for item in definitions:
        cluster.apply(item, force=True, manager=manager)
    wait(cluster, definitions)
    for item in items:
        if item["kind"] != DEFINITION:
            cluster.apply(item, force=True, manager=manager)


def wait(cluster: Cluster, items: Iterable[Object], timeout: float = WAIT_SECONDS) -> None:
    """Wait until objects are ready, each for the given seconds.

    Raises:
        SandboxError: one is not, and why.
    """
    for item in items:
        api_version, kind, namespace, name = identity(item)
        live = cluster.find(Kind(api_version, kind), namespace, name)
        waited = cluster.wait(live or item, timeout)
        if waited.reasons:
            raise SandboxError("; ".join(waited.reasons))


def remove(cluster: Cluster, items: Sequence[Identity], timeout: float = WAIT_SECONDS) -> None:
    """Delete objects, last ones first, and wait until they are gone; what is gone already is no error."""
    for api_version, kind, namespace, name in reversed(items):
        cluster.delete(Kind(api_version, kind), namespace, name, timeout)
