"""Real controllers beside a real control plane: metrics-server."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from control_plane import Cloud

from sandbox import toolchain
from sandbox.controllers import metrics_server
from sandbox.controlplane import ApiError, ControlPlane, NodeGroupSpec, sync_nodes
from sandbox.process import wait_until
from sandbox.progress import Progress

pytestmark = pytest.mark.controlplane
METRICS = "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods"
SECONDS = 90


def pod(name: str, cpu: str) -> dict[str, Any]:
    container = {"name": "model", "image": "model", "resources": {"requests": {"cpu": "1"}}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "annotations": {"kwok.x-k8s.io/usage-cpu": cpu}},
        "spec": {"tolerations": [{"operator": "Exists"}], "containers": [container]},
    }


@pytest.fixture
def measured(cloud: Cloud, plane: ControlPlane) -> Iterator[ControlPlane]:
    toolchain.ensure(cloud.paths, Progress.standard(), ["metrics-server"])
    metrics_server.install(plane)
    yield plane
    metrics_server.uninstall(plane)


def usage(plane: ControlPlane, name: str) -> str | None:
    try:
        found = plane.admin().find(f"{METRICS}/{name}")
    except ApiError:
        return None
    return found["containers"][0]["usage"]["cpu"] if found else None


def test_use_of_pods_is_what_their_annotations_say(measured: ControlPlane, group: Callable[..., NodeGroupSpec]) -> None:
    sync_nodes(measured, group("measured"))
    account = "/api/v1/namespaces/default/serviceaccounts/default"
    assert wait_until(lambda: measured.admin().find(account) is not None, SECONDS)
    measured.admin().request("POST", "/api/v1/namespaces/default/pods", pod("busy", "900m"))
    assert wait_until(lambda: usage(measured, "busy") is not None, SECONDS)
    assert wait_until(lambda: (usage(measured, "busy") or "").startswith(("9", "8")), SECONDS), usage(measured, "busy")
    measured.admin().request("DELETE", "/api/v1/namespaces/default/pods/busy")
