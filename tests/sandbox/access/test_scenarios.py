"""The real programs with the files that prod declares, through the shortest scenarios."""

from pathlib import Path

import pytest
import recorded
from engine import ROOT

from sandbox.access import __main__ as bench
from sandbox.access.scenarios import ALL
from sandbox.lifecycle.turn import turn
from sandbox.paths import Paths


def test_scenarios_have_names_of_their_own() -> None:
    assert len({scenario.name for scenario in ALL}) == len(ALL)


def test_an_unknown_scenario_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["nothing"]) == 1
    assert capsys.readouterr().err.startswith("error: no such scenario: nothing; known are checks, ")


def test_two_runs_in_one_checkout_do_not_meet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with turn(Paths.of_checkout(tmp_path)):
        assert bench.main(["checks"]) == 1
    assert capsys.readouterr().err.startswith("error: another command works on ")


@pytest.mark.engine
def test_what_prod_declares_runs_and_holds(tmp_path: Path) -> None:
    recorded.write_config_maps(tmp_path / "files")
    by_name = {scenario.name: scenario for scenario in ALL}
    chosen = [by_name[name] for name in ("checks", "tenants", "rate")]
    results = bench.run(Paths.of_checkout(ROOT), chosen, tmp_path / "files", scale=0.3)
    assert [name for name, _ in results] == ["checks", "tenants", "rate"]
    assert not [(name, figure) for name, figures in results for figure in figures if figure.held is False]
