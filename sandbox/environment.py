"""The Python environment of the make targets: in the cache, shared by checkouts.

One per lock file and Python. Standard library only: it runs before any package is installed.
"""

import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from sandbox.errors import SandboxError
from sandbox.locking import exclusive
from sandbox.paths import cache_root
from sandbox.progress import Progress, Step

CHECKOUT = Path(__file__).resolve().parent.parent
LOCK = CHECKOUT / "requirements-dev.txt"
# Without kept bytecode each process compiles the SDKs anew: 10.3 s of a preview, measured, where 3.5 s do. Images that
# are built for containers often set this variable for all that runs in them.
_LEFT_OUT = frozenset({"PYTHONHOME", "PYTHONDONTWRITEBYTECODE"})
USAGE = "usage: python3 -m sandbox.bootstrap -- COMMAND [ARGUMENT ...]"


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment that holds exactly what the lock file names.

    Attributes:
        folder: where it lives. It can not be moved, so it is built in place and stamped when whole.
        lock: the lock file.
    """

    folder: Path
    lock: Path

    @classmethod
    def of(cls, lock: Path = LOCK) -> "Environment":
        """The environment of a lock file under the Python that runs this."""
        words = [platform.python_version(), platform.machine(), sys.base_prefix]
        digest = hashlib.sha256("\0".join(words).encode() + lock.read_bytes()).hexdigest()[:12]
        return cls(cache_root() / f"venv-{digest}", lock)

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def stamp(self) -> Path:
        """The file that says that the environment is whole."""
        return self.folder / ".complete"

    def is_complete(self) -> bool:
        """Whether it can be used as it is; its Python may have been uninstalled since."""
        return self.stamp.exists() and self.python.exists()

    def ensure(self, progress: Progress) -> None:
        """Make the environment when it is missing or was left half-made.

        Raises:
            SandboxError: no ensurepip, no network, no disk space, or a hash not in the lock.
        """
        if self.is_complete():
            return
        _require_ensurepip()
        waiting = "another checkout is preparing this Python environment: waiting for it"
        with exclusive(self.folder.with_suffix(".lock"), lambda: progress.say(waiting)):
            if not self.is_complete():
                self._make(progress)

    def variables(self) -> dict[str, str]:
        """The environment variables of a command that runs in it."""
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        kept = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
        return {**kept, "PATH": path, "VIRTUAL_ENV": str(self.folder)}

    def _make(self, progress: Progress) -> None:
        total = len(re.findall(r"^\S+==", self.lock.read_text(), re.MULTILINE))
        why = f"{total} pinned packages, about a minute; once per lock file"
        with progress.step("prepare the Python environment", why) as step:
            shutil.rmtree(self.folder, ignore_errors=True)
            _run([sys.executable, "-m", "venv", str(self.folder)], step, total)
            # Bytecode is kept of what is imported; compiling the SDKs whole would take minutes.
            install = [str(self.python), "-m", "pip", "install", "--no-input", "--no-compile"]
            _run([*install, "--require-hashes", "-r", str(self.lock)], step, total)
            self.stamp.touch()


def main(arguments: Sequence[str]) -> int:
    """Run a command in the environment, which takes the place of this process.

    Args:
        arguments: `--`, then the command as words.

    Returns:
        An exit status when the command could not be started.
    """
    command = list(arguments[1:])
    if not command or arguments[0] != "--":
        print(USAGE, file=sys.stderr)
        return 2
    environment = Environment.of()
    try:
        environment.ensure(Progress.standard())
        _become(command, environment.variables())
    except SandboxError as error:
        print(f"error: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("interrupted: the same command makes the Python environment anew", file=sys.stderr)
    return 1


def _become(command: list[str], variables: dict[str, str]) -> NoReturn:
    program = shutil.which(command[0], path=variables["PATH"])
    if program is None:
        raise SandboxError(f"no such command: {command[0]}; {USAGE}")
    os.chdir(CHECKOUT)
    os.execve(program, command, variables)  # noqa: S606 - the command is the caller's own


def _require_ensurepip() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        raise SandboxError(
            f"{sys.executable} has no ensurepip module, which a virtual environment needs; "
            "on Debian and Ubuntu install python3-venv, or name another: make PYTHON=python3.12 up"
        )


def _run(command: list[str], step: Step, total: int) -> None:
    lines: list[str] = []
    collected = 0
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace",
    ) as process:  # fmt: skip
        for line in process.stdout or ():
            lines.append(line.strip())
            collected += line.startswith("Collecting ")
            step.count(collected, total, "package")
    if process.returncode != 0:
        raise SandboxError(_explain(lines))


def _explain(lines: Sequence[str]) -> str:
    told = [line for line in lines if "error" in line.lower()] or list(lines) or ["no output"]
    return (
        f"the Python environment could not be made: {told[-1]}; check the network, the index "
        "in `pip config list` and the disk space, then run the same command again"
    )
