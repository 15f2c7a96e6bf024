"""`python -m sandbox.access.model`: one stand-in model server, until it is ended."""

import argparse
import asyncio
import signal
from functools import partial

from sandbox.access.model import http, streams
from sandbox.access.model.answers import Answers
from sandbox.access.model.behaviour import Behaviour

HTTP_PORT, GRPC_PORT, CONTROL_PORT = 8000, 8001, 8002
BACKLOG = 1024


def main() -> None:
    """Serve HTTP, gRPC and control on one address."""
    parser = argparse.ArgumentParser(prog="model")
    parser.add_argument("--name", required=True)
    parser.add_argument("--address", required=True, help="of loopback")
    parser.add_argument("--slots", type=int, required=True, help="requests at once")
    parser.add_argument("--seconds", type=float, required=True, help="what one request takes")
    asyncio.run(_serve(parser.parse_args()))


async def _serve(options: argparse.Namespace) -> None:
    behaviour = Behaviour(options.slots, options.seconds)
    answers = http.Server(behaviour, Answers(options.name))
    grpc_server = streams.server(behaviour, options.name, f"{options.address}:{GRPC_PORT}")
    await grpc_server.start()
    await asyncio.start_server(answers.serve, options.address, HTTP_PORT, backlog=BACKLOG)
    await asyncio.start_server(partial(http.control, behaviour), options.address, CONTROL_PORT)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await ended.wait()
    await grpc_server.stop(0)


if __name__ == "__main__":
    main()
