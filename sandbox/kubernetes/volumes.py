"""The disks of stateful sets: no storage driver runs here, so each claim gets a volume that is bound to it beforehand.

What is pretended: a volume is a name, a size and a class. No disk stands behind it, it is tied to no zone, its class's
parameters (type, encryption, key) are read by nobody, and it stays when its claim goes.
"""

from collections.abc import Iterator

from sandbox.controlplane.client import ApiClient, Object
from sandbox.plugin.wire import Props, rows, section

FIELD_MANAGER = "sandbox-volumes"
STATEFUL_SET = "StatefulSet"
VOLUMES = "/api/v1/persistentvolumes"


def provide(client: ApiClient, live: Props) -> None:
    """Make the volumes that the replicas of a stateful set will claim; again is harmless, other kinds claim none.

    Raises:
        ApiError: the API server refused.
    """
    if live["kind"] != STATEFUL_SET:
        return
    for volume in _volumes(live):
        query = {"fieldManager": FIELD_MANAGER, "force": "true"}
        client.apply(f"{VOLUMES}/{volume['metadata']['name']}", volume, query)


def _volumes(live: Props) -> Iterator[Object]:
    first = int(section(live, "spec", "ordinals").get("start", 0))
    for template in rows(live, "spec", "volumeClaimTemplates"):
        for ordinal in range(first, first + int(live["spec"].get("replicas", 1))):
            claim = f"{template['metadata']['name']}-{live['metadata']['name']}-{ordinal}"
            yield _volume(live["metadata"]["namespace"], claim, template["spec"])


def _volume(namespace: str, claim: str, wanted: Props) -> Object:
    """A volume for one claim (https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reserving-a-persistentvolume)."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": f"{namespace}-{claim}"},
        "spec": {
            "capacity": {"storage": wanted["resources"]["requests"]["storage"]},
            "accessModes": wanted["accessModes"],
            "storageClassName": wanted.get("storageClassName", ""),
            "persistentVolumeReclaimPolicy": "Retain",
            "hostPath": {"path": f"/pretended/{namespace}/{claim}"},
            "claimRef": {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": namespace, "name": claim},
        },
    }
