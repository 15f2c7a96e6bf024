"""`make bench`: the times and sizes that the README promises, measured, and a preview against its floor."""

import os
import re
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from sandbox.lifecycle import recovery
from sandbox.lifecycle.checkpoint import Checkpoint
from sandbox.lifecycle.engine import Engine
from sandbox.lifecycle.floor import flat_program
from sandbox.lifecycle.report import Report
from sandbox.lifecycle.stacks import Project
from sandbox.paths import Paths
from sandbox.progress import Progress

ROUNDS = 3
MIB = 1024


def main() -> None:
    """Measure from nothing to both stacks up, and print one line a figure."""
    checkout = Path.cwd()
    paths, project = Paths.of_checkout(checkout), Project.of(checkout)
    _command("down")
    figures = {
        "up from nothing, toolchain cached": f"{_command('up'):.1f} s",
        "up again, nothing to change": f"{_command('up'):.1f} s",
        "preview of both stacks": f"{_command('preview'):.1f} s",
        "memory of the sandbox at rest": f"{resident_mib(paths):.0f} MiB",
    }
    for name, figure in figures.items():
        sys.stdout.write(f"{name}: {figure}\n")
    sys.stdout.write(f"{against_floor(paths, project)}\n")


def against_floor(paths: Paths, project: Project) -> str:
    """Preview prod's program and its flat floor in turn, each from an empty state."""
    endpoints, _ = recovery.restart_servers(paths)
    prod = project.stacks()[0]
    resources = Checkpoint.of(paths, prod).resources
    program = Engine(paths, replace(prod, name="bench-program"), endpoints)
    floor = replace(program, stack=replace(prod, name="bench-floor"), program=flat_program(resources), policies=())
    program = replace(program, policies=())
    pairs = [(_seconds(program), _seconds(floor)) for _ in range(ROUNDS)]
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    return (
        f"prod preview {ours:.1f} s, flat floor of {len(resources)} resources {theirs:.1f} s: "
        f"ratio {ours / theirs:.2f} (median of {ROUNDS} pairs, both without policies)"
    )


def resident_mib(paths: Paths) -> float:
    """Resident memory of every process that serves this sandbox, in MiB (proc(5), VmRSS)."""
    owned = (p for p in Path("/proc").iterdir() if p.name.isdigit() and _serves(p, paths))
    return sum(_resident_kib(process) for process in owned) / MIB


def _serves(process: Path, paths: Paths) -> bool:
    try:
        words = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
    except OSError:
        return False
    return str(paths.home).encode() in words and process.name != str(os.getpid())


def _resident_kib(process: Path) -> int:
    try:
        found = re.search(r"^VmRSS:\s+(\d+)", (process / "status").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found.group(1)) if found else 0


def _seconds(engine: Engine) -> float:
    title = f"preview {engine.stack.name}"
    progress = Progress.standard()
    started = time.monotonic()
    with progress.step(title) as step:
        engine.preview(Report(title, progress, step))
    return time.monotonic() - started


def _command(word: str) -> float:
    started = time.monotonic()
    subprocess.run([sys.executable, "-m", "sandbox", word], check=True)
    return time.monotonic() - started


if __name__ == "__main__":
    main()
