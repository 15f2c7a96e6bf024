"""Controllers that are installed into a cluster, whose programs run beside its control plane: it has no containers."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sandbox.controlplane.pki import write_private


@dataclass(frozen=True, slots=True)
class Companion:
    """One such program.

    Attributes:
        name: of the process, its log and its file.
        command: words; the first is the program's path.
        ports: of 127.0.0.1 that it listens on.
        memory: soft limit of its Go heap (GOMEMLIMIT).
        environment: its own variables.
    """

    name: str
    command: tuple[str, ...]
    ports: tuple[int, ...]
    memory: str
    environment: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Companions:
    """Those of one cluster, a file each, since several plugins add and drop at the same time.

    Attributes:
        folder: of the files.
    """

    folder: Path

    def all(self) -> list[Companion]:
        """All of them, by name."""
        found = (json.loads(file.read_text()) for file in sorted(self.folder.glob("*.json")))
        return [Companion(**one | {"command": tuple(one["command"]), "ports": tuple(one["ports"])}) for one in found]

    def remember(self, companion: Companion) -> bool:
        """Keep one, in place of the one of its name; answers whether that was another, or none."""
        file = self.folder / f"{companion.name}.json"
        content = json.dumps(asdict(companion), indent=1)
        if file.exists() and file.read_text() == content:
            return False
        write_private(file, content.encode())
        return True

    def forget(self, name: str) -> None:
        """Keep it no longer."""
        (self.folder / f"{name}.json").unlink(missing_ok=True)
