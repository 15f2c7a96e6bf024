"""Child processes of a build: read line by line, ended together when one fails."""

import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sandbox.toolchain.failures import explain


class Children:
    """Starts the commands of one build and can end all that still run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._ended = False

    def run(
        self,
        purpose: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        on_line: Callable[[str], None],
        folder: Path,
    ) -> list[str]:
        """Run a command to its end.

        Args:
            purpose: what it does, for the error message, e.g. `build etcd v3.6.5`.
            command: words.
            environment: all its environment variables.
            on_line: called with each line of output, as it comes.
            folder: where it runs.

        Returns:
            Its lines of output, standard error among them.

        Raises:
            SandboxError: it failed, or could not be started.
        """
        lines: list[str] = []
        with self._start(command, environment, folder) as process:
            for line in process.stdout or ():
                lines.append(line.rstrip())
                on_line(lines[-1])
        with self._lock:
            self._running.discard(process)
        if process.returncode != 0:
            raise explain(purpose, lines)
        return lines

    def end(self) -> None:
        """End what runs, and let nothing start any more."""
        with self._lock:
            self._ended = True
            for process in self._running:
                process.terminate()

    def _start(self, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> subprocess.Popen[str]:
        with self._lock:
            if self._ended:
                raise KeyboardInterrupt
            process = subprocess.Popen(
                list(command), env=dict(environment), cwd=folder, text=True, errors="replace",
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
            self._running.add(process)
        return process
