"""The engine's resource-provider protocol: each gRPC call to a method of a `Provider`."""

import logging
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from sandbox.plugin.messages import abort_not_ready, diff_response, subject_of
from sandbox.plugin.provider import InvalidInputsError, NotReadyError, Provider, ProviderError
from sandbox.plugin.wire import from_struct, to_struct

LOG = logging.getLogger(__name__)


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
        return self._guard(lambda: diff_response(self.provider.diff_config(olds, from_struct(request.news))), context)

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Take the provider's settings."""

        def act() -> Any:
            self.provider.configure(from_struct(request.args))
            return provider_pb2.ConfigureResponse(supportsPreview=True)

        return self._guard(act, context)

    def Check(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Validate and complete inputs."""
        olds, news = from_struct(request.olds), from_struct(request.news)
        return self._checked(lambda: self.provider.check(subject_of(request), olds, news, request.randomSeed), context)

    def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Compare inputs; ignored properties are already set back by the engine."""
        olds, news = from_struct(request.old_inputs), from_struct(request.news)
        return self._guard(
            lambda: diff_response(self.provider.diff(subject_of(request), request.id, olds, news)),
            context,
        )

    def Create(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Create a resource."""

        def act() -> Any:
            identity, outputs = self.provider.create(
                subject_of(request), from_struct(request.properties), preview=request.preview
            )
            return provider_pb2.CreateResponse(id=identity, properties=to_struct(outputs))

        return self._guard(act, context)

    def Read(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Read a resource."""

        def act() -> Any:
            inputs, state = from_struct(request.inputs), from_struct(request.properties)
            seen = self.provider.read(subject_of(request), request.id, inputs, state)
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
                subject_of(request), request.id, olds, news, from_struct(request.olds),
                preview=request.preview,
            )  # fmt: skip
            return provider_pb2.UpdateResponse(properties=to_struct(outputs))

        return self._guard(act, context)

    def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Delete a resource."""

        def act() -> Any:
            self.provider.delete(subject_of(request), request.id, from_struct(request.properties))
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
            abort_not_ready(context, error)
        except ProviderError as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        except Exception as error:  # the engine must get an answer, and we a trace of the defect
            LOG.exception("a defect of the %s plugin", self.provider.name)
            context.abort(
                grpc.StatusCode.INTERNAL,
                f"a defect of the sandbox's {self.provider.name} plugin ({type(error).__name__}: {error}); "
                f"the trace is in .sandbox/logs/plugin-{self.provider.name}.log",
            )
