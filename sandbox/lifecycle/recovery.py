"""After a crash: find what a killed engine, moto or control plane left, say so, and mend it before the next run."""

from collections.abc import Iterable

from sandbox import cloud
from sandbox.aws import orphans
from sandbox.controlplane import ControlPlane
from sandbox.lifecycle import leftovers
from sandbox.lifecycle.checkpoint import Checkpoint, lock_files
from sandbox.lifecycle.engine import Engine
from sandbox.lifecycle.fleet import clusters, unmade
from sandbox.lifecycle.stacks import Project, Stack
from sandbox.paths import Paths


def end_leftovers(paths: Paths) -> list[str]:
    """End what a killed command left running.

    Returns:
        What was found, a line each.
    """
    ended = leftovers.remove(paths)
    return [f"{ended} processes of an engine whose command was killed: ended"] if ended else []


def restart_servers(paths: Paths) -> tuple[cloud.Endpoints, list[str]]:
    """Start moto and the control planes that should run and do not.

    Returns:
        Where AWS answers, and what was found, a line each.
    """
    known = paths.journal.exists()
    was_running = cloud.is_running(paths)
    endpoints = cloud.start(paths)
    found = ["moto was not running: started again with its memory replayed"] if known and not was_running else []
    for region, name in unmade(paths):
        ControlPlane.of(paths, region, name).destroy()
        found.append(f"control plane {name} was started, but its cluster never made: removed")
    for cluster in clusters(paths):
        plane = ControlPlane.of(paths, cluster.region, cluster.name)
        if not plane.is_running():
            plane.start(cluster.service_cidr)
            found.append(f"control plane {cluster.name} was not running whole: started again on its data")
    return endpoints, found


def mend_stacks(paths: Paths, project: Project, endpoints: cloud.Endpoints) -> list[str]:
    """Drop stale locks and open operations, and remove what was made but never recorded by the engine.

    Returns:
        What was found, a line each.
    """
    stacks = project.stacks()
    found = [line for stack in stacks for line in _mend(paths, stack, endpoints)]
    found += [f"{name} was cut short in the making: taken back" for name in orphans.roll_back(paths)]
    return found + _remove_orphans(paths, [Checkpoint.of(paths, stack) for stack in stacks])


def _mend(paths: Paths, stack: Stack, endpoints: cloud.Endpoints) -> list[str]:
    locks, pending = lock_files(paths, stack), Checkpoint.of(paths, stack).pending
    if locks or pending:
        Engine(paths, stack, endpoints).mend()
    found = [f"{stack.name}: an engine was killed here: its lock is dropped"] if locks else []
    return found + ([f"{stack.name}: {len(pending)} operations were under way and are forgotten"] if pending else [])


def _remove_orphans(paths: Paths, checkpoints: Iterable[Checkpoint]) -> list[str]:
    keep: set[tuple[str, str]] = set()
    for checkpoint in checkpoints:
        keep |= checkpoint.identities
    return [f"{name} was made but never recorded: removed" for name in orphans.remove(paths, keep)]
