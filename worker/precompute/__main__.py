"""`python -m worker.precompute`: one run of the job for the gateways of a site; settings are environment variables."""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Coroutine, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

from worker.errors import WorkerError
from worker.precompute.exchange import bring, share
from worker.precompute.gateway import Gateway, GatewayError, Outcome
from worker.precompute.prompts import Shown, frequent, plan
from worker.precompute.settings import Settings, from_environment
from worker.precompute.work import Work

Told: TypeAlias = Mapping[str, int | None]


def main(variables: Mapping[str, str]) -> int:
    """Run the job once and print what became of it, as a line of JSON.

    Returns:
        0, or 1 when no gateway told its prompts or a setting is wrong.
    """
    try:
        settings = from_environment(variables)
        gateways = _resolve(settings)
        shown = _lists(gateways, settings.top)
    except WorkerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    started = time.monotonic()
    told = {"gateways": len(shown), **_made(settings, gateways, shown)}
    print(json.dumps({**told, "seconds": round(time.monotonic() - started, 3)}))
    return 0


def _made(settings: Settings, gateways: Sequence[Gateway], shown: Mapping[str, Sequence[Shown]]) -> Told:
    """Have answers made and return what became of them; between what other regions have, and what they may have."""
    prompts, exchange = frequent(shown, settings.top), settings.exchange
    fills = plan(shown, prompts, settings.ahead_seconds)
    work = Work({each.address: each for each in gateways}, settings.in_flight, settings.deadline_seconds)
    told: dict[str, int | None] = {"requests": len(fills)}
    with _stopped_by_signal(work):
        if exchange:
            told["brought"] = _exchanged(bring(exchange))
        outcomes = work.run(fills)
        if exchange:
            told["shared"] = _exchanged(share(exchange, prompts))
    return {**told, **{each.value: outcomes[each] for each in Outcome}}


def _exchanged(work: Coroutine[Any, Any, int]) -> int | None:
    """Return how many answers went the way, None where it is not open: the job is of use without it."""
    try:
        return asyncio.run(work)
    except WorkerError as error:
        print(f"warning: {error}; this run goes on without other regions", file=sys.stderr)
        return None


@contextmanager
def _stopped_by_signal(work: Work) -> Generator[None]:
    """Let SIGTERM end the work: the first process of a container ignores what it has no handler for."""

    def stop(_number: int, _frame: object) -> None:
        work.stop()

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _resolve(settings: Settings) -> Sequence[Gateway]:
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise GatewayError(f"{settings.host} has no address ({error}); check that gateways run") from error
    addresses = sorted({str(each[4][0]) for each in found})
    return [Gateway(each, settings.port, settings.patience_seconds) for each in addresses]


def _lists(gateways: Sequence[Gateway], top: int) -> Mapping[str, Sequence[Shown]]:
    """Return the lists of those that answer: one that is just leaving is no reason to leave the others alone."""
    shown: dict[str, Sequence[Shown]] = {}
    problem: GatewayError | None = None
    for each in gateways:
        try:
            shown[each.address] = each.prompts(top)
        except GatewayError as error:
            print(f"warning: {error}", file=sys.stderr)
            problem = error
    if problem and not shown:
        raise problem
    return shown


if __name__ == "__main__":
    sys.exit(main(os.environ))
