import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.environment import CHECKOUT, Environment
from sandbox.errors import SandboxError
from sandbox.progress import Progress


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    lock = tmp_path / "lock.txt"
    lock.write_text("# nothing to install\n")
    return Environment.of(lock)


def _quiet() -> Progress:
    return Progress(io.StringIO(), live=False)


def test_it_is_made_once_and_then_left_alone(environment: Environment) -> None:
    environment.ensure(_quiet())
    made = environment.stamp.stat().st_mtime_ns
    output = io.StringIO()
    environment.ensure(Progress(output, live=False))
    assert environment.python.exists()
    assert environment.stamp.stat().st_mtime_ns == made
    assert not output.getvalue()


def test_a_half_made_one_is_made_anew(environment: Environment) -> None:
    (environment.folder / "bin").mkdir(parents=True)
    litter = environment.folder / "litter"
    litter.touch()
    environment.ensure(_quiet())
    assert environment.is_complete()
    assert not litter.exists()


def test_another_lock_file_has_another_environment(environment: Environment) -> None:
    environment.lock.write_text("# something else\n")
    assert Environment.of(environment.lock).folder != environment.folder


def test_a_package_that_can_not_be_had_is_one_line(environment: Environment) -> None:
    environment.lock.write_text(f"pydantic==0.0.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(SandboxError, match=r"could not be made: .*pydantic==0\.0\.0.*; check") as caught:
        environment.ensure(_quiet())
    assert "\n" not in str(caught.value)
    assert not environment.is_complete()


def test_a_python_without_ensurepip_is_told_what_to_install(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(_: str) -> None:
        return None

    monkeypatch.setattr("importlib.util.find_spec", absent)
    with pytest.raises(SandboxError, match="install python3-venv"):
        environment.ensure(_quiet())


def test_its_programs_come_first(environment: Environment) -> None:
    assert environment.variables()["PATH"].split(os.pathsep)[0] == str(environment.folder / "bin")


def test_bytecode_is_kept_whatever_the_machine_says(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in environment.variables()


def test_the_bootstrap_needs_no_package_and_tells_its_usage() -> None:
    command = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(CHECKOUT)!r}); {_RUN}"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (
        2,
        "usage: python3 -m sandbox.bootstrap -- COMMAND [ARGUMENT ...]\n",
    )


_RUN = "import runpy; sys.argv[1:] = []; runpy.run_module('sandbox.bootstrap', run_name='__main__')"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-go.txt"])
def test_lock_files_pin_by_hash_and_name_no_host(name: str) -> None:
    lines = (CHECKOUT / name).read_text().splitlines()
    packages = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert all("==" in line and line.endswith("\\") for line in packages)
    assert not any("://" in line or "index" in line.split("=")[0] for line in lines)


def test_the_programs_lock_is_part_of_the_whole_lock() -> None:
    def pins(name: str) -> set[str]:
        text = (CHECKOUT / name).read_text().splitlines()
        return {line.split()[0] for line in text if "==" in line}

    assert pins("requirements.txt") <= pins("requirements-dev.txt")
