"""The model server's gRPC side: a bidirectional stream that answers each request with a checksum of what it got."""

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import grpc

from sandbox.access.model.behaviour import Behaviour, FailingError
from sandbox.access.model.protocol import SERVICE, Request, Response, StreamResponse


def server(behaviour: Behaviour, name: str, address: str) -> grpc.aio.Server:
    """A server with ModelStreamInfer on `address`, to be started.

    Args:
        behaviour: hangs and fails as told.
        name: of the server, as `model_name` in its answers.
        address: host and port.
    """

    async def infer(requests: AsyncIterator[Any], context: Any) -> AsyncGenerator[Any]:
        async for request in requests:
            try:
                async with behaviour.slot(SERVICE):
                    yield _answer(name, request)
            except FailingError:
                await context.abort(grpc.StatusCode.INTERNAL, "the engine is dead")

    handler = grpc.stream_stream_rpc_method_handler(
        infer, request_deserializer=Request.FromString, response_serializer=StreamResponse.SerializeToString
    )
    made = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    made.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, {"ModelStreamInfer": handler}),))
    made.add_insecure_port(address)
    return made


def checksum(contents: list[bytes]) -> bytes:
    """What the server answers to these contents."""
    return hashlib.sha256(b"".join(contents)).digest()


def _answer(name: str, request: Any) -> Any:
    sums = [checksum(list(request.raw_input_contents))]
    return StreamResponse(infer_response=Response(model_name=name, id=request.id, raw_output_contents=sums))
