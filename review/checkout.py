"""Which change is reviewed: the commit of a checkout, and with what it is run."""

import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from pulumi.automation import CommandError, PulumiCommand


def commit(folder: Path) -> str:
    """Return the commit of a checkout, with `+changes` where files differ from it; empty outside a repository."""
    head = _git(folder, "rev-parse", "HEAD")
    return f"{head[:12]}{'+changes' if _git(folder, 'status', '--porcelain') else ''}" if head else ""


def tools() -> Mapping[str, str]:
    """Return names and versions of what makes a plan here: the engine on PATH, and the providers' packages."""
    return {"pulumi": _engine(), **{name: version(name) for name in ("pulumi-aws", "pulumi-kubernetes")}}


def _engine() -> str:
    try:
        return str(PulumiCommand().version or "unknown")
    except (FileNotFoundError, CommandError):
        return "none"


def _git(folder: Path, *words: str) -> str:
    try:
        ran = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S607 the user's own git
    except FileNotFoundError:
        return ""
    return ran.stdout.strip() if ran.returncode == 0 else ""
