"""The engine's resource-provider protocol over gRPC, turned into a small Python interface."""

import logging
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf import any_pb2, empty_pb2
from google.rpc import status_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from sandbox.paths import Paths
from sandbox.plugin.diff import Change, Diff
from sandbox.plugin.wire import Props, from_struct, to_struct

WORKERS = 16
LOG = logging.getLogger(__name__)
MESSAGE_BYTES = 64 * 1024 * 1024


class ProviderError(Exception):
    """The service refused: shown to the user as it stands."""


class InvalidInputsError(Exception):
    """Inputs that `check` refuses, as pairs of property path and reason."""

    def __init__(self, failures: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{path}: {reason}" for path, reason in failures))
        self.failures = failures


class NotReadyError(Exception):
    """The object exists but did not become ready: the engine keeps it and tries again at the next update."""

    def __init__(self, identity: str, outputs: Props, inputs: Props, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.detail = provider_pb2.ErrorResourceInitFailed(
            id=identity, properties=to_struct(outputs), inputs=to_struct(inputs), reasons=reasons
        )


@dataclass(frozen=True, slots=True)
class Subject:
    """The resource that a call is about."""

    urn: str
    type: str
    name: str


@dataclass(frozen=True, slots=True)
class Observed:
    """What a service says of a resource: its inputs as they stand there, and its outputs."""

    inputs: Props
    outputs: Props


class Provider(ABC):
    """One plugin. Bags hold plain values (see `wire`); secrets are unwrapped by the engine."""

    name: str
    version: str

    @abstractmethod
    def configure(self, variables: Props) -> None:
        """Take the provider's settings (nested ones arrive as JSON text, booleans as `true`)."""

    def check_config(self, news: Props) -> Props:
        """Check the provider's own settings."""
        return news

    def diff_config(self, olds: Props, news: Props) -> Diff:
        """Say what a change of the provider's own settings does; by default nothing is replaced."""
        del olds, news
        return Diff()

    @abstractmethod
    def check(self, subject: Subject, olds: Props, news: Props, seed: bytes) -> Props:
        """Complete and validate inputs.

        Raises:
            InvalidInputsError: an input is unknown, missing or wrong.
        """

    @abstractmethod
    def diff(self, subject: Subject, identity: str, olds: Props, news: Props) -> Diff:
        """Compare the inputs of the last update (`olds`) with the new ones."""

    @abstractmethod
    def create(self, subject: Subject, inputs: Props, *, preview: bool) -> tuple[str, Props]:
        """Make it; answer its id and outputs."""

    @abstractmethod
    def read(self, subject: Subject, identity: str, inputs: Props, state: Props) -> Observed | None:
        """Look at it; None when it is gone."""

    @abstractmethod
    def update(
        self, subject: Subject, identity: str, olds: Props, news: Props, state: Props, *, preview: bool
    ) -> Props:
        """Change it in place from old inputs to new; answer its outputs."""

    @abstractmethod
    def delete(self, subject: Subject, identity: str, state: Props) -> None:
        """Remove it; nothing to remove is no error."""

    @abstractmethod
    def invoke(self, token: str, arguments: Props) -> Props:
        """Answer a function call."""


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """Adapter from the protocol to a `Provider`."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Say which wire features we take: plain values only."""
        del request, context
        return provider_pb2.ProviderHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Answer the plugin's version."""
        del request, context
        return plugin_pb2.PluginInfo(version=self.provider.version)

    def CheckConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Check the provider's settings."""
        return self._checked(lambda: self.provider.check_config(from_struct(request.news)), context)

    def DiffConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Compare the provider's settings."""
        olds = from_struct(request.old_inputs) or from_struct(request.olds)
        return self._guard(lambda: _diff_response(self.provider.diff_config(olds, from_struct(request.news))), context)

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Take the provider's settings."""

        def act() -> Any:
            self.provider.configure(from_struct(request.args))
            return provider_pb2.ConfigureResponse(supportsPreview=True)

        return self._guard(act, context)

    def Check(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Validate and complete inputs."""
        olds, news = from_struct(request.olds), from_struct(request.news)
        return self._checked(lambda: self.provider.check(_subject(request), olds, news, request.randomSeed), context)

    def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Compare inputs; ignored properties are already set back by the engine."""
        olds, news = from_struct(request.old_inputs), from_struct(request.news)
        return self._guard(
            lambda: _diff_response(self.provider.diff(_subject(request), request.id, olds, news)),
            context,
        )

    def Create(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Create a resource."""

        def act() -> Any:
            identity, outputs = self.provider.create(
                _subject(request), from_struct(request.properties), preview=request.preview
            )
            return provider_pb2.CreateResponse(id=identity, properties=to_struct(outputs))

        return self._guard(act, context)

    def Read(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Read a resource."""

        def act() -> Any:
            inputs, state = from_struct(request.inputs), from_struct(request.properties)
            seen = self.provider.read(_subject(request), request.id, inputs, state)
            if seen is None:
                return provider_pb2.ReadResponse()
            return provider_pb2.ReadResponse(
                id=request.id, properties=to_struct(seen.outputs), inputs=to_struct(seen.inputs)
            )

        return self._guard(act, context)

    def Update(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Update a resource in place."""

        def act() -> Any:
            olds, news = from_struct(request.old_inputs), from_struct(request.news)
            outputs = self.provider.update(
                _subject(request), request.id, olds, news, from_struct(request.olds),
                preview=request.preview,
            )  # fmt: skip
            return provider_pb2.UpdateResponse(properties=to_struct(outputs))

        return self._guard(act, context)

    def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Delete a resource."""

        def act() -> Any:
            self.provider.delete(_subject(request), request.id, from_struct(request.properties))
            return empty_pb2.Empty()

        return self._guard(act, context)

    def Invoke(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Call a function."""

        def act() -> Any:
            answer = self.provider.invoke(request.tok, from_struct(request.args))
            response: Any = {"return": to_struct(answer)}  # a keyword of Python, so it can not be written as one
            return provider_pb2.InvokeResponse(**response)

        return self._guard(act, context)

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Nothing runs on after a call has answered."""
        del request, context
        return empty_pb2.Empty()

    def _checked(self, act: Any, context: Any) -> Any:
        def checked() -> Any:
            try:
                return provider_pb2.CheckResponse(inputs=to_struct(act()))
            except InvalidInputsError as error:
                return provider_pb2.CheckResponse(
                    failures=[
                        provider_pb2.CheckFailure(property=path, reason=reason) for path, reason in error.failures
                    ]
                )

        return self._guard(checked, context)

    def _guard(self, act: Any, context: Any) -> Any:
        try:
            return act()
        except NotReadyError as error:
            _abort_with_detail(context, error)
        except ProviderError as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        except Exception as error:  # the engine must get an answer, and we a trace of the defect
            LOG.exception("a defect of the %s plugin", self.provider.name)
            context.abort(
                grpc.StatusCode.INTERNAL,
                f"a defect of the sandbox's {self.provider.name} plugin ({type(error).__name__}: {error}); "
                f"the trace is in .sandbox/logs/plugin-{self.provider.name}.log",
            )


def serve(provider: Provider) -> None:
    """Serve until the engine ends us; the first line on standard output is the port, as it expects."""
    logs = Paths.from_environment().logs
    logs.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(filename=logs / f"plugin-{provider.name}.log", format="%(asctime)s %(process)d %(message)s")
    options = [
        ("grpc.max_receive_message_length", MESSAGE_BYTES),
        ("grpc.max_send_message_length", MESSAGE_BYTES),
    ]
    server = grpc.server(ThreadPoolExecutor(max_workers=WORKERS), options=options)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(provider), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()


def _subject(request: Any) -> Subject:
    parts = request.urn.split("::")
    return Subject(request.urn, parts[2].split("$")[-1], parts[3])


def _diff_response(found: Diff) -> Any:
    some = bool(found.changes)
    changes = provider_pb2.DiffResponse.DIFF_SOME if some else provider_pb2.DiffResponse.DIFF_NONE
    return provider_pb2.DiffResponse(
        changes=changes,
        diffs=sorted({change.root for change in found.changes}),
        replaces=sorted({change.path for change in found.changes if change.replaces}),
        stables=found.stables,
        deleteBeforeReplace=found.delete_before_replace,
        detailedDiff={change.path: _property_diff(change) for change in found.changes},
        hasDetailedDiff=True,
    )


def _property_diff(change: Change) -> Any:
    kind = f"{change.kind}_REPLACE" if change.replaces else change.kind
    return provider_pb2.PropertyDiff(kind=provider_pb2.PropertyDiff.Kind.Value(kind), inputDiff=True)


def _abort_with_detail(context: Any, error: NotReadyError) -> None:
    packed = any_pb2.Any()
    packed.Pack(error.detail)
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error), details=[packed])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, str(error))
