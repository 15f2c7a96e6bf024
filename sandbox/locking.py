"""One process at a time: in the shared cache, in a checkout's sandbox, at the start of a control plane."""

import fcntl
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(lock_file: Path, on_wait: Callable[[], object] = lambda: None) -> Generator[None]:
    """Hold a lock that the kernel lets go when this process ends, however it ends.

    Args:
        lock_file: made when missing, never removed: removing it would let two holders in.
        on_wait: called once, before waiting, when another process holds the lock; it may raise instead of waiting.
    """
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
