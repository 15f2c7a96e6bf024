"""What the engine finds by name: links to the tools, and scripts that start our Python parts."""

import os
import shlex
import sys
from pathlib import Path

from sandbox.paths import Paths

PLUGINS = {
    "resource-aws-v7.51.1": ("pulumi-resource-aws", "sandbox.aws"),
    "resource-kubernetes-v4.34.2": ("pulumi-resource-kubernetes", "sandbox.kubernetes"),
}
"""Plugin folder by the versions that requirements.in pins: the engine looks for exactly these."""

ANALYZER = "pulumi-analyzer-policy-python"
EXECUTABLE = 0o755


def link(target: Path, place: Path) -> None:
    """Point a link at the target, in one step, so that a running engine never finds it missing."""
    if place.is_symlink() and place.readlink() == target:
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_name(f".{place.name}.{os.getpid()}")
    partial.unlink(missing_ok=True)
    partial.symlink_to(target)
    partial.replace(place)


def write_scripts(paths: Paths, python: Path = Path(sys.executable)) -> None:
    """Write the scripts by which the engine starts the policy analyzer and the provider plugins."""
    _script(paths.bin / ANALYZER, python, "pulumi.policy")
    for folder, (name, package) in PLUGINS.items():
        _script(paths.pulumi_home / "plugins" / folder / name, python, package)


def _script(place: Path, python: Path, package: str) -> None:
    text = f'#!/bin/sh\nexec {shlex.quote(str(python))} -u -m {package} "$@"\n'
    if place.exists() and place.read_text() == text:
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_name(f".{place.name}.{os.getpid()}")
    partial.write_text(text)
    partial.chmod(EXECUTABLE)
    partial.replace(place)
