"""Commands of one checkout take turns; two checkouts do not know of each other."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager

from sandbox.errors import SandboxError
from sandbox.paths import Paths


@contextmanager
def turn(paths: Paths) -> Generator[None]:
    """Hold the checkout's sandbox; the kernel lets go of it however this process ends.

    Raises:
        SandboxError: another command holds it.
    """
    paths.home.mkdir(parents=True, exist_ok=True)
    with (paths.home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SandboxError(
                f"another command works on {paths.home}; wait until it ends, or use a second checkout"
            ) from None
        yield
