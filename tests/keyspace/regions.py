"""Two regions of a table with last-writer-wins registers, as pure data: what a write is, when it arrives, who wins.

Strings are registers by key, sorted sets by member, as the service says of them. A deletion of what is there is a write;
of what is not there it is nothing, so a write that is still on its way comes after it.
https://docs.aws.amazon.com/memorydb/latest/devguide/multi-region.html#multi-region.conflict
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Cell: TypeAlias = tuple[str, str]
"""A key, and of a sorted set the member."""

Stamp: TypeAlias = tuple[int, int, str]
"""When a write was made, which of that moment it was, and in which region: no two are the same."""


@dataclass(frozen=True)
class Write:
    cell: Cell
    stamp: Stamp
    value: bytes | int | None


@dataclass
class Region:
    """One member. `outbox` are the writes that others have not heard of."""

    name: str
    clock: Callable[[], int]
    cells: dict[Cell, tuple[Stamp, bytes | int | None]] = field(default_factory=dict)
    outbox: list[Write] = field(default_factory=list)
    made: int = 0

    async def execute_command(self, *words: Any) -> Any:
        command, *rest = words
        return getattr(self, f"_{command.lower()}")(*rest)

    def alive(self) -> dict[Cell, bytes | int]:
        return {cell: value for cell, (_, value) in self.cells.items() if value is not None}

    def hear(self, write: Write) -> None:
        known = self.cells.get(write.cell)
        if known is None or write.stamp > known[0]:
            self.cells[write.cell] = (write.stamp, write.value)

    def _write(self, cell: Cell, value: bytes | int | None) -> None:
        self.made += 1
        write = Write(cell, (self.clock(), self.made, self.name), value)
        # What a region has seen, its own writes come after, whatever its clock says.
        seen = self.cells.get(cell)
        if seen and seen[0] >= write.stamp:
            write = Write(cell, (seen[0][0], seen[0][1] + 1, self.name), value)
        self.hear(write)
        self.outbox.append(write)

    def _get(self, name: str) -> bytes | None:
        found = self.alive().get((name, ""))
        return found if isinstance(found, bytes) else None

    def _set(self, name: str, value: bytes) -> None:
        self._write((name, ""), value)

    def _del(self, name: str) -> None:
        if (name, "") in self.alive():
            self._write((name, ""), None)

    def _zadd(self, name: str, score: int, member: str) -> None:
        self._write((name, member), score)

    def _zrem(self, name: str, *members: str) -> None:
        for member in members:
            if (name, member) in self.alive():
                self._write((name, member), None)

    def _zrange(self, name: str, start: int, stop: int) -> list[str]:
        found = sorted((value, cell[1]) for cell, value in self.alive().items() if cell[0] == name and cell[1])
        return [member for _, member in found][start : stop + 1]

    def _zcard(self, name: str) -> int:
        return len(self._zrange(name, 0, len(self.cells)))
