"""The exporter, as a process, against real MySQL servers; and its arithmetic."""

import re
import urllib.error
import urllib.request

import pytest
from mysql_rig import Rig, Run
from mysql_servers import PATIENCE

from database.exporter import render
from database.membership import ONLINE, UNREACHABLE, Standing
from sandbox.process import free_port, wait_until


class Shown:
    """An exporter, and what it shows."""

    def __init__(self, rig: Rig) -> None:
        self.port = free_port()
        self.run: Run = rig.start("export", LISTEN_PORT=str(self.port))
        assert wait_until(lambda: self.get("/healthz")[0] == 200, PATIENCE)

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def samples(self) -> dict[str, float]:
        status, text = self.get("/metrics")
        assert status == 200, text
        return {name: float(value) for name, value in re.findall(r"^([a-z].*) (\S+)$", text, re.MULTILINE)}


@pytest.fixture
def shown(members: Rig) -> Shown:
    members.listen()
    return Shown(members)


def test_it_shows_a_group_that_is_whole_and_what_its_losses_cost(members: Rig, shown: Shown) -> None:
    assert members.run().process.returncode == 0
    found = shown.samples()
    assert found["mysql_groups"] == 1
    assert (found["mysql_group_members_online"], found["mysql_group_quorum_margin"]) == (3, 1)
    assert found['mysql_group_member_state{member="b",state="ONLINE"}'] == 1
    assert found['mysql_group_member_state{member="b",state="ERROR"}'] == 0
    assert found['mysql_group_member_role{member="b",role="PRIMARY"}'] == 1
    members.named()["c"].close()
    members.registry.set(members.member("c"), _group_of(members, "a"), UNREACHABLE)
    found = shown.samples()
    assert found['mysql_group_member_up{member="c"}'] == 0
    assert 'mysql_group_member_state{member="c",state="ONLINE"}' not in found
    assert (found["mysql_group_members_online"], found["mysql_group_quorum_margin"]) == (2, 0)
    shown.run.process.terminate()
    assert shown.run.end() == 0, shown.run.output


def _group_of(rig: Rig, name: str) -> str:
    return rig.registry.members()[str(rig.member(name).number)][0]


def test_before_the_group_it_shows_none_and_no_member_that_knows_it(shown: Shown) -> None:
    found = shown.samples()
    assert (found["mysql_groups"], found["mysql_group_quorum_margin"]) == (0, -1)
    assert found['mysql_group_member_up{member="a"}'] == 0
    assert shown.get("/other")[0] == 404


def test_an_empty_password_file_is_told_to_who_asks(members: Rig, shown: Shown) -> None:
    members.password_file.write_text("\n")
    status, text = shown.get("/metrics")
    assert status == 503
    assert "is empty; mount the secret that has it" in text
    assert shown.get("/healthz") == (200, "ok\n")


def test_two_groups_are_counted() -> None:
    seen = {name: Standing(name=name, uuid=name, states={name: ONLINE}) for name in "ab"}
    assert b"mysql_groups 2.0" in render("abc", seen)
