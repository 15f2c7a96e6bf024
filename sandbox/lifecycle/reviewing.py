"""The review of what `up` would do here: the same report and the same gate that guard the real stacks."""

import io
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

from review import commands, gate
from review.errors import ReviewError
from review.gate import Status
from review.plan import Plan
from sandbox.errors import SandboxError
from sandbox.paths import Paths


def publish(plans: Sequence[Plan], checkout: Path, out: Path, fail_on: str | None) -> Status:
    """Write the report of a checkout's plans and return the exit status that it asks for.

    Raises:
        SandboxError: the checkout's acceptances are wrong.
    """
    try:
        return commands.publish(commands.judged(plans, checkout), out, fail_on)
    except ReviewError as error:
        raise SandboxError(str(error)) from None


def refuse(plan: Plan, checkout: Path, reviewed: Path | None) -> None:
    """Let only that through which is not blocked and, where a report is given, only what it reviewed.

    Raises:
        SandboxError: the plan does not pass.
    """
    try:
        made = commands.judged([plan], checkout)
        if reviewed:
            gate.refuse_other(made, reviewed)
        gate.refuse_blocked(made)
    except ReviewError as error:
        raise SandboxError(str(error)) from None


class Base:
    """The state that a change is compared with: a sandbox of its own that holds a commit of the checkout."""

    def __init__(self, paths: Paths) -> None:
        self.folder = paths.home / "base"
        self.paths = Paths.of_checkout(self.folder)

    def bring_up(self, checkout: Path, reference: str) -> None:
        """Bring up all stacks as a commit declares them, by that commit's own code; one that is up is kept.

        Raises:
            SandboxError: there is no such commit, or it does not come up.
        """
        commit = _git(checkout, "rev-parse", "--verify", f"{reference}^{{commit}}").decode().strip()
        if self._commit() != commit:
            self.take_down()
            self._lay_out(checkout, commit)
        sys.stderr.write(f"base: brings up {commit[:12]}, which the change is compared with\n")
        self._run("up", f"the base {commit[:12]} does not come up; its own words are above")

    def take_down(self) -> None:
        """End the base's processes and remove it."""
        if self.paths.home.is_dir():
            self._run("down", "the base of the last report does not go down; its own words are above")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _commit(self) -> str:
        stamp = self.folder / ".commit"
        return stamp.read_text() if stamp.is_file() else ""

    def _lay_out(self, checkout: Path, commit: str) -> None:
        with tarfile.open(fileobj=io.BytesIO(_git(checkout, "archive", commit))) as archive:
            archive.extractall(self.folder, filter="data")
        (self.folder / ".commit").write_text(commit)

    def _run(self, command: str, failure: str) -> None:
        words = [sys.executable, "-m", "sandbox.bootstrap", "--", "python", "-m", "sandbox", command]
        if subprocess.run(words, cwd=self.folder, stdout=sys.stderr, check=False).returncode:
            raise SandboxError(failure)


def _git(checkout: Path, *words: str) -> bytes:
    ran = subprocess.run(["git", *words], cwd=checkout, capture_output=True, check=False)  # noqa: S607 the user's own git
    if ran.returncode:
        reason = " ".join(ran.stderr.decode(errors="replace").split())
        raise SandboxError(f"`git {' '.join(words)}` failed: {reason}; name a commit of this repository")
    return ran.stdout
