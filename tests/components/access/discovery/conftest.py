"""Consul's three servers of one site on loopback, set up by the bootstrap script against a real API server."""

import random
from collections.abc import Iterator
from pathlib import Path

import consul_pods
import pytest
from consul_site import Cluster, Site, apply
from control_plane import Cloud, cloud, plane

from components.access.discovery import config
from sandbox import toolchain
from sandbox.controlplane import ControlPlane
from sandbox.progress import Progress

__all__ = ["cloud", "plane"]

# Of the checks, in seconds: the shipped ones would make the tests wait for minutes.
INTERVAL, TIMEOUT = 2, 1


@pytest.fixture(scope="session")
def programs(cloud: Cloud) -> Path:
    toolchain.ensure(cloud.paths, Progress.standard(), ("consul", "consul-template"))
    return cloud.paths.bin


@pytest.fixture(scope="session")
def cluster(plane: ControlPlane, programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    made = consul_pods.render(consul_pods.values(interval_seconds=INTERVAL, timeout_seconds=TIMEOUT))
    restricted = {"pod-security.kubernetes.io/enforce": "restricted"}
    metadata = {"name": "business", "labels": restricted}
    apply(plane.admin(), {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    priority = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "access"}}
    apply(plane.admin(), {**priority, "value": 1})
    for item in consul_pods.manifests(made):
        if item["kind"] != "Deployment":
            apply(plane.admin(), item)
    return Cluster(plane, made, tmp_path_factory.mktemp("consul"), programs)


@pytest.fixture(scope="session")
def secrets(cluster: Cluster) -> str:
    """The log of the first phase."""
    return cluster.run("secrets", "first")


@pytest.fixture(scope="session")
def site(cluster: Cluster, secrets: str) -> Iterator[Site]:
    assert secrets
    found = Site(cluster, f"127.{random.randint(10, 250)}.{random.randint(0, 255)}")
    resolved = [f'resolve = "consul.business.svc:8501:{found.address(1)}"']
    (cluster.root / ".curlrc").write_text("\n".join(resolved))
    found.servers += [found.start_server(number) for number in range(config.SERVERS)]
    try:
        yield found
    finally:
        found.stop()


@pytest.fixture(scope="session")
def admitted(site: Site) -> str:
    """The log of the second phase."""
    return site.cluster.run("acl", "second")
