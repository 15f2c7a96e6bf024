"""A provider plugin's other side: its calls over gRPC, made as the engine makes them."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from google.rpc import status_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from sandbox.plugin.provider import Provider
from sandbox.plugin.server import start
from sandbox.plugin.wire import Props, from_struct, to_struct

SEED = bytes(32)


@dataclass(frozen=True, slots=True)
class Held:
    """What the engine keeps of a resource."""

    type: str
    id: str
    inputs: Props
    outputs: Props


class RefusedError(Exception):
    """The plugin's error, and the resource that it says exists all the same."""

    def __init__(self, message: str, held: Held | None) -> None:
        super().__init__(message)
        self.held = held


class PluginClient:
    """Calls on one plugin; a resource is named after its type."""

    def __init__(self, port: int) -> None:
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self._stub: Any = provider_pb2_grpc.ResourceProviderStub(self.channel)

    def configure(self, settings: Props) -> None:
        """Check the provider's settings and hand them over."""
        self._stub.CheckConfig(provider_pb2.CheckRequest(urn=_urn("pulumi:providers:x"), news=to_struct(settings)))
        self._stub.Configure(provider_pb2.ConfigureRequest(args=to_struct(settings)))

    def check(self, kind: str, news: Props, olds: Props | None = None) -> Props:
        """Complete inputs."""
        request = provider_pb2.CheckRequest(
            urn=_urn(kind), olds=to_struct(olds or {}), news=to_struct(news), randomSeed=SEED
        )
        answer = self._stub.Check(request)
        assert not answer.failures, answer.failures
        return from_struct(answer.inputs)

    def preview(self, kind: str, news: Props) -> Props:
        """What a preview says of a new resource's outputs."""
        inputs = self.check(kind, news)
        request = provider_pb2.CreateRequest(urn=_urn(kind), properties=to_struct(inputs), preview=True)
        return from_struct(_told(kind, lambda: self._stub.Create(request)).properties)

    def create(self, kind: str, news: Props, timeout: float = 0) -> Held:
        """Make a resource."""
        inputs = self.check(kind, news)
        request = provider_pb2.CreateRequest(urn=_urn(kind), properties=to_struct(inputs), timeout=timeout)
        answer = _told(kind, lambda: self._stub.Create(request))
        return Held(kind, answer.id, inputs, from_struct(answer.properties))

    def diff(self, held: Held, news: Props) -> Any:
        """Compare what is kept with what is wanted."""
        inputs = self.check(held.type, news, held.inputs)
        return self._stub.Diff(
            provider_pb2.DiffRequest(
                urn=_urn(held.type), id=held.id, olds=to_struct(held.outputs), news=to_struct(inputs),
                old_inputs=to_struct(held.inputs),
            )
        )  # fmt: skip

    def update(self, held: Held, news: Props, *, timeout: float = 0, preview: bool = False) -> Held:
        """Change a resource in place."""
        inputs = self.check(held.type, news, held.inputs)
        request = provider_pb2.UpdateRequest(
            urn=_urn(held.type), id=held.id, olds=to_struct(held.outputs), news=to_struct(inputs), timeout=timeout,
            old_inputs=to_struct(held.inputs), preview=preview,
        )  # fmt: skip
        answer = _told(held.type, lambda: self._stub.Update(request))
        return Held(held.type, held.id, inputs, from_struct(answer.properties))

    def read(self, held: Held) -> Held | None:
        """Look at a resource."""
        request = provider_pb2.ReadRequest(
            urn=_urn(held.type), id=held.id, inputs=to_struct(held.inputs), properties=to_struct(held.outputs)
        )
        answer = _told(held.type, lambda: self._stub.Read(request))
        if not answer.id:
            return None
        return Held(held.type, answer.id, from_struct(answer.inputs), from_struct(answer.properties))

    def delete(self, held: Held, timeout: float = 0) -> None:
        """Remove a resource."""
        request = provider_pb2.DeleteRequest(
            urn=_urn(held.type), id=held.id, properties=to_struct(held.outputs), timeout=timeout
        )
        _told(held.type, lambda: self._stub.Delete(request))


@contextmanager
def serving(provider: Provider) -> Generator[PluginClient]:
    """A plugin in this process, and its client."""
    server, port = start(provider)
    client = PluginClient(port)
    try:
        yield client
    finally:
        client.channel.close()
        server.stop(None).wait()


def _urn(kind: str) -> str:
    return f"urn:pulumi:test::project::{kind}::{kind.rsplit(':', 1)[-1].lower()}"


def _told(kind: str, act: Any) -> Any:
    try:
        return act()
    except grpc.RpcError as error:
        call: Any = error
        raise RefusedError(call.details(), _kept(kind, call)) from None


def _kept(kind: str, call: Any) -> Held | None:
    packed = dict(call.trailing_metadata()).get("grpc-status-details-bin")
    if packed is None:
        return None
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status_pb2.Status.FromString(packed).details[0].Unpack(detail)
    return Held(kind, detail.id, from_struct(detail.inputs), from_struct(detail.properties))
