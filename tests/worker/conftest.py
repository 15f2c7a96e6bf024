"""The Redis program, had once."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from queue_rig import Bench, bench

from sandbox.paths import Paths
from sandbox.progress import Progress
from sandbox.toolchain.ensuring import ensure


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    paths = Paths.of_checkout(tmp_path_factory.mktemp("redis"))
    return ensure(paths, Progress(io.StringIO(), live=False), ["redis-server"]).bin / "redis-server"


@pytest.fixture
def rig(redis_server: Path, tmp_path: Path) -> Iterator[Bench]:
    with bench(redis_server, tmp_path) as made:
        yield made
