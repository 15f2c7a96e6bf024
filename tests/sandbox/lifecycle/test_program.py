"""What the program tells the engine of each resource."""

from pathlib import Path

from pulumi.runtime import resource
from pulumi.runtime.proto.source_pb2 import SourcePosition, StackFrame, StackTrace

from sandbox.lifecycle.program import own_frames

FOLDER = Path("/checkout")


def trace(*uris: str) -> StackTrace:
    return StackTrace(frames=[StackFrame(pc=SourcePosition(uri=uri, line=1)) for uri in uris])


def test_a_resource_is_traced_to_the_program_and_no_further() -> None:
    whole = trace(
        "file:///checkout/components/site.py", "file:///checkout/__main__.py", "file:///lib/asyncio/events.py"
    )
    assert own_frames(FOLDER, lambda: whole) == StackTrace(frames=whole.frames[:2])


def test_a_folder_beside_the_checkout_is_not_in_it() -> None:
    assert own_frames(FOLDER, lambda: trace("file:///checkout2/a.py")) == StackTrace()


def test_the_sdk_still_asks_for_the_trace_by_the_name_that_is_taken_over() -> None:
    assert "_get_stack_trace" in resource.register_resource.__code__.co_names
