"""Long-running processes of the sandbox: started detached, known by pid and start time, ended by pid."""

import contextlib
import json
import os
import random
import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import SandboxError

POLL_SECONDS = 0.05
STOP_SECONDS = 10.0
GIVE_BACK_SECONDS = 2.0
"""The kernel closes a killed process's sockets when its last thread has ended, a moment after its pid is gone."""

PORTS = range(20_000, 32_768)


@dataclass(frozen=True, slots=True)
class Daemon:
    """One detached process, remembered in `<folder>/<name>.pid.json`, with its log beside it.

    A pid alone is no identity, since the kernel uses it again: the start time of the process is kept with it.

    Attributes:
        name: what the process is called in messages and file names.
        folder: where its pid file and log live.
    """

    name: str
    folder: Path

    @property
    def log(self) -> Path:
        """The file that takes the process's standard output and error."""
        return self.folder / f"{self.name}.log"

    @property
    def pid_file(self) -> Path:
        """The file that remembers the pid and start time."""
        return self.folder / f"{self.name}.pid.json"

    def start(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> int:
        """Start the process in a session of its own, so that a Ctrl-C at the terminal does not reach it.

        Returns:
            Its pid.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        pid = os.posix_spawnp(
            command[0],
            list(command),
            dict(os.environ if environment is None else environment),
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(self.log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )
        self._remember(pid)
        return pid

    def pid(self) -> int | None:
        """The pid of the process that we started, or None when it is not running any more."""
        try:
            known = json.loads(self.pid_file.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return known["pid"] if started_at(known["pid"]) == known["started"] else None

    def stop(self) -> bool:
        """End the process: SIGTERM, then SIGKILL after ten seconds.

        Returns:
            Whether it was running.
        """
        pid = self.pid()
        if pid is not None:
            end(pid)
        self.pid_file.unlink(missing_ok=True)
        return pid is not None

    def kill(self) -> None:
        """End the process at once, as a crash would, and leave its pid file behind."""
        pid = self.pid()
        if pid is not None:
            _signal(pid, signal.SIGKILL)
            wait_until(lambda: self.pid() is None, STOP_SECONDS)

    def tail(self, lines: int = 5) -> str:
        """The last lines of its log, for an error message."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except FileNotFoundError:
            return ""

    def _remember(self, pid: int) -> None:
        partial = self.pid_file.with_suffix(".partial")
        partial.write_text(json.dumps({"pid": pid, "started": started_at(pid)}))
        partial.replace(self.pid_file)


def started_at(pid: int) -> str | None:
    """The start time of a process in clock ticks since boot (proc(5), field 22), or None when it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    if fields[0] == "Z":
        _reap(pid)
        return None
    return fields[19]


def end(pid: int, patience: float = STOP_SECONDS) -> None:
    """End a process: SIGTERM, then SIGKILL when it still runs after `patience` seconds."""
    started = started_at(pid)
    if started is None:
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        _signal(pid, number)
        if wait_until(lambda: started_at(pid) != started, patience):
            return


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Poll until the condition holds; False when the time ran out."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on now.

    It is taken from below the range that the kernel hands to outgoing connections (ip(7), ip_local_port_range,
    from 32768 by default), so that none of those takes it while the server that keeps the port is down.

    Raises:
        SandboxError: every port of the range is taken.
    """
    candidates = random.sample(PORTS, len(PORTS))
    for port in candidates:
        if _is_free(port):
            return port
    raise SandboxError(f"no port of 127.0.0.1 between {PORTS.start} and {PORTS.stop - 1} is free; end some listeners")


def require_free_port(port: int, purpose: str) -> None:
    """Refuse a port that something else took while we were down; one that is just being given back is waited for.

    Raises:
        SandboxError: the port is taken.
    """
    if not wait_until(lambda: _is_free(port), GIVE_BACK_SECONDS):
        raise SandboxError(
            f"port {port} of 127.0.0.1, on which {purpose} serves, is taken by another process; "
            "stop that process and run `make up` again, or start afresh with `make down`"
        )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
