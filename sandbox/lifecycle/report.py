"""What people see of an engine run: a count that moves, and every diagnostic that matters, once."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.progress import Progress, Step

OURS = "using pulumi-analyzer-policy-python from $PATH"
"""The engine warns that it found the policy analyzer on PATH: the sandbox put it there."""

AGAIN = "an unhandled error occurred: "
"""How the engine says a second time what the program refused."""

KILLED = "code: -9"
"""How the automation API says that the engine ended by SIGKILL."""


@dataclass(slots=True)
class Report:
    """Listens to the engine's events of one operation.

    Attributes:
        title: what runs, e.g. `up prod`.
        progress: where it is shown.
        step: the running step whose count moves.
        verbose: print the engine's own output as well.
        interrupted: whether the engine was told to end, so that what it says of that is no news.
    """

    title: str
    progress: Progress
    step: Step
    verbose: bool = False
    interrupted: bool = False
    done: int = 0
    errors: list[str] = field(default_factory=list[str])
    said: set[str] = field(default_factory=set[str])
    lines: list[str] = field(default_factory=list[str])

    def event(self, event: Any) -> None:
        """Take one event of the engine."""
        if event.res_outputs_event or event.res_op_failed_event:
            self.done += 1
            self.step.note(f"{self.done} resources{', ending' if self.interrupted else ''}")
        diagnostic = event.diagnostic_event
        if diagnostic and diagnostic.severity in {"error", "warning"}:
            self._diagnose(diagnostic.severity, diagnostic.message, diagnostic.urn or "")
        policy = event.policy_event
        if policy:
            severity = "error" if policy.enforcement_level == "mandatory" else "warning"
            self._diagnose(severity, f"policy {policy.policy_name}: {policy.message}", policy.resource_urn or "")

    def output(self, line: str) -> None:
        """Keep the engine's own words; they are shown only where nothing clearer was said."""
        self.lines.append(line)
        if self.verbose:
            self.progress.say(line.rstrip())

    def interrupt(self) -> None:
        """Say that the engine was told to end and is doing so."""
        self.interrupted = True
        self.step.note("ending: the steps under way finish first; Ctrl-C again ends them too")

    def failure(self, raw: str) -> str:
        """One line for people: the first error, or the end of what the engine printed; further errors come before."""
        if self.errors:
            first, *rest = self.errors
            for error in rest:
                self.progress.say(f"also: {error}")
            more = f" (and {len(rest)} more above)" if rest else ""
            return f"{self.title} failed: {first}{more}"
        if KILLED in raw:
            return f"{self.title} failed: the engine was killed; run it again, it goes on from what stands"
        tail = [line.strip() for line in (self.lines or raw.splitlines()) if line.strip()]
        return f"{self.title} failed: {' | '.join(tail[-4:])}"

    def _diagnose(self, severity: str, message: str, urn: str) -> None:
        subject = urn.rsplit("::", maxsplit=1)[-1]
        text = " ".join(message.split()).removeprefix(AGAIN)
        line = f"{subject}: {text}" if subject and subject not in text else text
        if line in self.said or OURS in line or self.interrupted:
            return
        self.said.add(line)
        if severity == "error":
            self.errors.append(line)
        else:
            self.progress.say(f"{severity}: {line}")
