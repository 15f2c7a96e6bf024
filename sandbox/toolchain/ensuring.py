"""Have every tool ready: found, cached or built, and linked where the engine looks."""

import os
import shutil
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.locking import exclusive
from sandbox.paths import Paths, cache_root
from sandbox.progress import Progress
from sandbox.toolchain import found, go, links
from sandbox.toolchain.build import Builder
from sandbox.toolchain.cache import Entry
from sandbox.toolchain.catalog import MODULES, SANDBOX, Module, modules_for
from sandbox.toolchain.debian import BUNDLES, Bundle, bundles_for, unpack
from sandbox.toolchain.disk import require_room
from sandbox.toolchain.running import Children

SIDE_BY_SIDE = 2
"""Builds at once: one downloads or links on one core while the other compiles."""

KEEP_VARIABLE = "KEEP_GO_CACHE"
"""Set to anything, the Go downloads and compiled packages (about 5 GiB) stay after a build."""


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools, ready to be used.

    Attributes:
        bin: the folder to put first on PATH.
        sources: where each program came from, in words, by its name.
    """

    bin: Path
    sources: dict[str, str]

    @property
    def pulumi(self) -> Path:
        """The engine's command."""
        return self.bin / "pulumi"


def ensure(paths: Paths, progress: Progress, tools: Iterable[str] | None = None) -> Tools:
    """Make the tools available and link them into `paths.bin`.

    Args:
        paths: the sandbox to link them into.
        progress: told what is found, what is built and why that takes long.
        tools: names of programs and groups; all that the sandbox runs for None.

    Raises:
        SandboxError: a tool can not be built, or there is no disk space for it.
    """
    names = [SANDBOX] if tools is None else list(tools)
    _require_known(names)
    wanted = modules_for(names)
    sources = _use_engine_of_path(paths, progress, wanted)
    entries = {
        module.name: Entry.of(module, cache_root()) for module in wanted if not set(module.tools) <= sources.keys()
    }
    rest = [module for module in wanted if module.name in entries]
    require_room(cache_root(), paths.home, _missing(rest, entries))
    built = _fill(rest, entries, progress)
    for module in rest:
        sources |= _link(paths, module, entries[module.name].folder, built=module in built)
    for bundle in bundles_for(names):
        sources |= _unpack(paths, bundle, progress)
    links.write_scripts(paths)
    return Tools(paths.bin, sources)


def _use_engine_of_path(paths: Paths, progress: Progress, wanted: Sequence[Module]) -> dict[str, str]:
    there = found.engine([paths.bin, cache_root()])
    if there is None or not any("pulumi" in module.tools for module in wanted):
        return {}
    minimum = ".".join(map(str, found.ENGINE_MINIMUM))
    if not found.fits_engine(there):
        told = f"pulumi {there.text} at {there.path}"
        progress.say(f"leaves {told} aside: {minimum} or a later 3.x is needed")
        return {}
    progress.say(f"uses pulumi {there.text} at {there.path} from PATH")
    links.link(there.path, paths.bin / "pulumi")
    return {"pulumi": f"{there.text} at {there.path}, from PATH"}


def _require_known(names: Iterable[str]) -> None:
    programs = [tool for module in MODULES for tool in module.tools] + [bundle.name for bundle in BUNDLES]
    known = [*programs, *sorted({each.group for each in (*MODULES, *BUNDLES)})]
    if unknown := sorted(set(names) - set(known)):
        raise SandboxError(f"no such tool: {', '.join(unknown)}; known are {', '.join(known)}")


def _unpack(paths: Paths, bundle: Bundle, progress: Progress) -> dict[str, str]:
    entry = Entry(cache_root() / "toolchain" / bundle.key())
    whole = entry.is_whole()
    if not whole:
        waiting = "another checkout is unpacking the tools: waiting for it"
        # Not the builds' lock: they take minutes, and this takes seconds.
        with exclusive(cache_root() / "archive.lock", lambda: progress.say(waiting)):
            if not entry.is_whole():
                unpack(bundle, entry, Children(), progress)
    links.link(entry.folder / bundle.name, paths.bin / bundle.name)
    return {bundle.name: f"{bundle.version}, {'from the cache' if whole else 'unpacked just now'}"}


def _missing(modules: Sequence[Module], entries: dict[str, Entry]) -> list[Module]:
    return [module for module in modules if not entries[module.name].is_whole()]


def _fill(modules: Sequence[Module], entries: dict[str, Entry], progress: Progress) -> list[Module]:
    """Build what is missing; returns what was built."""
    if not _missing(modules, entries):
        return []
    waiting = "another checkout is building the tools: waiting for it"
    with exclusive(cache_root() / "toolchain.lock", lambda: progress.say(waiting)):
        missing = _missing(modules, entries)
        if missing:
            _build_all(missing, entries, progress)
    return missing


def _build_all(missing: Sequence[Module], entries: dict[str, Entry], progress: Progress) -> None:
    work = cache_root() / "go"
    work.mkdir(parents=True, exist_ok=True)
    names = ", ".join(module.title for module in missing)
    minutes = sum(module.minutes for module in missing)
    progress.say(f"missing: {names}; no package index carries them, so they are built from source")
    progress.say(f"on two cores that takes about {minutes:.0f} min, once; two are built side by side")
    _side_by_side(Builder(go.ready(work, progress), Children(), progress), missing, entries)
    if not os.environ.get(KEEP_VARIABLE):
        progress.say(f"removing {work}: only builds need it ({KEEP_VARIABLE}=1 keeps it)")
        shutil.rmtree(work, ignore_errors=True)


def _side_by_side(builder: Builder, missing: Sequence[Module], entries: dict[str, Entry]) -> None:
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        futures = [pool.submit(builder.build, module, entries[module.name]) for module in missing]
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            _raise_first(done)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            builder.children.end()


def _raise_first(done: Iterable[Future[None]]) -> None:
    for future in done:
        future.result()


def _link(paths: Paths, module: Module, folder: Path, *, built: bool) -> dict[str, str]:
    for name in (*module.tools, *module.data):
        links.link(folder / name, paths.bin / name)
    origin = "built just now" if built else "from the cache"
    return dict.fromkeys(module.tools, f"{module.version}, {origin}")
