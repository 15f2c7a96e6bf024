"""What people see of an engine run: a count that moves, and every diagnostic that matters."""

import sys
import time
from dataclasses import dataclass, field
from typing import Any

LINE_SECONDS = 10.0
"""Time between two lines of progress where the output is no terminal."""


@dataclass(slots=True)
class Report:
    """Listens to the engine's events of one operation.

    Attributes:
        title: what runs, e.g. `up prod`.
        verbose: print the engine's own output as well.
    """

    title: str
    verbose: bool = False
    done: int = 0
    started: float = field(default_factory=time.monotonic)
    errors: list[str] = field(default_factory=list[str])
    lines: list[str] = field(default_factory=list[str])
    _last: float = 0.0

    @property
    def seconds(self) -> float:
        """Time since the operation began."""
        return time.monotonic() - self.started

    def event(self, event: Any) -> None:
        """Take one event of the engine."""
        if event.res_outputs_event or event.res_op_failed_event:
            self.done += 1
            self._progress()
        diagnostic = event.diagnostic_event
        if diagnostic and diagnostic.severity in {"error", "warning"}:
            self._diagnose(diagnostic.severity, diagnostic.message, diagnostic.urn or "")
        policy = event.policy_event
        if policy:
            self._diagnose(
                "error" if policy.enforcement_level == "mandatory" else "warning",
                f"policy {policy.policy_name}: {policy.message}", policy.resource_urn or "",
            )  # fmt: skip

    def output(self, line: str) -> None:
        """Keep the engine's own words; they are shown only where nothing clearer was said."""
        self.lines.append(line)
        if self.verbose:
            sys.stdout.write(f"{line.rstrip()}\n")

    def failure(self, raw: str) -> str:
        """One line for people: the first errors, or the end of what the engine printed."""
        if self.errors:
            more = f" (and {len(self.errors) - 1} more above)" if len(self.errors) > 1 else ""
            return f"{self.title} failed: {self.errors[0]}{more}"
        tail = [line.strip() for line in (self.lines or raw.splitlines()) if line.strip()]
        return f"{self.title} failed: {' | '.join(tail[-4:])}"

    def finish(self, summary: str) -> None:
        """Close the line of progress."""
        if sys.stdout.isatty():
            sys.stdout.write("\r\033[K")
        sys.stdout.write(f"{self.title}: {summary}, {self.seconds:.1f} s\n")
        sys.stdout.flush()

    def _progress(self) -> None:
        text = f"{self.title}: {self.done} resources, {self.seconds:.0f} s"
        if sys.stdout.isatty():
            sys.stdout.write(f"\r\033[K{text}")
            sys.stdout.flush()
        elif time.monotonic() - self._last > LINE_SECONDS:
            self._last = time.monotonic()
            sys.stdout.write(f"{text}\n")

    def _diagnose(self, severity: str, message: str, urn: str) -> None:
        subject = urn.split("::")[-1]
        text = " ".join(message.split())
        line = f"{subject}: {text}" if subject and subject not in text else text
        if severity == "error" and line not in self.errors:
            self.errors.append(line)
        sys.stderr.write(f"{severity}: {line}\n")
