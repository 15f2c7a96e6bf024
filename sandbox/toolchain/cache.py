"""The cache of built tools: one folder per module and set of inputs, whole or not there."""

import json
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.toolchain.catalog import Module

MANIFEST = "manifest.json"
PARTIAL = ".partial-"


@dataclass(frozen=True, slots=True)
class Entry:
    """The place of one module's programs.

    Attributes:
        folder: holds the programs, the data folders and the manifest that proves them whole.
    """

    folder: Path

    @classmethod
    def of(cls, module: Module, root: Path) -> "Entry":
        """The entry of a module in the cache whose root is given."""
        return cls(root / "toolchain" / module.key())

    def is_whole(self) -> bool:
        """Whether every file is there at its full size; a cache may be half deleted or copied."""
        try:
            sizes = json.loads((self.folder / MANIFEST).read_text())
        except (OSError, ValueError):
            return False
        return bool(sizes) and sizes == _sizes(self.folder)

    @contextmanager
    def filling(self) -> Generator[Path]:
        """A folder to build into; it takes the entry's place in one step when the block succeeds.

        The caller holds the cache's lock, so what an interrupted build left can be removed.
        """
        partial = self.folder.with_name(f"{PARTIAL}{self.folder.name}")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        try:
            yield partial
            _put(partial / MANIFEST, json.dumps(_sizes(partial)))
            shutil.rmtree(self.folder, ignore_errors=True)
            partial.rename(self.folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def _sizes(folder: Path) -> dict[str, int]:
    """The bytes of every file but the manifest, by path inside the folder."""
    found = (Path(top, name) for top, _, names in os.walk(folder) for name in names)
    files = (path for path in found if path.name != MANIFEST)
    return {str(path.relative_to(folder)): path.stat().st_size for path in sorted(files)}


def _put(path: Path, text: str) -> None:
    with path.open("w") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
