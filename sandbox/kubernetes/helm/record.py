"""What a cluster remembers of a release, in a Secret of the place and type that Helm keeps its own in."""

import base64
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sandbox.controllers.manifests import Identity
from sandbox.kubernetes.cluster import Cluster
from sandbox.kubernetes.kinds import Kind
from sandbox.plugin.wire import Props

if TYPE_CHECKING:
    from sandbox.controlplane.client import Object

MANAGER = "helm"
SECRET = Kind("v1", "Secret")


@dataclass(frozen=True, slots=True)
class Record:
    """A release as it was last installed.

    Attributes:
        revision: how often it was.
        objects: that it made, and that go with it.
        kept: that it made, and that stay when it goes.
    """

    chart: str
    version: str
    values: Props
    revision: int
    objects: Sequence[Identity]
    kept: Sequence[Identity]

    @classmethod
    def find(cls, cluster: Cluster, namespace: str, name: str) -> "Record | None":
        """The record of a release; None where there is no such release."""
        secret = cluster.find(SECRET, namespace, _secret_name(name))
        if secret is None:
            return None
        kept = json.loads(base64.b64decode(secret["data"]["release"]))
        return cls(**kept | {key: [tuple(item) for item in kept[key]] for key in ("objects", "kept")})

    def write(self, cluster: Cluster, namespace: str, name: str) -> None:
        """Keep the record.

        Raises:
            ApiError: the API server refused.
        """
        secret: Object = {
            "apiVersion": SECRET.api_version, "kind": SECRET.kind, "type": "helm.sh/release.v1",
            "metadata": {
                "name": _secret_name(name), "namespace": namespace, "labels": {"owner": MANAGER, "name": name},
            },
            "data": {"release": base64.b64encode(json.dumps(asdict(self)).encode()).decode()},
        }  # fmt: skip
        cluster.apply(secret, force=True, manager=MANAGER)

    @staticmethod
    def remove(cluster: Cluster, namespace: str, name: str) -> None:
        """Forget the release."""
        cluster.delete(SECRET, namespace, _secret_name(name), None)


def _secret_name(release: str) -> str:
    return f"sh.helm.release.v1.{release}.v1"
