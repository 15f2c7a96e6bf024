"""What the engine would do to a stack, and doing it: the same for the official CLI and for a rehearsal of it."""

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulumi import automation as auto
from pulumi.automation.events import EngineEvent

from review.errors import ReviewError
from review.plan import Outcome, Plan
from review.reading.events import plan_of

Run = Callable[..., Any]
Printer = Callable[[str], Any]
PACK = "policies"
"""The checkout's own policy pack."""
_LABEL = re.compile(r"^ (?:code: \d+$|stdout:|stderr:)")


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs the stacks of a checkout by the `pulumi` on PATH, with the credentials and backend of the environment.

    Attributes:
        folder: the checkout.
        tell: prints the engine's own lines, secrets left out by it.
    """

    folder: Path
    tell: Printer

    def preview(self, stack: str) -> Plan:
        """Return what `up` would do, policies on.

        Raises:
            ReviewError: there is no such stack, or the engine gave up without saying what is wrong with the change.
        """
        opened = self._open(stack)
        return heard(opened, opened.preview, on_output=self.tell, policy_packs=self._packs)

    def drift(self, stack: str) -> Plan:
        """Return what a refresh would change: how the cloud differs from the state; raises as `preview` does."""
        opened = self._open(stack)
        return heard(opened, opened.preview_refresh, on_output=self.tell)

    def up(self, stack: str, check: Callable[[Plan], None]) -> None:
        """Preview once more, let `check` refuse, then do exactly what was previewed, by a saved update plan.

        Raises:
            ReviewError: as `preview` does; also where the update fails or would do what was not previewed.
        """
        opened = self._open(stack)
        with tempfile.TemporaryDirectory() as folder:
            saved = str(Path(folder, "plan.json"))
            check(heard(opened, opened.preview, on_output=self.tell, policy_packs=self._packs, plan=saved))
            try:
                opened.up(on_output=self.tell, color="never", policy_packs=self._packs, plan=saved)
            except auto.CommandError as error:
                raise ReviewError(f"the update of {stack} failed: {last_line(str(error))}") from None

    @property
    def _packs(self) -> list[str]:
        return [str(self.folder / PACK)]

    def _open(self, stack: str) -> auto.Stack:
        try:
            return auto.select_stack(stack, work_dir=str(self.folder))
        except FileNotFoundError:
            raise ReviewError("no `pulumi` on PATH; install the Pulumi CLI 3.259.0 or a later 3.x") from None
        except auto.CommandError as error:
            raise ReviewError(
                f"stack {stack} can not be opened: {last_line(str(error))}; log in to its backend, or make it with"
                f" `pulumi stack init {stack}`"
            ) from None


def heard(stack: auto.Stack, run: Run, **options: Any) -> Plan:
    """Return the plan of a preview that is run now.

    A preview that the program or a policy stops is a plan too: its errors are what a reviewer must see.

    Args:
        stack: what is previewed.
        run: its `preview` or `preview_refresh`.
        options: handed to `run`; an `on_event` among them hears every event too.

    Raises:
        ReviewError: the engine failed and said nothing that the plan holds.
    """
    events: list[EngineEvent] = []
    listeners = [events.append, *filter(None, [options.pop("on_event", None)])]

    def hear(event: EngineEvent) -> None:
        for listener in listeners:
            listener(event)

    deployed = stack.export_stack()
    failure = ""
    try:
        run(on_event=hear, **{"color": "never", **options})
    except auto.CommandError as error:
        failure = last_line(str(error))
    plan = plan_of(stack.name, events, {"deployment": deployed.deployment or {}})
    if failure and not is_explained(plan):
        raise ReviewError(f"the preview of {stack.name} failed: {failure}")
    return plan


def is_explained(plan: Plan) -> bool:
    """Tell whether a plan itself says why its preview failed."""
    return not plan.is_whole or any(result.outcome is Outcome.FAIL for result in plan.policies)


def last_line(text: str) -> str:
    """Return the last line of the engine's words that says anything, without what the SDK puts before them."""
    lines = [_LABEL.sub("", line).strip() for line in text.splitlines()]
    return next((line for line in reversed(lines) if line), "it said nothing")
