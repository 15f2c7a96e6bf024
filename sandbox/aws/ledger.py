"""Every resource that the sandbox's AWS holds: what moto keeps, what it loses, and what it has no API for.

A creation is noted before AWS is asked and struck out with the write of its row: what is still noted when no engine
runs was cut short, and AWS may hold what nobody knows of.
"""

import json
import secrets
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.paths import Paths

Held = Literal["moto", "recorded"]

SCHEMA = """
CREATE TABLE IF NOT EXISTS resources (
    region TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, urn TEXT NOT NULL,
    inputs TEXT NOT NULL, outputs TEXT NOT NULL, held TEXT NOT NULL, created REAL NOT NULL,
    PRIMARY KEY (region, type, id)
);
CREATE TABLE IF NOT EXISTS creations (
    operation TEXT PRIMARY KEY, region TEXT NOT NULL, type TEXT NOT NULL, urn TEXT NOT NULL, inputs TEXT NOT NULL
)
"""
COLUMNS = "region, type, id, urn, inputs, outputs, held, created"
WAIT_SECONDS = 30.0
"""How long one plugin waits for another one's write."""


@dataclass(frozen=True, slots=True)
class Row:
    """One resource that stands.

    Attributes:
        region: AWS region; of a global service the region of the provider that made it.
        held: `moto` where moto has the API, `recorded` where only this row remembers it.
        created: seconds since 1970.
    """

    region: str
    type: str
    id: str
    urn: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    held: Held
    created: float


@dataclass(frozen=True, slots=True)
class Creation:
    """A creation under way, or cut short.

    Attributes:
        operation: the mark that its requests to AWS carry.
    """

    operation: str
    region: str
    type: str
    urn: str
    inputs: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The table in SQLite, safe for several plugins and threads at once."""

    paths: Paths

    def begin(self, region: str, type_token: str, urn: str, inputs: dict[str, Any]) -> str:
        """Note that a creation begins; answers its operation."""
        operation = secrets.token_hex(8)
        with self._open() as database:
            values = (operation, region, type_token, urn, json.dumps(inputs))
            database.execute("INSERT INTO creations VALUES (?,?,?,?,?)", values)
        return operation

    def unfinished(self) -> list[Creation]:
        """All creations that are noted and not struck out, in the order in which they began."""
        with self._open() as database:
            found = database.execute("SELECT operation, region, type, urn, inputs FROM creations ORDER BY rowid")
            return [Creation(*values[:4], inputs=json.loads(values[4])) for values in found.fetchall()]

    def strike(self, operation: str) -> None:
        """Strike out a creation that needs no more care."""
        with self._open() as database:
            database.execute("DELETE FROM creations WHERE operation = ?", (operation,))

    def put(self, row: Row, operation: str = "") -> None:
        """Write or replace one row, and in the same breath strike out the creation that made it."""
        values = (row.region, row.type, row.id, row.urn, json.dumps(row.inputs), json.dumps(row.outputs))
        with self._open() as database:
            database.execute(
                f"REPLACE INTO resources ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?)",  # noqa: S608
                (*values, row.held, row.created),
            )
            database.execute("DELETE FROM creations WHERE operation = ?", (operation,))

    def get(self, region: str, type_token: str, identity: str) -> Row | None:
        """One row, or None."""
        found = self._select("WHERE region = ? AND type = ? AND id = ?", region, type_token, identity)
        return found[0] if found else None

    def find(self, type_token: str, region: str | None = None) -> list[Row]:
        """All rows of a type, oldest first."""
        if region is None:
            return self._select("WHERE type = ?", type_token)
        return self._select("WHERE type = ? AND region = ?", type_token, region)

    def all(self) -> list[Row]:
        """All rows, oldest first."""
        return self._select("")

    def remove(self, region: str, type_token: str, identity: str) -> None:
        """Forget one row; none to forget is no error."""
        with self._open() as database:
            database.execute(
                "DELETE FROM resources WHERE region = ? AND type = ? AND id = ?", (region, type_token, identity)
            )

    def summary(self) -> dict[str, int]:
        """How many rows are held by moto, and how many are only recorded."""
        with self._open() as database:
            return dict(database.execute("SELECT held, COUNT(*) FROM resources GROUP BY held").fetchall())

    def _select(self, where: str, *values: str) -> list[Row]:
        with self._open() as database:
            rows = database.execute(f"SELECT {COLUMNS} FROM resources {where} ORDER BY created", values)  # noqa: S608
            return [_row(values) for values in rows.fetchall()]

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        self.paths.ledger.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.paths.ledger, timeout=WAIT_SECONDS)) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.executescript(SCHEMA)
            with database:
                yield database


def _row(values: tuple[Any, ...]) -> Row:
    region, type_token, identity, urn, inputs, outputs, held, created = values
    return Row(region, type_token, identity, urn, json.loads(inputs), json.loads(outputs), held, created)
