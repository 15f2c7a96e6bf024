"""A gateway for each test; the program and its certificate are made once."""

import io
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import shared_rig
import table_rig
from gateway_rig import Gateway, settings
from model_server import Loop, ModelServer
from queue_rig import RedisServer
from redis import Redis
from table_rig import Member

from sandbox.controlplane.pki import Authority
from sandbox.paths import Paths
from sandbox.progress import Progress
from sandbox.toolchain.ensuring import ensure


@dataclass
class Bench:
    """Starts gateways and model servers, and ends them with the test."""

    program: Path
    tls: Path
    folder: Path
    loop: Loop
    stack: ExitStack
    gateways: int = 0

    def server(self, **how: Any) -> ModelServer:
        server = ModelServer(self.loop, **how)
        server.start()
        self.stack.callback(server.stop)
        return server

    def gateway(self, *servers: ModelServer, concurrency: int = 1000, backup: str = "", **changes: Any) -> Gateway:
        """Return a gateway with its files, not started."""
        self.gateways += 1
        folder = self.folder / f"gateway-{self.gateways}"
        gateway = Gateway(self.program, folder, self.tls, settings(**changes), concurrency, backup)
        gateway.render()
        gateway.peers(servers)
        return gateway

    def sharing(
        self, store: RedisServer, *servers: ModelServer, revision: str = "model@1",
        password: str = shared_rig.PASSWORD, concurrency: int = 1000, patience: int = 30, **changes: int,
    ) -> Gateway:  # fmt: skip
        """Return a gateway at work that shares answers; a model server may be silent for `patience`, s.

        Whatever else is given changes the settings of the shared cache.
        """
        pool = {**settings().pool.model_dump(), "read_timeout_seconds": patience}
        gateway = self.gateway(*servers, concurrency=concurrency, cache=shared_rig.cache(**changes), pool=pool)
        gateway.revision = revision
        gateway.render()
        gateway.shares(f"127.0.0.1:{store.port} localhost", password)
        return self.stack.enter_context(gateway)

    def start(self, *servers: ModelServer, **how: Any) -> Gateway:
        return self.stack.enter_context(self.gateway(*servers, **how))


@pytest.fixture(scope="session")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Path:
    paths = Paths.of_checkout(tmp_path_factory.mktemp("nginx"))
    return ensure(paths, Progress(io.StringIO(), live=False), ["nginx"]).bin / "nginx"


@pytest.fixture(scope="session")
def redis_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    paths = Paths.of_checkout(tmp_path_factory.mktemp("redis"))
    return ensure(paths, Progress(io.StringIO(), live=False), ["redis-server"]).bin / "redis-server"


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    authority = Authority(tmp_path_factory.mktemp("tls"), "gateway")
    authority.ensure()
    authority.issue("tls", common_name="localhost")
    return authority.folder


@pytest.fixture
def bench(nginx: Path, tls: Path, tmp_path: Path) -> Iterator[Bench]:
    with Loop() as loop, ExitStack() as stack:
        yield Bench(nginx, tls, tmp_path, loop, stack)


@pytest.fixture
def store(redis_program: Path, tls: Path, tmp_path: Path) -> Iterator[RedisServer]:
    made = shared_rig.store(redis_program, tls, tmp_path / "redis")
    made.start()
    yield made
    made.stop()


@pytest.fixture
def other_store(redis_program: Path, tls: Path, tmp_path: Path) -> Iterator[RedisServer]:
    """The cache of another region."""
    made = shared_rig.store(redis_program, tls, tmp_path / "other-redis")
    made.start()
    yield made
    made.stop()


@pytest.fixture
def table(redis_program: Path, tmp_path: Path) -> Iterator[Member]:
    """What regions share; one server stands for the members of all."""
    authority = Authority(tmp_path / "table-tls", "shared")
    authority.ensure()
    made = table_rig.member(redis_program, tmp_path / "table", authority)
    made.start()
    yield made
    made.admin.close()
    made.server.stop()


@pytest.fixture
def shown(store: RedisServer, tls: Path) -> Iterator[Redis]:
    with shared_rig.client(store, tls) as opened:
        yield opened
