"""Phases from what was seen, by example."""

from math import isnan

from sandbox.drills.phases import phases
from sandbox.drills.recorder import NodeLife, PodLife

NODES = {"n1": NodeLife("n1", unready=50.0), "n2": NodeLife("n2")}
OLD = PodLife("old", 330, "n1", ending=51.0)
OTHER = PodLife("other", 330, "n2")
NEW = PodLife("new", 330, "n2", created=51.0, scheduled=51.5, ready=53.5)


def test_each_phase_begins_where_the_one_before_ends() -> None:
    took = phases({"old": OLD, "other": OTHER, "new": NEW}, NODES, ["n1"], 1)
    assert (took.detection, took.eviction, took.scheduling, took.start) == (50.0, 1.0, 0.5, 2.0)
    assert took.total == 53.5


def test_a_pod_that_was_placed_on_another_dead_node_does_not_count() -> None:
    lost = PodLife("lost", 330, "n1", created=50.5, scheduled=50.6, ready=50.7, ending=50.8)
    assert phases({"old": OLD, "lost": lost, "new": NEW}, NODES, ["n1"], 1).total == 53.5


def test_a_removed_node_and_its_pods_were_seen_by_their_absence() -> None:
    nodes = {"n1": NodeLife("n1", gone=52.0)}
    took = phases({"old": PodLife("old", 330, "n1", gone=60.0), "new": NEW}, nodes, ["n1"], 1)
    assert (took.detection, took.eviction) == (52.0, 8.0)


def test_nobody_took_over() -> None:
    took = phases({"old": OLD}, NODES, ["n1"], 1)
    assert (took.detection, took.eviction) == (50.0, 1.0)
    assert isnan(took.scheduling)
    assert isnan(took.total)


def test_pods_without_room_elsewhere_are_not_waited_for() -> None:
    lost = PodLife("lost", 330, "n1", ending=51.0)
    assert phases({"old": OLD, "lost": lost, "new": NEW}, NODES, ["n1"], 1).total == 53.5
    assert isnan(phases({"old": OLD, "lost": lost, "new": NEW}, NODES, ["n1"], 2).total)
