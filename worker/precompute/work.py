"""Making the requests: never more at the same time than the job's share, none after its time or where room is short."""

import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat

from worker.precompute.gateway import Gateway, Outcome
from worker.precompute.prompts import Fill

_TRIES = 3
"""Refusals of one request after which the whole job gives way: the site has no room, and will ask again next time."""


@dataclass(slots=True)
class Work:
    """One run of the job.

    Attributes:
        gateways: by address.
        in_flight: requests at the same time, over all gateways.
        seconds: for how long requests are begun, s.
    """

    gateways: Mapping[str, Gateway]
    in_flight: int
    seconds: float
    _stopped: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        """Begin no further request."""
        self._stopped.set()

    def run(self, fills: Sequence[Fill]) -> Counter[Outcome]:
        """Make the requests in their order and return what became of them."""
        end = time.monotonic() + self.seconds
        with ThreadPoolExecutor(self.in_flight) as threads:
            return Counter(threads.map(self._ask, fills, repeat(end)))

    def _ask(self, fill: Fill, end: float) -> Outcome:
        for _ in range(_TRIES):
            if self._stopped.is_set() or time.monotonic() >= end:
                return Outcome.SKIPPED
            answer = self.gateways[fill.gateway].fill(fill)
            if answer.outcome is not Outcome.SHED:
                return answer.outcome
            self._stopped.wait(answer.wait)
        self.stop()
        return Outcome.SHED
