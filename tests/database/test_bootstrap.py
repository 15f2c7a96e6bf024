"""The bootstrap, as processes, against real MySQL servers with a stand-in of RDS's procedures."""

import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from mysql_group import GROUP
from mysql_rig import MASTER, MASTER_PASSWORD, MONITOR_PASSWORD, PARAMETER_GROUP, Rig, pause
from mysql_servers import PATIENCE

from database.server import Login, Server
from database.settings import Member

CHANGING = ("CALL mysql.rds_set", "CALL mysql.rds_group", "CREATE", "ALTER", "GRANT")
BEGINS = "CALL mysql.rds_group_replication_start(1)"
# Of each member four, and of the account `monitor` three.
CHANGES = 4 * 3 + 3


def _changes(rig: Rig) -> list[tuple[str, str]]:
    return [(member, statement) for member, statement in rig.statements if statement.startswith(CHANGING)]


def _nothing() -> None:
    """Let the answer be lost, and nothing else happen."""


@dataclass
class Hold:
    """Keeps the first statement of this beginning from its server until it is let go."""

    beginning: str
    reached: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)

    def __call__(self, _member: str, statement: str) -> None:
        if statement.startswith(self.beginning) and not self.reached.is_set():
            self.reached.set()
            assert self.let_go.wait(PATIENCE)


def test_three_members_become_one_group_and_a_second_run_changes_nothing(members: Rig) -> None:
    members.listen()
    run = members.run()
    assert run.process.returncode == 0, run.output
    members.require_one_group()
    assert len(_changes(members)) == CHANGES
    for each in members.members:
        assert each.value("SELECT @@GLOBAL.super_read_only") == 0
        assert each.value("SELECT value FROM mysql.rds_configuration WHERE name LIKE 'binlog%'") == "168"
    members.statements.clear()
    assert members.run().process.returncode == 0
    assert not _changes(members)
    members.require_one_group()


@pytest.mark.parametrize("order", list(itertools.permutations("abc")), ids="".join)
def test_members_may_come_up_in_any_order(members: Rig, order: Sequence[str]) -> None:
    run = members.start()
    for name in order:
        assert members.registry.made() == 0
        members.listen(name)
        members.until(lambda name=name: any(member == name for member, _ in members.statements))
    assert run.end() == 0, run.output
    members.require_one_group()


def test_a_run_that_dies_after_any_statement_is_continued(members: Rig) -> None:
    members.listen()
    killed: set[tuple[str, str]] = set()

    def rule(member: str, statement: str) -> Callable[[], None] | None:
        if not statement.startswith(CHANGING) or (member, statement) in killed:
            return None
        killed.add((member, statement))
        return members.runs[-1].kill

    members.rule = rule
    for _ in range(CHANGES):
        assert members.start().end() == -9, members.runs[-1].output
    last = members.run()
    assert last.process.returncode == 0, last.output
    assert len(killed) == CHANGES
    members.require_one_group()


def test_lost_answers_do_no_harm(members: Rig) -> None:
    members.listen()
    lost: set[tuple[str, str]] = set()

    def rule(member: str, statement: str) -> Callable[[], None] | None:
        if not statement.startswith(CHANGING) or (member, statement) in lost:
            return None
        lost.add((member, statement))
        return _nothing

    members.rule = rule
    run = members.run()
    assert run.process.returncode == 0, run.output
    assert len(lost) == CHANGES
    members.require_one_group()


@pytest.mark.parametrize("_time", range(3))
def test_runs_at_once_make_one_group(members: Rig, _time: int) -> None:
    members.listen()
    runs = [members.start() for _ in range(3)]
    assert [run.end() for run in runs] == [0, 0, 0], [run.output for run in runs]
    members.require_one_group()
    assert sum(statement == BEGINS for _, statement in members.statements) == 1


def test_a_second_run_waits_for_one_that_hangs_just_before_it_starts_the_group(members: Rig) -> None:
    members.listen()
    hold = Hold(BEGINS)
    members.rule = hold
    first = members.start()
    assert hold.reached.wait(PATIENCE), first.output
    second = members.start()
    members.until(lambda: sum("GET_LOCK" in statement for _, statement in members.statements) > 4)
    # Its process is gone; its session and its statement are not, as the server knows nothing of it.
    first.kill()
    pause()
    assert members.registry.made() == 0
    hold.let_go.set()
    assert second.end() == 0, second.output
    assert "another run is at work" in second.output
    members.require_one_group()


def test_a_run_that_lost_its_session_starts_no_second_group(members: Rig) -> None:
    members.listen()
    hold = Hold(BEGINS)
    members.rule = hold
    first = members.start()
    assert hold.reached.wait(PATIENCE), first.output
    # Its lock is free now, and its statement not yet sent.
    members.named()["a"].cut()
    assert members.run().process.returncode == 0
    hold.let_go.set()
    assert first.end() == 0, first.output
    members.require_one_group()


def test_no_group_is_started_while_a_member_does_not_answer(members: Rig) -> None:
    members.listen("a", "b")
    run = members.run(DEADLINE_SECONDS="3")
    assert run.process.returncode == 1
    told = run.output.splitlines()[-1]
    assert told.startswith("error: not done in 3 s: no group is known, and c may be in one"), told
    assert members.registry.made() == 0
    assert not _changes(members)


def test_a_group_that_is_elsewhere_is_joined(members: Rig) -> None:
    members.listen()
    assert members.run().process.returncode == 0
    members.registry.forget(members.member("a"))
    run = members.run()
    assert run.process.returncode == 0, run.output
    members.require_one_group()


def test_a_member_in_error_leaves_and_joins_again(members: Rig) -> None:
    members.listen()
    assert members.run().process.returncode == 0
    members.member("b").ask("STOP SLAVE")
    members.registry.set(members.member("b"), "expelled", "ERROR")
    members.statements.clear()
    run = members.run()
    assert run.process.returncode == 0, run.output
    assert ("b", "CALL mysql.rds_group_replication_stop()") in _changes(members)
    members.require_one_group()


def test_two_groups_are_left_to_people(members: Rig) -> None:
    members.listen()
    members.registry.set(members.member("a"), "one", "ONLINE")
    members.registry.set(members.member("b"), "one", "ONLINE")
    members.registry.set(members.member("c"), "other", "ONLINE")
    run = members.run()
    assert run.process.returncode == 1
    assert run.output.splitlines()[-1].startswith("error: there are 2 groups, a+b and c, must be one;")
    assert not _changes(members)


def test_a_group_without_majority_is_neither_joined_nor_replaced(members: Rig) -> None:
    members.listen("a", "b")
    members.registry.set(members.member("a"), "one", "ONLINE")
    members.registry.set(members.member("b"), "one", "UNREACHABLE")
    members.registry.set(members.member("c"), "one", "UNREACHABLE")
    run = members.run(DEADLINE_SECONDS="3")
    assert run.process.returncode == 1
    assert "the group has lost its majority, a is what is left of it" in run.output.splitlines()[-1]
    assert not _changes(members)


def _transactions(rig: Rig, name: str, *numbers: int) -> None:
    """Have a member carry out transactions of the group."""
    done = [
        f"SET GTID_NEXT = '{GROUP}:{number}'; BEGIN; COMMIT; SET GTID_NEXT = 'AUTOMATIC'".split("; ")
        for number in numbers
    ]
    free, closed = "SET GLOBAL super_read_only = OFF", "SET GLOBAL super_read_only = ON"
    rig.member(name).ask(free, *itertools.chain(*done), closed)


def test_after_the_loss_of_all_members_the_one_that_knows_most_starts(members: Rig) -> None:
    _transactions(members, "a", 1)
    _transactions(members, "b", 1, 2)
    _transactions(members, "c", 1, 2, 3)
    members.listen()
    run = members.run()
    assert run.process.returncode == 0, run.output
    members.require_one_group()
    assert [member for member, statement in members.statements if statement == BEGINS] == ["c"]


def test_members_that_know_different_things_are_left_to_people(members: Rig) -> None:
    _transactions(members, "a", 1)
    _transactions(members, "c", 2)
    members.listen()
    run = members.run()
    assert run.process.returncode == 1
    assert "no member of a, b, c has all transactions of the group" in run.output.splitlines()[-1]
    assert members.registry.made() == 0


def test_a_replication_password_that_members_refuse_is_told(members: Rig) -> None:
    members.listen()
    assert members.run().process.returncode == 0
    members.registry.forget(members.member("c"))
    other = members.aws.secret("other", "not-the-one-that-members-know")
    run = members.run(REPLICATION_SECRET_ARN=other, DEADLINE_SECONDS="12")
    assert run.process.returncode == 1
    assert run.output.splitlines()[-1].startswith("error: not done in 12 s: ")


def test_seeds_are_written_once(members: Rig) -> None:
    members.listen()
    assert members.run().process.returncode == 0
    wanted = ",".join(f"127.0.0.1:{relay.port}" for relay in members.relays)
    assert members.aws.parameters()["group_replication_group_seeds"] == wanted
    members.aws.set_seeds("elsewhere:3306")
    run = members.run()
    assert f"parameter group {PARAMETER_GROUP}: group_replication_group_seeds is now {wanted}" in run.output
    assert members.aws.parameters()["group_replication_group_seeds"] == wanted


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"GROUP_NAME": "00000000-0000-0000-0000-000000000001"}, "group_replication_group_name is '6f0c3a52"),
        ({"PARAMETER_GROUPS": '["not-there"]'}, "RDS refuses parameter groups not-there"),
        ({"MASTER_SECRET_ARN": "not-there"}, "secret not-there is not to be had"),
        ({"REPLICATION_SECRET_ARN": ""}, "REPLICATION_SECRET_ARN is not set"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(members: Rig, variables: dict[str, str], told: str) -> None:
    members.listen()
    run = members.run(**variables)
    assert run.process.returncode == 1
    assert run.output.splitlines()[-1].startswith("error: ")
    assert told in run.output.splitlines()[-1]
    assert "Traceback" not in run.output
    assert not _changes(members)


def test_a_secret_that_holds_something_else_is_told_without_its_text(members: Rig) -> None:
    members.listen()
    run = members.run(MASTER_SECRET_ARN=members.aws.secret("plain", MASTER_PASSWORD))
    assert run.process.returncode == 1
    assert "is no JSON with username and password" in run.output
    run = members.run(REPLICATION_SECRET_ARN=members.aws.secret("long", "x" * 33))
    assert "has 33 characters, a replication password has 1 to 32" in run.output
    denied = members.aws.secret("denied", f'{{"username": "{MASTER}", "password": "another"}}')
    run = members.run(MASTER_SECRET_ARN=denied)
    assert f"refuses user '{MASTER}'" in run.output.splitlines()[-1]


def test_a_member_that_another_authority_signed_gets_no_password(members: Rig) -> None:
    members.listen()
    run = members.run(CA_FILE="database/rds-ca.pem", DEADLINE_SECONDS="2")
    assert run.process.returncode == 1
    assert "certificate verify failed" in run.output
    assert not members.statements


def test_the_account_that_reads_the_state_gets_its_new_password_and_no_more_rights(members: Rig) -> None:
    members.listen()
    assert members.run().process.returncode == 0
    members.password_file.write_text(f"{MONITOR_PASSWORD}-2")
    run = members.run()
    assert run.process.returncode == 0, run.output
    members.until(lambda: members.member("c").value("SELECT COUNT(*) FROM mysql.user WHERE User = 'monitor'") == 1)
    granted = [str(row[0]) for row in members.member("c").ask("SHOW GRANTS FOR monitor@'%'")]
    assert granted == [
        "GRANT USAGE ON *.* TO `monitor`@`%`",
        "GRANT SELECT ON `performance_double`.* TO `monitor`@`%`",
    ]


def test_errors_of_a_member_name_no_password(members: Rig) -> None:
    members.listen("a")
    member = Member("a", "127.0.0.1", members.named()["a"].port)
    login = Login(MASTER, MASTER_PASSWORD)
    assert MASTER_PASSWORD not in repr(login)
    with (
        Server(member, login, members.files.authority, hidden=["other"], answer_seconds=5) as server,
        pytest.raises(Exception, match=r"answers 1064: .*\*\*\*") as caught,
    ):
        server.rows("SELECT FROM %s", "other")
    assert "other" not in str(caught.value)


def test_the_stand_in_lets_two_groups_be_made(members: Rig) -> None:
    """Else the tests above could not fail."""
    members.listen()
    for name in "ab":
        members.member(name).ask(
            "CALL mysql.rds_group_replication_create_user('p')",
            "CALL mysql.rds_group_replication_set_recovery_channel('p')",
        )
    members.aws.set_seeds(",".join(f"127.0.0.1:{relay.port}" for relay in members.relays))
    members.until(lambda: bool(members.member("b").ask("SELECT 1 FROM standin.parameters WHERE value LIKE '127%'")))
    for name in "ab":
        members.member(name).ask("CALL mysql.rds_group_replication_start(1)")
    assert members.registry.made() == 2
