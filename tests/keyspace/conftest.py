"""A member of the shared table for each test; the program and its certificate are made once."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import table_rig
from table_rig import Member

from sandbox.controlplane.pki import Authority
from sandbox.paths import Paths
from sandbox.progress import Progress
from sandbox.toolchain.ensuring import ensure


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    paths = Paths.of_checkout(tmp_path_factory.mktemp("redis"))
    return ensure(paths, Progress(io.StringIO(), live=False), ["redis-server"]).bin / "redis-server"


@pytest.fixture(scope="module")
def running(redis_server: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Member]:
    folder = tmp_path_factory.mktemp("member")
    authority = Authority(folder / "tls", "shared")
    authority.ensure()
    made = table_rig.member(redis_server, folder, authority)
    made.start()
    yield made
    made.admin.close()
    made.server.stop()


@pytest.fixture
def member(running: Member) -> Member:
    """The member, empty."""
    for name in running.asked("KEYS", "*"):
        running.asked("DEL", name)
    return running
