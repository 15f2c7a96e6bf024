"""Events as the engine's log holds them: each builder makes a plain one, and a test changes what it is about."""

from collections.abc import Iterable, Mapping
from typing import Any

from pulumi.automation.events import EngineEvent

from review.plan import Plan, Step
from review.reading.events import from_json, plan_of
from tests.review import samples

BUCKET = "aws:s3/bucket:Bucket"
URN = samples.urn(BUCKET, "weights")


def begun(op: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, **more: Any) -> EngineEvent:
    """A step on a bucket that the engine begins; `more` is said of the step: `keys`, `diffs`, `detailedDiff`, `urn`."""
    return from_json({"resourcePreEvent": {"metadata": _metadata(op, old, new, more)}})


def ended(op: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, **more: Any) -> EngineEvent:
    """The same when it has ended."""
    return from_json({"resOutputsEvent": {"metadata": _metadata(op, old, new, more)}})


def state(inputs: Mapping[str, Any], outputs: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A resource in the middle of a step; its outputs are its inputs where none are given."""
    said = {"type": BUCKET, "urn": URN, "custom": True, "id": "weights-id", "parent": "", "provider": ""}
    return {**said, "inputs": inputs, "outputs": inputs if outputs is None else outputs, **more}


def plan(*events: EngineEvent, deployed: Mapping[str, Any] | None = None) -> Plan:
    """The plan of these events."""
    return plan_of("prod", events, deployed)


def only(events: Iterable[EngineEvent]) -> Step:
    """The one step of these events."""
    (step,) = plan(*events).steps
    return step


def secret(text: str = "[secret]") -> dict[str, str]:
    """What the engine writes for a value that it knows to be secret."""
    return {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": text}


def _metadata(
    op: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, more: Mapping[str, Any]
) -> dict[str, Any]:
    return {"op": op, "urn": URN, "type": BUCKET, "provider": "", "old": old, "new": new, **more}
