"""Programs of the system's archive, by an `apt-get` and a `dpkg-deb` that do as they are told."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox.errors import SandboxError
from sandbox.toolchain.debian import BUNDLES, LAUNCHERS

if TYPE_CHECKING:
    from conftest import Machine

# The archive has another version of libluajit2-5.1-2, and no lists before `update`.
APT = """#!/bin/sh
echo "$@" >> "$APT_CALLS"
for word; do last=$word; done
case "$*" in
*" update") touch "$APT_CALLS.updated"; exit 0 ;;
esac
[ -e "$APT_CALLS.updated" ] || { echo "E: Unable to locate package $last"; exit 100; }
case "$last" in
libluajit2*=*) echo "E: Version was not found"; exit 100 ;;
libluajit2*) touch "${last}_9.9-1_amd64.deb" ;;
*=*) touch "${last%%=*}_$(echo "${last#*=}" | sed s/:/%3a/)_amd64.deb" ;;
esac
"""
DPKG = """#!/bin/sh
mkdir -p "$3/usr/bin" "$3/usr/share/man" && echo program > "$3/usr/bin/wrk" && echo page > "$3/usr/share/man/wrk.1"
"""


@pytest.fixture
def archive(machine: "Machine", monkeypatch: pytest.MonkeyPatch) -> Path:
    calls = machine.folder / "apt-calls"
    monkeypatch.setenv("APT_CALLS", str(calls))
    machine.program("apt-get", APT)
    machine.program("dpkg-deb", DPKG)
    return calls


def test_a_program_is_unpacked_with_its_launcher_and_without_its_manual(machine: "Machine", archive: Path) -> None:
    tools = machine.ensure("wrk")
    place = (tools.bin / "wrk").resolve()
    assert place.read_text() == (LAUNCHERS / "wrk").read_text()
    assert [path.name for path in (place.parent / "root").rglob("*") if path.is_file()] == ["wrk"]
    assert tools.sources == {"wrk": "4.1.0, unpacked just now"}
    assert "update" in archive.read_text()


@pytest.mark.usefixtures("archive")
def test_another_version_of_the_archive_is_taken_and_said(machine: "Machine") -> None:
    folder = (machine.ensure("wrk").bin / "wrk").resolve().parent
    assert "wrk 4.1.0: this archive has other versions, which are taken: libluajit2-5.1-2=9.9-1\n" in (
        machine.output.getvalue()
    )
    assert (folder / "versions.txt").read_text().splitlines() == ["wrk=4.1.0-3+b2", "libluajit2-5.1-2=9.9-1"]


def test_what_is_unpacked_is_not_asked_for_again(machine: "Machine", archive: Path) -> None:
    machine.ensure("wrk")
    before = archive.read_text()
    assert machine.ensure("wrk").sources == {"wrk": "4.1.0, from the cache"}
    assert archive.read_text() == before


def test_a_system_without_apt_is_told(machine: "Machine", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(machine.folder / "path"))
    with pytest.raises(SandboxError, match=r"this one has no apt-get, dpkg-deb; run it in Debian 12"):
        machine.ensure("wrk")


def test_the_sandbox_runs_without_them(machine: "Machine") -> None:
    assert not set(machine.ensure().sources) & {bundle.name for bundle in BUNDLES}
