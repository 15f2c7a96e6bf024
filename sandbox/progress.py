"""What a long command is doing, why it takes long and how far it is.

Standard library only: the bootstrap uses it before any package is installed.
"""

import os
import re
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import TextIO

TICK_SECONDS = 1.0
PLAIN_SECONDS = 15.0
"""A step that runs on says so this often where there is no terminal."""

LIVE_COLUMNS = 110
CLEAR_LINE = "\r\x1b[K"

_URL_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+@")


class Step:
    """One running step; its numbers may be set from any thread."""

    def __init__(self, name: str, now: float) -> None:
        self.name = name
        self.started = now
        self._state = ""

    def count(self, done: int, total: int, unit: str) -> None:
        """Say how far the step is, e.g. `package 812 of 1904`."""
        self._state = f"{unit} {min(done, total)} of {total}"

    def note(self, text: str) -> None:
        """Say what the step is doing where there is nothing to count."""
        self._state = text

    def line(self, now: float) -> str:
        """The step's state and its elapsed seconds."""
        return ", ".join(filter(None, [f"{self.name}: {self._state}".rstrip(": "), _seconds(self, now)]))


class Progress:
    """Prints steps; safe to use from several threads.

    Attributes:
        live: whether the last line is redrawn in place.
    """

    def __init__(self, stream: TextIO, *, live: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self.live = live
        self._stream = stream
        self._clock = clock
        self._lock = threading.RLock()
        self._running: list[Step] = []
        self._said = 0.0

    @classmethod
    def on(cls, stream: TextIO, environment: Mapping[str, str] = os.environ) -> "Progress":
        """Live on a terminal; plain lines in CI, in a pipe and on a dumb terminal."""
        plain = bool(environment.get("CI")) or environment.get("TERM", "dumb") == "dumb"
        return cls(stream, live=stream.isatty() and not plain)

    @classmethod
    def standard(cls) -> "Progress":
        """Progress on standard error, which leaves standard output to tables and results."""
        return cls.on(sys.stderr)

    def say(self, text: str) -> None:
        """Print one line that stays."""
        with self._lock:
            self._said = self._clock()
            self._write((CLEAR_LINE if self.live else "") + _redact(text) + "\n")
            self._draw()

    @contextmanager
    def step(self, name: str, why: str = "") -> Generator[Step]:
        """Announce a step, keep its elapsed time in view, and close it with how long it took.

        Args:
            name: what is done, e.g. `build kubernetes v1.36.1`.
            why: the reason for the wait, said once at the start.
        """
        step = Step(name, self._clock())
        self.say(f"{name} ({why}) ..." if why else f"{name} ...")
        ended = self._watch(step)
        outcome = "failed after"
        try:
            yield step
            outcome = "done in"
        finally:
            ended()
            self.say(f"{name}: {outcome} {_seconds(step, self._clock())}")

    def tick(self) -> None:
        """Show the running steps again: the live line, or the lines that are due."""
        with self._lock:
            self._draw()
            now = self._clock()
            if not self.live and now - self._said >= PLAIN_SECONDS:
                self._said = now
                self._write(f"  {_redact(self._lines())}\n")

    def _watch(self, step: Step) -> Callable[[], None]:
        stop = threading.Event()

        def ticking() -> None:
            while not stop.wait(TICK_SECONDS):
                self.tick()

        def end() -> None:
            stop.set()
            thread.join()
            with self._lock:
                self._running.remove(step)

        thread = threading.Thread(target=ticking, name=f"progress of {step.name}", daemon=True)
        with self._lock:
            self._running.append(step)
        thread.start()
        return end

    def _draw(self) -> None:
        if self.live and self._running:
            self._write(CLEAR_LINE + _redact(self._lines())[:LIVE_COLUMNS])

    def _lines(self) -> str:
        return " | ".join(step.line(self._clock()) for step in self._running)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _redact(text: str) -> str:
    """Proxies and indexes are named in what tools print, with their passwords."""
    return _URL_CREDENTIALS.sub("***@", text)


def _seconds(step: Step, now: float) -> str:
    seconds = round(now - step.started)
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min {seconds % 60:02} s"  # noqa: PLR2004 - two minutes
