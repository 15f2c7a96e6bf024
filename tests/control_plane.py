"""One real control plane for the tests of a session, with STS and the authenticator beside it."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import boto3
import pytest
from moto.server import ThreadedMotoServer

from sandbox import toolchain
from sandbox.controlplane import ControlPlane
from sandbox.controlplane.authenticator import application
from sandbox.paths import Paths
from sandbox.progress import Progress

PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")
REGION, CLUSTER = "us-east-1", "test-a"


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is the base class's
        del format, args


@dataclass(frozen=True, slots=True)
class Cloud:
    """STS and the ledger's place."""

    paths: Paths
    sts: str

    def assume(self, role: str) -> dict[str, str]:
        """Environment of a session of a role."""
        client = cast("Any", boto3).client(
            "sts", REGION, endpoint_url=self.sts, aws_access_key_id="x", aws_secret_access_key="x"
        )
        arn = f"arn:aws:iam::123456789012:role/{role}"
        keys = client.assume_role(RoleArn=arn, RoleSessionName="test-session")["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
            "AWS_ENDPOINT_URL": self.sts,
        }


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    paths = Paths(tmp_path_factory.mktemp("sandbox"))
    toolchain.ensure(paths, Progress.standard(), PROGRAMS)
    moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    moto.start()
    yield Cloud(paths, "http://{}:{}".format(*moto.get_host_and_port()))
    moto.stop()


@pytest.fixture(scope="session")
def plane(cloud: Cloud) -> Iterator[ControlPlane]:
    server = WSGIServer(("127.0.0.1", 0), _Silent)
    server.set_app(application(cloud.paths, cloud.sts))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = {"moto": cloud.sts, "authenticator": f"http://127.0.0.1:{server.server_port}/authenticate"}
    cloud.paths.cloud.mkdir()
    (cloud.paths.cloud / "endpoint.json").write_text(json.dumps(endpoint))
    plane = ControlPlane.of(cloud.paths, REGION, CLUSTER)
    try:
        plane.start("10.100.0.0/16")
        yield plane
    finally:
        plane.destroy()
        server.shutdown()
        server.server_close()
