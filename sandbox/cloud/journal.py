"""A memory for moto: every request that changed something, replayed in order with the same random seeds.

moto draws its ids from one random generator. Seeding it with a number that is written beside the request makes a replay
give the ids that the first run gave, so that what the engine remembers of AWS stays true across a crash.
"""

import base64
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import parse_qs

from werkzeug.test import EnvironBuilder, run_wsgi_app

Environ: TypeAlias = dict[str, Any]
Application: TypeAlias = Callable[[Environ, Any], Iterable[bytes]]
Entry: TypeAlias = dict[str, Any]

READ_ONLY = ("Describe", "Get", "List", "Head", "Lookup", "Search")
SEED = 20_000
FAILED = 400


@dataclass(slots=True)
class Journal:
    """WSGI middleware between the listener and moto; it expects one request at a time.

    Attributes:
        application: moto.
        file: one JSON object per mutating request that succeeded.
        seed: seeds moto's random generator.
        next_seed: the seed of the next request that changes something.
    """

    application: Application
    file: Path
    seed: Callable[[int], None]
    next_seed: int = field(default=SEED)

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer one request; what changed something is written down before the client hears of it."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        if is_read_only(environ, body):
            return self.application(environ, start_response)
        entry = _entry(environ, body) | {"seed": self.next_seed}
        answer, status, headers = self._run(environ)
        if int(status.split()[0]) < FAILED:
            self._append(entry)
        start_response(status, headers.to_wsgi_list())
        return [answer]

    def replay(self) -> int:
        """Repeat what the journal holds; a last line that a crash tore is dropped.

        Returns:
            How many requests were repeated.
        """
        repeated = entries(self.file)
        for entry in repeated:
            self.next_seed = entry.get("seed", self.next_seed)
            self._run(_environ(entry))
            self.next_seed += 1
        return len(repeated)

    def _run(self, environ: Environ) -> tuple[bytes, str, Any]:
        self.seed(self.next_seed)
        chunks, status, headers = run_wsgi_app(self.application, environ, buffered=True)
        return b"".join(chunks), status, headers

    def _append(self, entry: Entry) -> None:
        with self.file.open("a") as journal:
            journal.write(json.dumps(entry) + "\n")
        self.next_seed += 1


def entries(file: Path) -> list[Entry]:
    """The requests of a journal; a last line that a crash tore is dropped."""
    if not file.exists():
        return []
    whole = file.read_bytes()
    kept = whole[: whole.rfind(b"\n") + 1]
    if kept != whole:
        file.write_bytes(kept)
    return [json.loads(line) for line in kept.splitlines()]


def keep(file: Path, wanted: Callable[[Entry], bool]) -> None:
    """Drop all other requests, at once or not at all; no server may write the journal meanwhile."""
    kept = "".join(json.dumps(entry) + "\n" for entry in entries(file) if wanted(entry))
    fresh = file.with_suffix(".new")
    fresh.write_text(kept)
    fresh.replace(file)


def is_read_only(environ: Environ, body: bytes) -> bool:
    """Whether a request surely changes nothing: told by its action, or by its method where it names none."""
    action = _action(environ, body)
    if action:
        return action.startswith(READ_ONLY)
    return environ["REQUEST_METHOD"] in {"GET", "HEAD"}


def _action(environ: Environ, body: bytes) -> str:
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return target.rsplit(".", 1)[-1]
    for text in (environ.get("QUERY_STRING", ""), body.decode("latin-1") if _is_form(environ) else ""):
        found = parse_qs(text).get("Action")
        if found:
            return found[0]
    return ""


def _is_form(environ: Environ) -> bool:
    return environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")


def _entry(environ: Environ, body: bytes) -> Entry:
    headers = {key[5:].replace("_", "-"): value for key, value in environ.items() if key.startswith("HTTP_")}
    return {
        "method": environ["REQUEST_METHOD"],
        "path": environ.get("RAW_URI") or environ["PATH_INFO"],
        "query": environ.get("QUERY_STRING", ""),
        "type": environ.get("CONTENT_TYPE", ""),
        "headers": headers,
        "body": base64.b64encode(body).decode(),
    }


def _environ(entry: Entry) -> Environ:
    builder = EnvironBuilder(
        path=entry["path"].split("?")[0],
        query_string=entry["query"],
        method=entry["method"],
        base_url=f"http://{entry['headers']['HOST']}/",
        headers=entry["headers"],
        content_type=entry["type"] or None,
        input_stream=io.BytesIO(base64.b64decode(entry["body"])),
    )
    environ = builder.get_environ()
    environ["CONTENT_LENGTH"] = str(len(base64.b64decode(entry["body"])))
    environ["RAW_URI"] = entry["path"]
    return environ
