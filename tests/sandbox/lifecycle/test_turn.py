from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from sandbox.lifecycle.turn import turn
from sandbox.paths import Paths


def test_a_second_command_of_a_checkout_is_refused(tmp_path: Path) -> None:
    paths = Paths.of_checkout(tmp_path)
    with turn(paths), pytest.raises(SandboxError, match="another command works on"), turn(paths):
        pytest.fail("two commands held one sandbox")


def test_two_checkouts_do_not_wait_for_each_other(tmp_path: Path) -> None:
    first, second = Paths.of_checkout(tmp_path / "one"), Paths.of_checkout(tmp_path / "two")
    with turn(first), turn(second):
        assert first.home != second.home


def test_the_turn_is_given_back(tmp_path: Path) -> None:
    paths = Paths.of_checkout(tmp_path)
    for _ in range(2):
        with turn(paths):
            assert paths.home.is_dir()
