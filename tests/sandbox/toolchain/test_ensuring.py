import fcntl
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from sandbox.errors import SandboxError
from sandbox.toolchain.catalog import MODULES, SANDBOX

if TYPE_CHECKING:
    from conftest import Machine

RUN = [module for module in MODULES if module.group == SANDBOX]
ALL = [tool for module in RUN for tool in module.tools]


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_everything_missing_is_built_and_linked(machine: "Machine") -> None:
    tools = machine.ensure()
    assert sorted(tools.sources) == sorted(ALL)
    assert all((tools.bin / name).read_text() == "program\n" for name in ALL)
    assert machine.builds == len(RUN)


def test_kwoks_stage_files_are_kept_without_its_sources_and_test_data(machine: "Machine") -> None:
    stages = machine.ensure("kwok").bin / "kwok-stages"
    assert [str(path.relative_to(stages)) for path in stages.rglob("*") if path.is_file()] == ["node/ready.yaml"]
    assert (stages / "node").stat().st_mode & 0o200


def test_what_is_cached_is_not_built_again(machine: "Machine") -> None:
    machine.ensure()
    before = machine.go_calls
    tools = machine.ensure()
    assert machine.go_calls == before
    assert tools.sources["etcd"] == "v3.6.5, from the cache"


def test_only_the_named_tools_are_built(machine: "Machine") -> None:
    machine.ensure("etcd")
    assert machine.builds == 1


def test_a_fitting_engine_of_path_is_used(machine: "Machine") -> None:
    there = machine.program("pulumi", "#!/bin/sh\necho v3.260.1\n")
    tools = machine.ensure()
    assert tools.pulumi.readlink() == there
    assert f"uses pulumi 3.260.1 at {there} from PATH" in machine.output.getvalue()
    assert machine.builds == len(RUN) - 1


@pytest.mark.parametrize("version", ["v3.258.9", "v4.0.0", "v2.300.0", "no version"])
def test_an_engine_that_does_not_fit_is_left_aside(machine: "Machine", version: str) -> None:
    machine.program("pulumi", f"#!/bin/sh\necho {version}\n")
    assert machine.ensure("pulumi").sources["pulumi"] == "v3.259.0, built just now"
    assert "3.259.0 or a later 3.x is needed" in machine.output.getvalue()


def test_our_own_link_is_not_taken_for_an_engine_of_path(machine: "Machine", monkeypatch: pytest.MonkeyPatch) -> None:
    tools = machine.ensure("pulumi")
    monkeypatch.setenv("PATH", f"{tools.bin}{os.pathsep}{os.environ['PATH']}")
    assert machine.ensure("pulumi").sources["pulumi"] == "v3.259.0, from the cache"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "main.go:3: undefined: thing",
            "could not build etcd v3.6.5: main.go:3: undefined: thing; run the same command",
        ),
        ("dial tcp: lookup proxy: no such host", "check the network and GOPROXY"),
        ("write x.a: no space left on device", "free some disk space"),
        ("verifying module: checksum mismatch", "do not use it"),
    ],
)
def test_a_failed_build_is_one_line_with_what_to_do(
    machine: "Machine", monkeypatch: pytest.MonkeyPatch, said: str, told: str
) -> None:
    monkeypatch.setenv("GO_FAILURE", said)
    with pytest.raises(SandboxError) as caught:
        machine.ensure("etcd")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert list((machine.cache / "toolchain").iterdir()) == []


@pytest.mark.parametrize("name", ["etcd", "manifest.json"])
def test_a_half_deleted_cache_is_built_again(machine: "Machine", name: str) -> None:
    folder = (machine.ensure("etcd").bin / "etcd").readlink().parent
    (folder / name).unlink()
    assert machine.ensure("etcd").sources["etcd"].endswith("built just now")


def test_a_half_written_program_is_built_again(machine: "Machine") -> None:
    program = (machine.ensure("etcd").bin / "etcd").readlink()
    program.write_text("pro")
    machine.ensure("etcd")
    assert program.read_text() == "program\n"


def test_what_an_interrupted_build_left_is_removed(machine: "Machine") -> None:
    folder = (machine.ensure("etcd").bin / "etcd").readlink().parent
    left = folder.with_name(f".partial-{folder.name}")
    folder.rename(left)
    (left / "litter").touch()
    machine.ensure("etcd")
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    assert not (folder / "litter").exists()


def test_too_little_disk_space_is_refused_before_any_build(machine: "Machine", monkeypatch: pytest.MonkeyPatch) -> None:
    def nearly_full(_: Path) -> _Usage:
        return _Usage(2**40, 2**40, 2**30 + 1)

    monkeypatch.setattr("shutil.disk_usage", nearly_full)
    with pytest.raises(SandboxError, match=r"has 1\.0 GiB free of the 16\.5 GiB needed"):
        machine.ensure()
    assert machine.go_calls == []


def test_a_second_checkout_waits_and_then_builds_nothing(machine: "Machine") -> None:
    machine.ensure("etcd")
    folder = (machine.paths.bin / "etcd").readlink().parent
    hidden = folder.rename(machine.folder / "hidden")
    waiter = threading.Thread(target=machine.ensure, args=("etcd",))
    with (machine.cache / "toolchain.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiter.start()
        deadline = time.monotonic() + 10
        while "waiting for it" not in machine.output.getvalue() and time.monotonic() < deadline:
            time.sleep(0.01)
        hidden.rename(folder)
    waiter.join(timeout=10)
    assert machine.builds == 1


def test_the_compilers_caches_are_removed_unless_they_are_to_be_kept(
    machine: "Machine", monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.ensure("etcd")
    assert not (machine.cache / "go").exists()
    monkeypatch.setenv("KEEP_GO_CACHE", "1")
    machine.ensure("kwok")
    assert (machine.cache / "go").exists()


def test_an_unknown_tool_is_named(machine: "Machine") -> None:
    with pytest.raises(
        SandboxError, match="no such tool: kubectl; known are keda-operator, keda-adapter, kube-apiserver"
    ):
        machine.ensure("kubectl")


def test_the_scripts_start_our_parts_with_this_python(machine: "Machine") -> None:
    machine.ensure("etcd")
    plugin = machine.paths.pulumi_home / "plugins" / "resource-aws-v7.51.1" / "pulumi-resource-aws"
    analyzer = machine.paths.bin / "pulumi-analyzer-policy-python"
    assert plugin.read_text().endswith('-u -m sandbox.aws "$@"\n')
    assert analyzer.read_text().endswith('-u -m pulumi.policy "$@"\n')
    assert all(os.access(script, os.X_OK) for script in (plugin, analyzer))
