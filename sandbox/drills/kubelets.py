"""The kubelet of a node ends, as when its machine is lost: no heartbeat any more, and nobody ends its pods."""

from collections.abc import Iterable
from typing import Final

from sandbox.controlplane.client import NOT_FOUND, ApiClient, ApiError

LEASES: Final = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
_NOBODY: Final = "nobody"
_DAY: Final = 24 * 3600


def stop(client: ApiClient, nodes: Iterable[str]) -> None:
    """Let the kubelets of nodes end.

    Kwok plays a kubelet only while it holds the node's lease (its pkg/kwok/controllers/node_lease_controller.go);
    from now on somebody else holds it who never renews it. The time of the last renewal, which the node controller
    goes by, is left as it is.
    """
    taken = {"spec": {"holderIdentity": _NOBODY, "leaseDurationSeconds": _DAY}}
    for node in nodes:
        client.request("PATCH", f"{LEASES}/{node}", taken, content_type="application/merge-patch+json")


def start(client: ApiClient, nodes: Iterable[str]) -> None:
    """Let them come back: kwok makes a lease that is missing, within its interval of 10 s."""
    for node in nodes:
        try:
            client.request("DELETE", f"{LEASES}/{node}")
        except ApiError as error:
            if error.status != NOT_FOUND:
                raise
