"""Programs that the machine has already."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ENGINE_MINIMUM = (3, 259, 0)
"""The engine that the locked SDK was released with; a later one of its major serves it."""

GO_MINIMUM = (1, 26, 0)
"""The `go` line of the pinned modules: an older compiler refuses them."""

_VERSION = re.compile(r"(?:v|go)?(\d+)\.(\d+)(?:\.(\d+))?")
ANSWER_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Found:
    """A program on PATH.

    Attributes:
        path: where it is.
        version: major, minor, patch; None when it did not say.
    """

    path: Path
    version: tuple[int, int, int] | None

    @property
    def text(self) -> str:
        """Its version as people write it."""
        return ".".join(map(str, self.version)) if self.version else "of unknown version"


def engine(ours: Sequence[Path]) -> Found | None:
    """The `pulumi` of PATH, leaving out what we linked or built ourselves."""
    return _find("pulumi", ["version"], ours)


def go() -> Found | None:
    """The `go` of PATH."""
    return _find("go", ["env", "GOVERSION"], [])


def fits_engine(found: Found) -> bool:
    """Whether this engine can serve the locked SDK."""
    version = found.version
    return version is not None and version[0] == ENGINE_MINIMUM[0] and version >= ENGINE_MINIMUM


def fits_go(found: Found) -> bool:
    """Whether this compiler takes the pinned modules."""
    return found.version is not None and found.version >= GO_MINIMUM


def parse_version(text: str) -> tuple[int, int, int] | None:
    """The first version in a line such as `v3.259.0` or `go1.26.6`."""
    match = _VERSION.search(text)
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else None


def _find(name: str, arguments: Sequence[str], ours: Sequence[Path]) -> Found | None:
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    others = [folder for folder in folders if not _inside(Path(folder), ours)]
    path = shutil.which(name, path=os.pathsep.join(others))
    if path is None or _inside(Path(path), ours):
        return None
    return Found(Path(path), _ask([path, *arguments]))


def _inside(path: Path, folders: Sequence[Path]) -> bool:
    return any(path.resolve().is_relative_to(folder.resolve()) for folder in folders)


def _ask(command: list[str]) -> tuple[int, int, int] | None:
    quiet = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true", "GOTOOLCHAIN": "local"}
    try:
        answer = subprocess.run(
            command, env=quiet, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=ANSWER_SECONDS, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return parse_version(answer.stdout)
