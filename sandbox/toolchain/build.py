"""Compile one module's tools into its cache entry."""

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sandbox.progress import Progress, Step
from sandbox.toolchain.cache import Entry
from sandbox.toolchain.catalog import BUILD_FLAGS, MODULES_FOLDER, Module
from sandbox.toolchain.go import Go
from sandbox.toolchain.running import Children

_DOWNLOADING = re.compile(r"^go: downloading (\S+)")
_MAJOR = re.compile(r"^v\d+$")


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds modules with one compiler; several threads may share it.

    Attributes:
        go: the compiler.
        children: its running commands.
        modules: the folder of the pinned modules.
    """

    go: Go
    children: Children
    progress: Progress
    modules: Path = MODULES_FOLDER

    def build(self, module: Module, entry: Entry) -> None:
        """Download, verify by go.sum, compile, and put the result in its place.

        Raises:
            SandboxError: any of these failed; the compiler's own cache keeps what was done.
        """
        with entry.filling() as partial:
            total = self._download(module)
            self._compile(module, partial, total)
            for name, (origin, inner) in module.data.items():
                self._copy(module, partial / name, origin, inner)

    def _download(self, module: Module) -> int:
        """Fetch what the tools import and count the packages to compile."""
        packages: set[str] = set()
        modules = 0
        with self.progress.step(f"download {module.title}", "Go modules, verified by go.sum") as step:

            def on_line(line: str) -> None:
                nonlocal modules
                if _DOWNLOADING.match(line):
                    modules += 1
                    step.note(f"{modules} modules")
                else:
                    packages.add(line)

            arguments = ["list", "-mod=readonly", "-deps", *module.tools.values()]
            self._go(module, f"download {module.title}", arguments, on_line)
        return len(packages)

    def _compile(self, module: Module, target: Path, total: int) -> None:
        title = f"build {module.title}"
        why = f"compiled from source, about {module.minutes:.0f} min on two cores; once per version"
        with self.progress.step(title, why) as step:
            flags = ["-v", *BUILD_FLAGS, "-ldflags", module.linker_flags, "-o", f"{target}{os.sep}"]
            counting = _counter(step, total)
            self._go(module, title, ["build", *flags, *module.tools.values()], counting)
        for tool, package in module.tools.items():
            (target / _built_name(package)).rename(target / tool)

    def _copy(self, module: Module, target: Path, origin: str, inner: str) -> None:
        purpose = f"find the files of {origin}"
        # A module whose packages no tool imports was not downloaded with them.
        self._go(module, purpose, ["mod", "download", origin], lambda _: None)
        arguments = ["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", origin]
        [folder] = self._go(module, purpose, arguments, lambda _: None)
        shutil.copytree(Path(folder, inner), target, ignore=_only_manifests)
        for top, _, _ in os.walk(target):
            # Go's downloads are read-only, and a copied folder that is can not be removed again.
            Path(top).chmod(0o755)

    def _go(self, module: Module, purpose: str, arguments: list[str], on_line: Callable[[str], None]) -> list[str]:
        folder = self.modules / module.name
        return self.go.run(self.children, purpose, arguments, on_line, folder)


def _counter(step: Step, total: int) -> Callable[[str], None]:
    """Counts the packages that `go build -v` names; it names only those it compiles."""
    done = 0

    def on_line(_: str) -> None:
        nonlocal done
        done += 1
        step.count(done, total, "package")

    return on_line


def _built_name(package: str) -> str:
    """The file that `go build -o FOLDER/` writes: the last element that is no major version."""
    return next(part for part in reversed(package.split("/")) if not _MAJOR.match(part))


def _only_manifests(folder: str, names: list[str]) -> set[str]:
    kept = {name for name in names if name.endswith((".yaml", "swagger.json")) or Path(folder, name).is_dir()}
    return set(names) - (kept - {"testdata"})
