"""Commands of one checkout take turns; two checkouts do not know of each other."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import NoReturn

from sandbox.errors import SandboxError
from sandbox.locking import exclusive
from sandbox.paths import Paths


@contextmanager
def turn(paths: Paths) -> Generator[None]:
    """Hold the checkout's sandbox; the kernel lets go of it however this process ends.

    Raises:
        SandboxError: another command holds it.
    """

    def refuse() -> NoReturn:
        raise SandboxError(f"another command works on {paths.home}; wait until it ends, or use a second checkout")

    with exclusive(paths.home / "lock", refuse):
        yield
