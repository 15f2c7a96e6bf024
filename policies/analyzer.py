"""Pulumi's analyzer protocol: each gRPC call to a method of a pack.

https://github.com/pulumi/pulumi/blob/master/proto/pulumi/analyzer.proto

Pulumi's policy SDK serves the same protocol, but decodes a resource anew for each policy, and all of them anew for each
policy that judges a stack: most of what fifty rules would add to a preview. Here what is sent is decoded once.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final

import grpc
import messages
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from pulumi.runtime import proto
from pulumi.runtime.proto import analyzer_pb2_grpc
from rulebook import Pack

_WORKERS: Final = 1
"""The engine asks for one resource after the other, and the judge keeps notes: no two at once."""
_MESSAGE_BYTES: Final = 400 * 1024 * 1024
"""The engine's own bound: it sends all resources of a stack in one message."""


class Analyzer(analyzer_pb2_grpc.AnalyzerServicer):
    """Adapter from the protocol to a pack."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack

    def GetAnalyzerInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Tell the pack and its policies."""
        del request, context
        return proto.AnalyzerInfo(
            name=messages.PACK, version=messages.VERSION, supportsConfig=True, policies=self._pack.policies.values()
        )

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Tell the version of the program that serves the pack."""
        del request, context
        return proto.PluginInfo(version=messages.VERSION)

    def ConfigureStack(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Take the stack's tags, which no rule reads."""
        del request, context
        return proto.AnalyzerStackConfigureResponse()

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Take the engine's own levels and settings."""
        del context
        for name, config in request.policyConfig.items():
            self._pack.configure(name, config.enforcementLevel, MessageToDict(config.properties))
        return Empty()

    def Analyze(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Judge a resource before it is created."""
        del context
        return self._pack.judge(request)

    def AnalyzeStack(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Judge how the resources fit together."""
        del context
        return self._pack.judge_stack(request)

    def Remediate(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Put a resource's inputs right."""
        del context
        return self._pack.remedy(request)


def serve(pack: Pack) -> None:
    """Serve until the engine ends us; the first line on standard output is the port, as it expects."""
    server = grpc.server(
        ThreadPoolExecutor(max_workers=_WORKERS), options=[("grpc.max_receive_message_length", _MESSAGE_BYTES)]
    )
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Analyzer(pack), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    with suppress(KeyboardInterrupt):
        server.wait_for_termination()
