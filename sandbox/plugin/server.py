"""A plugin's process: a gRPC server on loopback whose port the engine reads from standard output."""

import logging
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from sandbox.paths import Paths
from sandbox.plugin.provider import Provider
from sandbox.plugin.servicer import Servicer

WORKERS = 16
MESSAGE_BYTES = 64 * 1024 * 1024
GRACE_SECONDS = 25.0
"""How long calls under way may go on after we were told to end."""


def start(provider: Provider) -> tuple[grpc.Server, int]:
    """Start to answer the engine's calls on a free port of loopback; answers the server and its port."""
    options = [
        ("grpc.max_receive_message_length", MESSAGE_BYTES),
        ("grpc.max_send_message_length", MESSAGE_BYTES),
    ]
    server = grpc.server(ThreadPoolExecutor(max_workers=WORKERS), options=options)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(provider), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def serve(provider: Provider) -> None:
    """Serve until the engine ends us; the first line on standard output is the port, as it expects."""
    logs = Paths.from_environment().logs
    logs.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(filename=logs / f"plugin-{provider.name}.log", format="%(asctime)s %(process)d %(message)s")
    server, port = start(provider)
    _end_in_order(server)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()


def _end_in_order(server: grpc.Server) -> None:
    """Told to end, answer the calls under way first: what they made would else be recorded nowhere."""

    def end(*_: object) -> None:
        server.stop(GRACE_SECONDS)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
