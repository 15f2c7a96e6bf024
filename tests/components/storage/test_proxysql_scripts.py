"""What stands beside ProxySQL, run for real, with a stand-in for the `mysql` client and the admin interface behind it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import proxysql_stand_in as stand_in
import pytest
from proxysql_rig import GROUP, pools, write

from components.storage.proxysql import config

SCRIPTS = Path(config.__file__).parent / "files"
NAMES = ("init.sh", "reload.sh", "drain.sh")
LONGEST_SECONDS = 30


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with ProxySQL's files, its state after a start, and the client."""
    write(tmp_path, pools())
    (tmp_path / stand_in.STATE).write_text(json.dumps(stand_in.started(tmp_path)))
    (tmp_path / "client.cnf").write_text("[client]\n")
    programs = tmp_path / "bin"
    programs.mkdir()
    client = programs / "mysql"
    client.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{stand_in.__file__}" "$@"\n')
    client.chmod(0o755)
    return tmp_path


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "FOLDER": str(folder)}


@contextmanager
def reloading(folder: Path) -> Generator["subprocess.Popen[str]"]:
    files = [folder / name for name in ("servers.cnf", "proxysql.cnf", "rds-ca.pem", "user.cnf", "monitor.cnf")]
    words = ["/bin/sh", SCRIPTS / "reload.sh", folder / "client.cnf", "0.05", *files]
    with subprocess.Popen(
        words, env=_environment(folder), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            # It has the digests of what ProxySQL began with once it sleeps.
            _wait(lambda: "sleep" in _children(process.pid))
            yield process
        finally:
            process.kill()


def _children(pid: int) -> str:
    tasks = Path(f"/proc/{pid}/task/{pid}/children")
    return " ".join(Path(f"/proc/{each}/comm").read_text() for each in tasks.read_text().split())


def _wait(until: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST_SECONDS
    while not _quiet(until):
        assert time.monotonic() < end, "what was waited for did not come"
        time.sleep(0.02)


def _quiet(until: Callable[[], bool]) -> bool:
    try:
        return until()
    except FileNotFoundError:  # a process that has just ended
        return False


def _runtime(folder: Path) -> dict[str, Any]:
    return json.loads((folder / stand_in.STATE).read_text())["runtime"]


def _log(folder: Path) -> list[str]:
    log = folder / stand_in.LOG
    return log.read_text().splitlines() if log.exists() else []


def test_changed_variables_users_and_rules_are_taken_up_and_servers_left_alone(folder: Path) -> None:
    with reloading(folder) as process:
        write(folder, pools(statement_milliseconds=20_000), password="new")
        _wait(lambda: _runtime(folder)["mysql_users"]["clients"]["password"] == "new")
        assert process.stdout
        assert process.stdout.readline() == "files taken up\n"
    runtime = _runtime(folder)
    assert runtime["mysql_variables"]["default_query_timeout"] == 20_000
    assert runtime["mysql_query_rules"]["40"]["timeout"] == 20_000
    assert not [each for each in _log(folder) if "SERVERS" in each]


def test_changed_members_are_taken_up_and_the_old_are_gone(folder: Path) -> None:
    fewer = config.Members(hosts=GROUP.hosts[:2], group=True)
    with reloading(folder):
        write(folder, pools(size=60), fewer)
        _wait(lambda: len(_runtime(folder)["mysql_servers"]) == 2)
    assert {each["max_connections"] for each in _runtime(folder)["mysql_servers"].values()} == {60}
    assert not [each for each in _log(folder) if "USERS" in each]


def test_what_cannot_be_read_changes_nothing_and_is_tried_again(folder: Path) -> None:
    before = _runtime(folder)
    with reloading(folder) as process:
        (folder / "servers.cnf").write_text("mysql_servers=(\n")
        assert process.stdout
        assert [process.stdout.readline() for _ in range(2)] == ["servers NOT taken up\n"] * 2
        assert _runtime(folder) == before
        write(folder, pools(size=70))
        _wait(lambda: {each["max_connections"] for each in _runtime(folder)["mysql_servers"].values()} == {70})


def test_it_ends_when_it_is_told(folder: Path) -> None:
    with reloading(folder) as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(LONGEST_SECONDS) == 0


def test_before_the_end_no_new_clients_are_taken(folder: Path) -> None:
    words = ["/bin/sh", SCRIPTS / "drain.sh", folder / "client.cnf", "0.01"]
    subprocess.run(words, env=_environment(folder), check=True)
    assert _runtime(folder)["paused"] is True


def test_each_pod_draws_its_own_word_once(tmp_path: Path) -> None:
    found: list[str] = []
    for name in ("one", "two"):
        run = tmp_path / name
        run.mkdir()
        for _ in range(2):
            subprocess.run(["/bin/sh", SCRIPTS / "init.sh", run, "6032"], check=True)
            found.append((run / "client.cnf").read_text())
    assert found[0] == found[1] != found[2] == found[3]
    word = re.search(r"^password=([0-9a-f]{48})$", found[0], re.MULTILINE)
    assert word
    admin = (tmp_path / "one" / "admin.cnf").read_text()
    assert f'admin_credentials="admin:{word[1]}"\n' in admin
    assert re.search(r'^stats_credentials="stats:[0-9a-f]{48}"$', admin, re.MULTILINE)
    assert word[1] not in admin.splitlines()[1]
    assert "host=127.0.0.1\nport=6032\n" in found[0]
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "one").iterdir()} == {0o600}


@pytest.mark.parametrize("name", NAMES)
def test_shellcheck_finds_nothing(name: str) -> None:
    program = Path(sys.executable).with_name("shellcheck")
    subprocess.run([program, "--shell=sh", SCRIPTS / name], check=True)
