"""Read a preview: the engine's own events, with the deployed state beside them, become a plan."""

import gc
import gzip
import json
import re
import zlib
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from pulumi.automation.events import DiagnosticEvent, EngineEvent, PolicyEvent, StepEventMetadata, SummaryEvent

from review.errors import ReviewError
from review.plan import Diagnostic, Outcome, Plan, PolicyResult
from review.reading.redaction import redact_text
from review.reading.state import Graph
from review.reading.steps import Told, steps_of

_READ = ("resourcePreEvent", "resOutputsEvent", "policyEvent", "diagnosticEvent", "summaryEvent")
"""The events that a plan is made of; the log holds the program's debug messages too."""
_STACK = "::pulumi:pulumi:Stack::"
_EPILOGUE = {"preview failed", "update failed"}
"""What the engine says last where something said before made it stop."""
_ANALYZER = "using pulumi-analyzer-policy-"
"""The engine warns where it found the policy analyzer: of the machine, not of the change."""
_MARKED = re.compile(
    r"(?P<mark>\[(?:unknown|waived: [^\]]+)\])(?: [A-Z]\d+ (?P<rule>[a-z0-9-]+):)?\s+(?P<message>.*)", re.DOTALL
)
"""How the pack says what neither passed nor failed: in the name of a policy of its own, and naming the rule."""
_UNREAD = re.compile(r"can't run policy '[^']*' from policy pack '[^']*' during preview:\s*(?P<message>.*)", re.DOTALL)
"""How the engine says that a pack read a value that is not known yet."""

from_json = cast("Callable[[dict[str, Any]], EngineEvent]", EngineEvent.from_json)
"""The SDK does not say what its dictionary holds."""


class EventLogError(ReviewError):
    """An event log that can not be read; its message is one line for people."""


def read(path: Path) -> list[EngineEvent]:
    """Return the events of an engine's log, one JSON object a line, in a `.gz` file or a plain one.

    Raises:
        EventLogError: there is no such file, it is no text, or a line is no event or cut off.
    """
    try:
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
            parsed = (_event(path, number, line) for number, line in enumerate(lines, start=1) if line.strip())
            return [event for event in parsed if event]
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise EventLogError(f"{path} can not be read ({error}); give an event log of the engine") from None


def plan_of(stack: str, events: Iterable[EngineEvent], deployed: Mapping[str, Any] | None = None) -> Plan:
    """Return what a preview will do to a stack, without any secret.

    Args:
        stack: its name.
        events: all events of the preview.
        deployed: the stack's exported state, which alone knows who depends on whom; None for a stack not yet made.
    """
    log = _Log()
    with _collector_at_rest():
        for event in events:
            log.take(event)
        return log.plan(stack, Graph.of(deployed))


@contextmanager
def _collector_at_rest() -> Generator[None]:
    """Keep the garbage collector from walking all events again and again: nothing here is garbage in a circle."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(slots=True)
class _Log:
    """What was read so far; what is said twice is kept once."""

    told: dict[str, Told] = field(default_factory=dict[str, Told])
    policies: dict[PolicyResult, None] = field(default_factory=dict[PolicyResult, None])
    diagnostics: dict[Diagnostic, None] = field(default_factory=dict[Diagnostic, None])
    summary: SummaryEvent | None = None

    def take(self, event: EngineEvent) -> None:
        if event.resource_pre_event:
            self._of(event.resource_pre_event.metadata).begun.append(event.resource_pre_event.metadata)
        if event.res_outputs_event:
            self._of(event.res_outputs_event.metadata).ended.append(event.res_outputs_event.metadata)
        if event.policy_event:
            self.policies[_policy(event.policy_event)] = None
        if event.diagnostic_event and _matters(event.diagnostic_event):
            self.diagnostics[_diagnostic(event.diagnostic_event)] = None
        self.summary = event.summary_event or self.summary

    def plan(self, stack: str, graph: Graph) -> Plan:
        packs: Mapping[str, str] = self.summary.policy_packs if self.summary else {}
        return Plan(
            stack=stack,
            steps=steps_of(self.told.values(), graph),
            # Not as the engine came to ask, which differs between two previews of the same change.
            policies=tuple(sorted(self.policies, key=lambda it: (it.message, it.rule, it.urn))),
            policy_packs={name.partition("|")[0]: version for name, version in packs.items()},
            diagnostics=tuple(self.diagnostics),
            seconds=float(self.summary.duration_seconds) if self.summary else 0.0,
        )

    def _of(self, metadata: StepEventMetadata) -> Told:
        return self.told.setdefault(metadata.urn, Told(metadata.urn))


def _event(path: Path, number: int, line: str) -> EngineEvent | None:
    try:
        raw: dict[str, Any] = json.loads(line)
        kept = {key: raw[key] for key in _READ if raw.get(key)}
        return from_json(kept) if kept else None
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise EventLogError(
            f"{path.name}, line {number}: no event of the engine ({error}); it is one JSON object a line, as"
            " `pulumi preview --event-log FILE` writes it: run the preview again, to its end"
        ) from None


def _policy(event: PolicyEvent) -> PolicyResult:
    rule, outcome, message = _judged(event, redact_text(event.message.strip()))
    urn = event.resource_urn or ""
    return PolicyResult(rule=rule, outcome=outcome, message=message, urn="" if _STACK in urn else urn)


def _judged(event: PolicyEvent, message: str) -> tuple[str, Outcome, str]:
    """Return the rule, what it says, and in which words; a waiver's owner and date stay in them."""
    marked = _MARKED.fullmatch(message)
    if marked:
        waived = marked["mark"] != "[unknown]"
        words = f"{marked['mark']} {marked['message']}" if waived else marked["message"]
        return marked["rule"] or event.policy_name, Outcome.WAIVED if waived else Outcome.UNKNOWN, words
    unread = _UNREAD.fullmatch(message)
    if unread:
        return event.policy_name, Outcome.UNKNOWN, unread["message"]
    return event.policy_name, Outcome.FAIL if event.enforcement_level == "mandatory" else Outcome.WARN, message


def _matters(event: DiagnosticEvent) -> bool:
    said = event.severity in {"error", "warning"} and not event.ephemeral
    return said and not event.message.startswith(_ANALYZER) and event.message.strip() not in _EPILOGUE


def _diagnostic(event: DiagnosticEvent) -> Diagnostic:
    return Diagnostic(severity=event.severity, message=redact_text(event.message.strip()), urn=event.urn or "")
