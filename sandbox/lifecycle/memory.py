"""Resident memory of every process of a sandbox: servers, control planes, engine, plugins and the command itself."""

import re
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

KIB_PER_MIB = 1024
SAMPLE_SECONDS = 0.5


class Peak:
    """Watches the memory of one checkout's sandbox while it is entered.

    Attributes:
        peak: the most that was seen, MiB.
    """

    def __init__(self, checkout: Path) -> None:
        self.peak = 0.0
        self._checkout = checkout
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()

    def now(self) -> float:
        """Resident memory at this moment, MiB (proc(5), VmRSS): pages that processes share are counted for each."""
        return resident_mib(self._checkout)

    def _watch(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            self.peak = max(self.peak, self.now())


def resident_mib(checkout: Path) -> float:
    """Resident memory of every process that works in, or was given, a checkout's folder."""
    processes = (process for process in Path("/proc").iterdir() if process.name.isdigit())
    return sum(_resident_kib(process) for process in processes if _belongs(process, checkout)) / KIB_PER_MIB


def _belongs(process: Path, checkout: Path) -> bool:
    try:
        words = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        return f"{checkout}/".encode() in words or (process / "cwd").readlink().is_relative_to(checkout)
    except OSError:  # it has ended, or is another user's
        return False


def _resident_kib(process: Path) -> int:
    try:
        found = re.search(r"^VmRSS:\s+(\d+)", (process / "status").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found.group(1)) if found else 0
