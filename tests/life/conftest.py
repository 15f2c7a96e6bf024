"""A checkout of its own for the tests that run the real engine, so that they may edit the stack files."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SHIPPED = ("__main__.py", "Pulumi.yaml", "Pulumi.prod.yaml", "Pulumi.dr.yaml", "components", "policies", "sandbox")


@dataclass(frozen=True)
class Checkout:
    """One copy of the project and the command to drive its sandbox."""

    folder: Path

    def sandbox(self, *words: str, expect: int = 0) -> str:
        """Run a sandbox command; answer what it printed."""
        environment = os.environ | {"PYTHONPATH": str(self.folder)}
        ran = subprocess.run(
            [sys.executable, "-m", "sandbox", *words],
            cwd=self.folder, env=environment, capture_output=True, text=True, check=False, timeout=900,
        )  # fmt: skip
        printed = ran.stdout + ran.stderr
        assert ran.returncode == expect, printed
        assert "Traceback" not in printed
        return printed

    def settings(self, stack: str) -> dict[str, Any]:
        """The settings object of a stack file."""
        loaded = yaml.safe_load((self.folder / f"Pulumi.{stack}.yaml").read_text())
        return loaded["config"]["inference-platform:platform"]

    def change(self, stack: str, **values: Any) -> None:
        """Set values in a stack file by dotted path (`__` for the dot)."""
        file = self.folder / f"Pulumi.{stack}.yaml"
        loaded = yaml.safe_load(file.read_text())
        for path, value in values.items():
            *above, last = path.split("__")
            place = loaded["config"]["inference-platform:platform"]
            for key in above:
                place = place[key]
            place[last] = value
        file.write_text(yaml.safe_dump(loaded))


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A copy of the project, taken down at the end whatever happened."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in SHIPPED:
        source = ROOT / name
        ignore = shutil.ignore_patterns("__pycache__")
        (
            shutil.copytree(source, folder / name, ignore=ignore)
            if source.is_dir()
            else shutil.copy(source, folder / name)
        )
    copy = Checkout(folder)
    yield copy
    copy.sandbox("down")
