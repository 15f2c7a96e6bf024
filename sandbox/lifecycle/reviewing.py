"""What a change is reviewed against where that is not what stands here."""

import io
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.paths import Paths


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
