import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto import settings
from moto.server import ThreadedMotoServer

from sandbox.aws import cloud, eks_cluster, eks_nodes
from sandbox.aws.provider import AwsProvider
from sandbox.controlplane import NodeGroupSpec
from sandbox.paths import Paths
from tests.sandbox.aws.estate import Estate


class FakePlane:
    """A control plane without processes; it remembers how many nodes each group was given."""

    nodes: dict[str, int]

    def __init__(self) -> None:
        self.nodes = {}
        self.running = False
        self.endpoint = "https://127.0.0.1:6443"
        self.ca_data = "Q0E="

    def of(self, *_: Any) -> "FakePlane":
        return self

    def start(self, service_cidr: str) -> None:
        assert service_cidr
        self.running = True

    def destroy(self) -> None:
        self.running = False

    def sync(self, group: NodeGroupSpec) -> None:
        self.nodes[group.name] = group.desired

    def drop(self, name: str) -> None:
        self.nodes.pop(name, None)

    def is_running(self) -> bool:
        return self.running


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def plane(monkeypatch: pytest.MonkeyPatch) -> FakePlane:
    fake = FakePlane()
    monkeypatch.setattr(eks_cluster, "ControlPlane", fake)
    monkeypatch.setattr(eks_nodes, "ControlPlane", fake)
    monkeypatch.setattr(eks_nodes, "sync_nodes", FakePlane.sync)
    monkeypatch.setattr(eks_nodes, "remove_nodes", FakePlane.drop)
    return fake


@pytest.fixture(autouse=True)
def quick_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Moto issues at once what it would issue after a minute."""
    monkeypatch.setattr(settings, "ACM_VALIDATION_WAIT", 0)


@pytest.fixture
def provider(moto: str, plane: FakePlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AwsProvider:
    del plane
    for name, value in {
        "AWS_ENDPOINT_URL": moto, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    cloud.reset_clients()
    made = AwsProvider(Paths.of_checkout(tmp_path))
    made.configure({"region": "us-east-1", "defaultTags": '{"tags":{"owner":"platform"}}'})
    return made


@pytest.fixture
def estate(moto: str, provider: AwsProvider) -> Estate:
    """An empty estate on an empty AWS."""
    urllib.request.urlopen(urllib.request.Request(f"{moto}/moto-api/reset", method="POST")).close()
    return Estate(provider)
