"""Prometheus's own tool, had once."""

import io
from pathlib import Path

import pytest

from sandbox.paths import Paths
from sandbox.progress import Progress
from sandbox.toolchain.ensuring import ensure


@pytest.fixture(scope="session")
def promtool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    paths = Paths.of_checkout(tmp_path_factory.mktemp("prometheus"))
    launcher = ensure(paths, Progress(io.StringIO(), live=False), ["prometheus"]).bin / "prometheus"
    # It comes with the server, in the same package.
    return launcher.resolve().parent / "root" / "usr" / "bin" / "promtool"
