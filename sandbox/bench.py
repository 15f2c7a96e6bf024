"""`make bench`: the promised times and sizes, measured in a copy of the checkout: what stands here is left alone.

A preview is measured in a process of its own, as people run it: imports count. The floor of a preview is a flat program
that registers the same number of resources of the same types through the same plugins; that of the policy pack is a
pack without rules, which the engine starts and asks about each resource all the same.
"""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sandbox import growth, scale
from sandbox.controlplane import ControlPlane
from sandbox.drills.workload import Workload
from sandbox.errors import SandboxError
from sandbox.lifecycle import recovery
from sandbox.lifecycle.engine import Engine
from sandbox.lifecycle.fleet import SERVICE_CIDR, clusters
from sandbox.lifecycle.floor import flat_program
from sandbox.lifecycle.memory import Peak
from sandbox.lifecycle.report import Report
from sandbox.lifecycle.stacks import Project
from sandbox.paths import Paths
from sandbox.progress import Progress

ROUNDS = 5
STACK = "prod"
VARIANTS = ("floor", "program", "unruled", "policies")
"""The flat program; ours; ours with a pack without rules; ours with the policy pack."""

SITES = "sites-"
"""Begins the variant that is ours with another number of sites, like sites-12."""

GROWTH_ROUNDS = 3
SCALE_SIZE = 5
"""2,000 pods and 500 nodes take an API server about 600 MiB."""

_UNRULED = """\
import sys

sys.path.insert(0, {pack!r})
from analyzer import serve
from rulebook import Pack

serve(Pack(()))
"""


class _Aside(Paths):
    """The sandbox at hand with an empty state, in which a stack of the same name is still to be created."""

    @property
    def state(self) -> Path:
        """Folder of the file state backend."""
        return self.home / "bench"


def main(arguments: Sequence[str]) -> int:
    """Print one line a figure; with the name of a variant, measure one preview of it in the sandbox at hand.

    Returns:
        0, 1 for an error that was told, 130 after Ctrl-C.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if arguments:
            sys.stdout.write(json.dumps(preview(Path.cwd(), arguments[0])))
        else:
            with _copied(Path.cwd()) as copy, Peak(copy) as memory:
                _print_all(copy, memory)
    except SandboxError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: the copy is taken down\n")
        return 130
    return 0


def preview(checkout: Path, variant: str) -> dict[str, float]:
    """Preview prod, or its floor, from an empty state.

    Returns:
        `seconds`, and how many `resources` would be created.
    """
    paths, project = Paths.of_checkout(checkout), Project.of(checkout)
    endpoints, _ = recovery.restart_servers(paths)
    stack = project.stack(STACK)
    if variant.startswith(SITES):
        stack = growth.with_sites(stack, int(variant.removeprefix(SITES)))
    program = flat_program(Engine(paths, stack, endpoints).resources()) if variant == "floor" else None
    engine = Engine(_Aside(paths.home), stack, endpoints, program, _packs(paths, checkout / "policies", variant))
    progress = Progress.standard()
    started = time.monotonic()
    with progress.step(f"preview {variant}") as step:
        counts = engine.preview(Report(f"preview {variant}", progress, step))
    return {"seconds": time.monotonic() - started, "resources": counts["create"]}


def _packs(paths: Paths, pack: Path, variant: str) -> tuple[str, ...]:
    if variant != "unruled":
        return (str(pack),) if variant == "policies" else ()
    folder = paths.home / "unruled"
    folder.mkdir(exist_ok=True)
    shutil.copy(pack / "PulumiPolicy.yaml", folder)
    (folder / "__main__.py").write_text(_UNRULED.format(pack=str(pack)))
    return (str(folder),)


def comparison(rounds: Sequence[dict[str, dict[str, float]]]) -> str:
    """The preview against its floor, and what the policy pack costs, from the lowest of interleaved rounds.

    What else a machine does only adds: medians of five have differed by a fifth where the lowest agree within a tenth.

    Raises:
        SandboxError: the floor does not register as many resources as the program.
    """
    counts = {each[variant]["resources"] for each in rounds for variant in VARIANTS}
    if len(counts) != 1:
        raise SandboxError(
            f"program and floor must register the same number of resources, not {counts}; mend the floor"
        )
    floor, ours, unruled, guarded = (min(each[variant]["seconds"] for each in rounds) for variant in VARIANTS)
    return (
        f"preview of {STACK}, {counts.pop():.0f} resources to create: {ours:.1f} s, flat floor {floor:.1f} s, "
        f"ratio {ours / floor:.2f}\n"
        f"the same with the policy pack: {guarded:.1f} s, {100 * (guarded - ours) / ours:+.0f} %; with a pack without "
        f"rules {unruled:.1f} s, {100 * (unruled - ours) / ours:+.0f} % (lowest of {len(rounds)} interleaved rounds)"
    )


def copy_checkout(checkout: Path, folder: Path) -> None:
    """Copy what a checkout needs to run, without its sandbox and its history."""
    left_out = shutil.ignore_patterns(".*", "__pycache__", "tests", "docs")
    shutil.copytree(checkout, folder, ignore=left_out, dirs_exist_ok=True)


def _print_all(copy: Path, memory: Peak) -> None:
    _tell(f"up from nothing, toolchain cached: {_command(copy, 'up'):.1f} s (limit 120)")
    _tell(f"up again, nothing to change: {_command(copy, 'up'):.1f} s (limit 40)")
    _tell(f"preview of both stacks: {_command(copy, 'preview'):.1f} s (limit 30)")
    _tell(f"preview of {STACK}: {_command(copy, 'preview', STACK):.1f} s")
    _tell(f"memory at rest {memory.now():.0f} MiB, at its peak {memory.peak:.0f} MiB (limit 4096)")
    _tell(comparison([{variant: _measured(copy, variant) for variant in VARIANTS} for _ in range(ROUNDS)]))
    grown = [{count: _measured(copy, f"{SITES}{count}") for count in growth.SITES} for _ in range(GROWTH_ROUNDS)]
    _tell(growth.growth(grown))
    _tell(_scaled(copy))
    _tell(f"memory at its peak in all of this {memory.peak:.0f} MiB (limit 4096)")


def _scaled(copy: Path) -> str:
    """Start the first site's model server many times over, on a control plane of its own; the others make room."""
    paths = Paths.of_checkout(copy)
    planes = [ControlPlane.of(paths, each.region, each.name) for each in clusters(paths)]
    template = scale.Template.of(Workload.of(planes[0]))
    for plane in planes:
        plane.stop()
    large = ControlPlane(paths, planes[0].region, scale.NAMESPACE, SCALE_SIZE)
    try:
        large.start(SERVICE_CIDR)
        return scale.told(*scale.measure(large, template))
    finally:
        large.destroy()


@contextmanager
def _copied(checkout: Path) -> Generator[Path]:
    """A copy of the checkout, whose sandbox is taken down at the end."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        copy = Path(folder)
        copy_checkout(checkout, copy)
        try:
            yield copy
        finally:
            _command(copy, "down")


def _measured(copy: Path, variant: str) -> dict[str, float]:
    ran = _python(copy, "sandbox.bench", variant)
    return json.loads(ran)


def _command(copy: Path, *words: str) -> float:
    started = time.monotonic()
    _python(copy, "sandbox", *words)
    return time.monotonic() - started


def _python(copy: Path, module: str, *words: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", module, *words], cwd=copy, stdout=subprocess.PIPE, text=True, check=False
    )
    if ran.returncode:
        raise SandboxError(f"`{' '.join([module, *words])}` failed, as it says above; see to that first")
    return ran.stdout


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
