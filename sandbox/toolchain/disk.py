"""Room for a build, asked for before it starts."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.toolchain.catalog import Module

GIB = 1024**3
HOME_GIB = 1.0
"""Room for one sandbox: state, ledger, logs and the etcd data of three control planes."""

_OTHER_CACHE = "free some, or name another place for the cache in XDG_CACHE_HOME"


def require_room(cache: Path, home: Path, modules: Sequence[Module]) -> None:
    """Refuse to start what would run out of disk space halfway.

    Raises:
        SandboxError: too little is free.
    """
    _require(home, HOME_GIB, "the sandbox's state", "free some there")
    if modules:
        names = ", ".join(module.title for module in modules)
        _require(cache, sum(module.disk_gib for module in modules), f"the build of {names}", _OTHER_CACHE)


def _require(folder: Path, gib: float, purpose: str, remedy: str) -> None:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free / GIB
    if free < gib:
        raise SandboxError(
            f"no disk space for {purpose}: {folder} has {free:.1f} GiB free of the {gib:.1f} GiB needed; {remedy}"
        )
