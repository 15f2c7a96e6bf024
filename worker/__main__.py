"""`python -m worker COMMAND`: run a worker, submit requests, read answers, look after dead letters."""

import argparse
import asyncio
import json
import logging
import os
import sys
from collections.abc import Sequence

from worker import commands, service, settings
from worker.connection import AWAY, FULL
from worker.errors import WorkerError
from worker.report import JsonLines


def main(arguments: Sequence[str]) -> int:
    """Run one command.

    Returns:
        0, or 1 for an error that was told.
    """
    asked = _parser().parse_args(arguments)
    try:
        _run(asked, settings.from_environment(os.environ))
    except WorkerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _run(asked: argparse.Namespace, found: settings.Settings) -> None:
    try:
        if asked.command == "run":
            _log_as_json()
            asyncio.run(service.run(found))
        else:
            asyncio.run(_print(asked, found))
    except FULL:
        raise WorkerError(
            "the store of the queue is full: it takes no job rather than lose one, and keeps those that it took."
            " Give it more memory (asynchronous.store.node_type), then submit the same ids again"
        ) from None
    except AWAY as error:
        where = f"{found.redis.host}:{found.redis.port}"
        raise WorkerError(f"Redis at {where} does not answer ({error}); check REDIS_HOST, TLS and password") from None


async def _print(asked: argparse.Namespace, found: settings.Settings) -> None:
    async for line in commands.COMMANDS[asked.command](asked, found):
        print(json.dumps(line))


def _log_as_json() -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m worker", description=__doc__)
    known = parser.add_subparsers(dest="command", required=True)
    known.add_parser("run", help="work on jobs until SIGTERM")
    submit = known.add_parser("submit", help="put in the requests of an OpenAI batch file")
    submit.add_argument("file", help="one JSON object a line: custom_id, url, body; - for standard input")
    answers = known.add_parser("answers", help="print answers as lines of an OpenAI batch output file")
    answers.add_argument("ids", nargs="+", metavar="ID")
    known.add_parser("status", help="jobs by state, and the age of the one that has waited longest")
    failed = known.add_parser("failed", help="list dead letters, the latest first, with each attempt's reason")
    failed.add_argument("--limit", type=int, default=100)
    redrive = known.add_parser("redrive", help="put dead letters back into the queue, with all their attempts")
    redrive.add_argument("ids", nargs="*", metavar="ID")
    redrive.add_argument("--all", action="store_true", help="all that there are now")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
