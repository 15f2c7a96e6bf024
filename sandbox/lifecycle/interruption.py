"""Ctrl-C while the engine runs: the engine hears it too, and is given the time to end in order."""

import os
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager

from sandbox.lifecycle import leftovers
from sandbox.paths import Paths


@contextmanager
def deferred(paths: Paths, told: Callable[[], None]) -> Generator[None]:
    """Hold back SIGINT and SIGTERM until the block has ended, then raise KeyboardInterrupt in place of any error.

    A terminal sends SIGINT to the engine as well, which then lets the steps under way finish and writes its state; a
    second one makes it stop at once. SIGTERM comes to us alone and is passed on.

    Args:
        paths: the sandbox whose engine runs.
        told: called when the first signal comes.
    """
    heard: list[int] = []

    def hear(number: int, _: object) -> None:
        if not heard:
            told()
        heard.append(number)
        if number == signal.SIGTERM:
            _pass_on(paths)

    before = {number: signal.signal(number, hear) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except Exception:
        if heard:
            raise KeyboardInterrupt from None
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if heard:
        raise KeyboardInterrupt


def _pass_on(paths: Paths) -> None:
    for process in leftovers.find(paths):
        if process.name == leftovers.ENGINE:
            os.kill(process.pid, signal.SIGTERM)
