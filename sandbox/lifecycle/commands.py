"""What the commands do; `sandbox/__main__.py` only reads the command line."""

import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from review.commands import let_through, publish, reported
from review.plan import Plan
from sandbox import cloud, toolchain
from sandbox.aws import growth
from sandbox.aws.ledger import Ledger
from sandbox.controlplane import ControlPlane, kill_nodes
from sandbox.errors import SandboxError
from sandbox.lifecycle import leftovers, recovery, reviewing, status
from sandbox.lifecycle.checkpoint import Checkpoint
from sandbox.lifecycle.engine import Engine
from sandbox.lifecycle.fleet import clusters, planes
from sandbox.lifecycle.report import Report
from sandbox.lifecycle.stacks import Project, Stack
from sandbox.paths import Paths
from sandbox.progress import Progress


def run(paths: Paths, project: Project, operation: str, names: Sequence[str], *, verbose: bool) -> None:
    """Preview or refresh the stacks named, or all of them in order.

    Raises:
        SandboxError: a stack's upstream is not up, a tool is missing, or the engine refused.
    """
    progress = Progress.standard()
    for engine in _engines(paths, project, names, progress):
        _operate(engine, operation, progress, verbose=verbose)


def up(paths: Paths, project: Project, names: Sequence[str], reviewed: Path | None, *, verbose: bool) -> None:
    """Bring up the stacks named, or all of them in order; what stands is changed only as its review allows.

    Raises:
        SandboxError: as `run` does.
        ReviewError: a change is blocked, or is not the one of the report in `reviewed`.
    """
    progress = Progress.standard()
    for engine in _engines(paths, project, names, progress):
        standing = bool(Checkpoint.of(paths, engine.stack).identities)
        plan = _plan(engine, progress, verbose=verbose) if standing or reviewed else None
        if plan:
            let_through(plan, project.checkout, reviewed)
        if plan and plan.is_idle:
            _tell(f"up {plan.stack}: {plan.kept} same")
        else:
            _operate(engine, "up", progress, verbose=verbose)
    _tell(f"{held(paths)}\n{status.controllers(paths)}\n\n{status.table(paths)}")


def report(paths: Paths, project: Project, base: str | None, out: Path, fail_on: str | None) -> int:
    """Review what `up` would change, against what stands here or against a commit that is brought up beside it.

    Returns:
        The exit status that the review asks for.

    Raises:
        SandboxError: as `run` does; also where there is no such commit, or it does not come up.
        ReviewError: the checkout's acceptances are wrong.
    """
    if base:
        standing = reviewing.Base(paths)
        standing.bring_up(project.checkout, base)
        paths = standing.paths
    progress = Progress.standard()
    plans = [_plan(engine, progress) for engine in _engines(paths, project, (), progress)]
    return publish(reported(plans, project.checkout), out, fail_on)


def show(paths: Paths) -> None:
    """Print the table of sites."""
    _tell(status.table(paths))


def kill(paths: Paths, cluster_name: str, node_group: str) -> None:
    """Let every node of a node group die at once.

    Raises:
        SandboxError: there is no such cluster, or the group has no nodes.
    """
    known = {cluster.name: cluster for cluster in clusters(paths)}
    if cluster_name not in known:
        raise SandboxError(f"no cluster {cluster_name!r}; clusters here: {', '.join(known) or 'none'}")
    plane = ControlPlane.of(paths, known[cluster_name].region, cluster_name)
    killed = kill_nodes(plane, node_group)
    if not killed:
        raise SandboxError(f"cluster {cluster_name} has no nodes of a group {node_group!r}")
    _tell(f"{killed} nodes of {node_group} died; `make status` shows where the pods go")


def ring(paths: Paths, alarm: str, value: float) -> None:
    """Let an alarm of the GPU nodes ring, and say what its policies did.

    Raises:
        SandboxError: there is no such alarm, or the value is not above its threshold.
    """
    for grown in growth.ring(paths, alarm, value):
        _tell(f"{grown.node_group}: {grown.before} nodes before, {grown.after} now; `make status` shows them")


def down(paths: Paths) -> None:
    """End every process that we started, by its pid, and remove the sandbox's folder."""
    leftovers.remove(paths)
    reviewing.Base(paths).take_down()
    for region, name in planes(paths):
        ControlPlane.of(paths, region, name).destroy()
    cloud.stop(paths)
    shutil.rmtree(paths.home, ignore_errors=True)
    _tell("down: every process of this sandbox has ended and its folder is gone")


def destroy(paths: Paths, project: Project, *, verbose: bool) -> None:
    """Destroy every stack by the engine, last one first, protection lifted in this sandbox's state alone."""
    progress = Progress.standard()
    toolchain.ensure(paths, progress)
    endpoints = _recover(paths, project, progress)
    for stack in reversed(project.stacks()):
        if Checkpoint.of(paths, stack).resources:
            engine = Engine(paths, stack, endpoints)
            engine.unprotect()
            _operate(engine, "destroy", progress, verbose=verbose)
    _tell(held(paths))


def summary_of(counts: dict[str, int]) -> str:
    """Counts by operation in words, e.g. `3 to create, 120 same`."""
    words = [f"{count} {operation}" for operation, count in sorted(counts.items()) if count]
    return ", ".join(words) or "nothing"


def held(paths: Paths) -> str:
    """How much of AWS is real to moto, and how much only our ledger remembers."""
    counts = Ledger(paths).summary()
    moto, recorded = counts.get("moto", 0), counts.get("recorded", 0)
    return f"AWS: {moto} resources held by moto, {recorded} only recorded (moto has no such API)"


def _operate(engine: Engine, operation: str, progress: Progress, *, verbose: bool) -> None:
    title = f"{operation} {engine.stack.name}"
    with progress.step(title) as step:
        report = Report(title, progress, step, verbose)
        counts = getattr(engine, operation)(report)
    _tell(f"{title}: {summary_of(counts)}")


def _plan(engine: Engine, progress: Progress, *, verbose: bool = False) -> Plan:
    title = f"review {engine.stack.name}"
    with progress.step(title) as step:
        return engine.plan(Report(title, progress, step, verbose))


def _engines(paths: Paths, project: Project, names: Sequence[str], progress: Progress) -> Iterator[Engine]:
    """Yield the engine of each stack, when the one before has done its work."""
    stacks = [project.stack(name) for name in names] or project.stacks()
    toolchain.ensure(paths, progress)
    endpoints = _recover(paths, project, progress)
    for stack in stacks:
        _require_upstream(paths, stack)
        yield Engine(paths, stack, endpoints)


def _recover(paths: Paths, project: Project, progress: Progress) -> cloud.Endpoints:
    with progress.step("start what should run and does not"):
        ended = recovery.end_leftovers(paths)
        endpoints, found = recovery.restart_servers(paths)
    for line in [*ended, *found, *recovery.mend_stacks(paths, project, endpoints)]:
        _tell(f"found: {line}")
    return endpoints


def _require_upstream(paths: Paths, stack: Stack) -> None:
    upstream = stack.upstream
    if upstream is None or Checkpoint.of(paths, stack.project.stack(upstream)).outputs:
        return
    raise SandboxError(
        f"stack {stack.name} reads {upstream}, which has no outputs yet; "
        f"bring {upstream} up first: `make up` brings up all stacks in order"
    )


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
