"""One gateway's port for this job: its frequent prompts, and answers made on demand."""

import http.client
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from enum import StrEnum

from worker.errors import WorkerError
from worker.precompute.prompts import Fill, Shown, parse

_OK, _UNAVAILABLE = 200, 503
_SHORTEST_WAIT = 1.0
_ERRORS = (OSError, http.client.HTTPException)


class GatewayError(WorkerError):
    """A gateway gave no list; the message says which and why."""


class Outcome(StrEnum):
    """What became of a request."""

    FILLED = "filled"
    """A model server answered, and the gateway keeps it."""
    FOUND = "found"
    """An answer was in the region's cache, and the gateway keeps it: another gateway's, or another region's."""
    KEPT = "kept"
    """The gateway had an answer."""
    SHED = "shed"
    """The site has no room for it now."""
    FAILED = "failed"
    SKIPPED = "skipped"
    """It was not made: time or room ran out."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a gateway said.

    Attributes:
        outcome: what became of the request.
        wait: before another may be made, s.
    """

    outcome: Outcome
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway of the site.

    Attributes:
        address: its pod's.
        port: its port for this job.
        patience: longest wait for an answer, s.
    """

    address: str
    port: int
    patience: float

    def prompts(self, top: int) -> Sequence[Shown]:
        """Return its most frequent prompts.

        Raises:
            GatewayError: it does not answer, or with something else.
        """
        try:
            with closing(self._connection()) as opened:
                opened.request("GET", f"/prompts?top={top}")
                got = opened.getresponse()
                body = got.read()
            if got.status != _OK:
                raise GatewayError(f"gateway {self.address} answered {got.status} to /prompts, must be {_OK}")
            return [parse(line) for line in body.splitlines()]
        except (*_ERRORS, ValueError) as error:
            raise GatewayError(f"gateway {self.address} gives no list of prompts: {error}") from error

    def fill(self, fill: Fill) -> Answer:
        """Have one answer made."""
        prompt = fill.prompt
        headers = {"Host": prompt.host, "Content-Type": "application/json", "x-tenant": prompt.tenant}
        if fill.refresh:
            headers["x-refresh"] = "1"
        try:
            with closing(self._connection()) as opened:
                opened.request("POST", prompt.path, prompt.body, headers)
                got = opened.getresponse()
                got.read()
        except _ERRORS:
            return Answer(Outcome.FAILED)
        if got.status == _UNAVAILABLE:
            return Answer(Outcome.SHED, _seconds(got.headers.get("Retry-After", "")))
        if got.status != _OK:
            return Answer(Outcome.FAILED)
        return Answer(_source(got.headers))

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.address, self.port, timeout=self.patience)


def _source(headers: Message) -> Outcome:
    """Return where an answer came from: what the gateway's own cache has may have been in the region's before."""
    if headers.get("x-cache") == "HIT":
        return Outcome.KEPT
    return Outcome.FOUND if headers.get("x-shared-cache") == "HIT" else Outcome.FILLED


def _seconds(text: str) -> float:
    return max(_SHORTEST_WAIT, float(text)) if text.isdecimal() else _SHORTEST_WAIT
