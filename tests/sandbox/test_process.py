import socket
import sys
from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from sandbox.process import Daemon, free_port, require_free_port, started_at, wait_until

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_a_daemon_is_known_by_pid_and_ended_by_it(tmp_path: Path) -> None:
    daemon = Daemon("sleeper", tmp_path)
    pid = daemon.start(SLEEPER)
    assert daemon.pid() == pid
    assert daemon.stop()
    assert started_at(pid) is None
    assert not daemon.stop()


def test_a_killed_daemon_is_seen_as_not_running(tmp_path: Path) -> None:
    daemon = Daemon("sleeper", tmp_path)
    daemon.start(SLEEPER)
    daemon.kill()
    assert daemon.pid() is None
    assert daemon.pid_file.exists()


def test_a_pid_that_was_used_again_is_not_ours(tmp_path: Path) -> None:
    daemon = Daemon("sleeper", tmp_path)
    pid = daemon.start(SLEEPER)
    remembered = daemon.pid_file.read_text()
    daemon.pid_file.write_text(remembered.replace(str(started_at(pid)), "1"))
    assert daemon.pid() is None
    daemon.pid_file.write_text(remembered)
    assert daemon.stop()


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SandboxError, match=f"port {port} of 127.0.0.1, on which moto serves, is taken"):
            require_free_port(port, "moto")


def test_a_machine_without_a_free_port_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr("sandbox.process.PORTS", range(port, port + 1))
        with pytest.raises(SandboxError, match=f"no port of 127.0.0.1 between {port} and {port} is free; end some"):
            free_port()


def test_a_free_port_can_be_bound() -> None:
    port = free_port()
    require_free_port(port, "moto")
    assert port > 0


def test_waiting_ends_when_the_time_is_up() -> None:
    assert not wait_until(lambda: False, 0.1)
    assert wait_until(lambda: True, 0.1)
