import os
from pathlib import Path

import pytest

from sandbox.bench import comparison
from sandbox.errors import SandboxError
from sandbox.lifecycle.memory import resident_mib
from sandbox.process import Daemon


def a_round(floor: float, program: float, policies: float, *, resources: int = 130) -> dict[str, dict[str, float]]:
    seconds = {"floor": floor, "program": program, "unruled": program + 0.5, "policies": policies}
    return {variant: {"seconds": each, "resources": resources} for variant, each in seconds.items()}


def test_the_lowest_rounds_make_the_ratio_and_the_cost_of_the_policies() -> None:
    said = comparison([a_round(4, 5, 6), a_round(4, 5, 6), a_round(4, 50, 60)])
    assert "130 resources to create: 5.0 s, flat floor 4.0 s, ratio 1.25" in said
    assert "with the policy pack: 6.0 s, +20 %; with a pack without rules 5.5 s, +10 %" in said


def test_a_floor_with_other_resources_is_no_floor() -> None:
    with pytest.raises(SandboxError, match="must register the same number of resources"):
        comparison([a_round(4, 5, 6), a_round(4, 5, 6, resources=129)])


def test_memory_counts_the_processes_of_a_checkout_and_no_others(tmp_path: Path) -> None:
    assert resident_mib(tmp_path) == 0
    sleeper = Daemon("sleeper", tmp_path)
    sleeper.start(["/bin/sleep", "60"], {**os.environ, "HOME": f"{tmp_path}/home"})
    try:
        assert 0 < resident_mib(tmp_path) < 100
        assert resident_mib(tmp_path / "other") == 0
    finally:
        sleeper.stop()
