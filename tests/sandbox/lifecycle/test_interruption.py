"""Signals while an engine runs, and the processes that a killed one leaves: the engine is a sleeping stand-in."""

import os
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from sandbox.lifecycle import leftovers
from sandbox.lifecycle.interruption import deferred
from sandbox.paths import HOME_VARIABLE, Paths
from sandbox.process import wait_until


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.of_checkout(tmp_path)


@contextmanager
def sleeper(program: Path, variables: dict[str, str]) -> Generator[subprocess.Popen[bytes]]:
    program.symlink_to("/bin/sleep")
    with subprocess.Popen([program, "60"], env=variables) as process:
        try:
            environ = Path(f"/proc/{process.pid}/environ")
            assert wait_until(lambda: HOME_VARIABLE in environ.read_text(), 10)  # the kernel fills it in a moment later
            yield process
        finally:
            process.kill()


def engines_variables(paths: Paths) -> dict[str, str]:
    return {HOME_VARIABLE: str(paths.home), "PULUMI_AUTOMATION_API": "true"}


def test_a_signal_waits_for_the_engine_and_takes_the_place_of_its_error(paths: Paths) -> None:
    told: list[str] = []

    def engine_run() -> None:
        with deferred(paths, lambda: told.append("ending")):
            for _ in range(2):
                os.kill(os.getpid(), signal.SIGINT)
            raise SandboxError("update canceled")

    with pytest.raises(KeyboardInterrupt):
        engine_run()
    assert told == ["ending"]


def test_without_a_signal_nothing_changes(paths: Paths) -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(SandboxError, match="refused"), deferred(paths, lambda: pytest.fail("no signal came")):
        raise SandboxError("refused")
    assert signal.getsignal(signal.SIGINT) is before


def test_a_term_signal_is_passed_on_to_the_engine(paths: Paths, tmp_path: Path) -> None:
    def engine_run(engine: subprocess.Popen[bytes]) -> None:
        with deferred(paths, lambda: None):
            os.kill(os.getpid(), signal.SIGTERM)
            engine.wait(10)

    with sleeper(tmp_path / "pulumi", engines_variables(paths)) as engine:
        with pytest.raises(KeyboardInterrupt):
            engine_run(engine)
        assert engine.returncode == -signal.SIGTERM


def test_what_an_engine_left_is_ended_and_nothing_else(paths: Paths, tmp_path: Path) -> None:
    other = Paths.of_checkout(tmp_path / "other")
    with (
        sleeper(tmp_path / "pulumi", engines_variables(paths)) as ours,
        sleeper(tmp_path / "plugin", engines_variables(paths)) as plugin,
        sleeper(tmp_path / "theirs", engines_variables(other)) as theirs,
        sleeper(tmp_path / "server", {HOME_VARIABLE: str(paths.home)}) as server,
    ):
        assert [process.pid for process in leftovers.find(paths)] == [ours.pid, plugin.pid]
        assert leftovers.remove(paths) == 2
        assert not leftovers.find(paths)
        assert (theirs.poll(), server.poll()) == (None, None)
