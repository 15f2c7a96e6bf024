"""Requests taken apart and answers put together: the engine's messages to and from plain values."""

from typing import Any

import grpc
from google.protobuf import any_pb2
from google.rpc import status_pb2
from pulumi.runtime.proto import provider_pb2

from sandbox.plugin.diff import Change, Diff
from sandbox.plugin.provider import NotReadyError, Subject
from sandbox.plugin.wire import to_struct


def subject_of(request: Any) -> Subject:
    """The resource that a request names by its URN (`urn:pulumi:<stack>::<project>::<parents$type>::<name>`).

    The calls that change something carry the resource's `customTimeouts` in seconds, 0 where there are none
    (https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto).
    """
    parts = request.urn.split("::")
    return Subject(request.urn, parts[2].split("$")[-1], parts[3], getattr(request, "timeout", 0) or None)


def diff_response(found: Diff) -> Any:
    """The answer to Diff: which properties differ, and which of them replace."""
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


def abort_not_ready(context: Any, error: NotReadyError) -> None:
    """End a call with the detail by which the engine keeps a resource that exists but is not ready."""
    detail = provider_pb2.ErrorResourceInitFailed(
        id=error.identity,
        properties=to_struct(error.outputs),
        inputs=to_struct(error.inputs),
        reasons=error.reasons,
    )
    packed = any_pb2.Any()
    packed.Pack(detail)
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error), details=[packed])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, str(error))
