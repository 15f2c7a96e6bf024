"""The drills at a fraction of their length, on a real control plane; nothing here asserts how long anything takes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.drills.__main__ import run
from sandbox.drills.drills import ALL, Drill
from sandbox.drills.workload import Workload
from sandbox.rehearsal.figures import Figure

from .site import Site, eventually

pytestmark = pytest.mark.controlplane
SCALE = 0.04
DRILLS = {drill.name: drill for drill in ALL}


@pytest.fixture(scope="module")
def served(site: Site) -> Iterator[Site]:
    """Two replicas on three reserved nodes, with two spot nodes beside them."""
    site.nodes("reserved", 3)
    site.nodes("spot", 2)
    site.scale(2)
    yield site
    site.scale(0)
    eventually(lambda: not Workload.of(site.plane).pods())
    site.nodes("reserved", 0)
    site.nodes("spot", 0)


def drilled(site: Site, drill: Drill, folder: Path) -> dict[str, Figure]:
    [(name, found)] = run(site.plane, [drill], folder, SCALE)
    assert name == drill.name
    assert (folder / f"{name}.svg").read_text().startswith("<svg")
    assert Workload.of(site.plane).settle() == 2
    return {figure.name: figure for figure in found}


def test_a_dead_node_costs_one_replica_until_it_runs_elsewhere(served: Site, tmp_path: Path) -> None:
    found = drilled(served, DRILLS["node"], tmp_path / "node")
    phases = [found[name].value for name in ("detection", "eviction", "scheduling", "start")]
    assert sum(phases) == pytest.approx(found["all of it"].value)
    assert all(value >= 0 for value in phases)
    assert found["all of it"].note == "1 of 2 replicas on 1 of their nodes"


def test_a_reclaimed_spot_node_is_replaced_before_it_ends(served: Site, tmp_path: Path) -> None:
    found = drilled(served, DRILLS["spot"], tmp_path / "spot")
    assert found["replicas ready all along"].held


def test_a_drain_cuts_no_stream(served: Site, tmp_path: Path) -> None:
    found = drilled(served, DRILLS["drain"], tmp_path / "drain")
    assert found["pods that ended before their streams"].held
    assert found["replicas ready all along"].held
