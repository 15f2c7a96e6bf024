from typing import Any

from review.reading.state import Graph
from tests.review import recordings

STATE = {
    "resources": [
        {"urn": "provider"},
        {"urn": "net", "provider": "provider::4f1c"},
        {"urn": "node", "parent": "site", "dependencies": ["net"], "propertyDependencies": {"subnet": ["net"], "x": None}},
        {"urn": "pod", "propertyDependencies": {"node": ["node"]}},
        {"urn": "file", "deletedWith": "pod"},
        {"urn": "left over", "delete": True, "dependencies": ["net"]},
    ]
}  # fmt: skip


def test_dependents_are_told_nearest_first() -> None:
    graph = Graph.of(STATE)
    assert graph.dependents("provider") == ("net", "node", "pod", "file")
    assert graph.dependents("net") == ("node", "pod", "file")
    assert graph.dependents("site") == ("node", "pod", "file")
    assert graph.dependents("file") == ()
    assert graph.direct["net"] == ("node",)


def test_the_envelope_of_an_export_is_opened() -> None:
    assert Graph.of({"version": 3, "deployment": STATE}) == Graph.of(STATE)


def test_nothing_deployed_has_no_dependents() -> None:
    exports: list[dict[str, Any] | None] = [None, {}, {"deployment": {}}, {"deployment": {"resources": None}}]
    for nothing in exports:
        assert Graph.of(nothing).dependents("net") == ()


def test_a_circle_ends() -> None:
    circle = [{"urn": "a", "dependencies": ["b"]}, {"urn": "b", "parent": "a"}]
    assert Graph.of({"resources": circle}).dependents("a") == ("b",)


def test_all_of_a_site_depends_on_its_cluster() -> None:
    graph = Graph.of(recordings.deployed("prod"))
    (cluster,) = (urn for urn in graph.direct if urn.endswith("aws:eks/cluster:Cluster::llm-prod-a"))
    found = graph.dependents(cluster)
    names = [urn.rpartition("::")[2] for urn in found]
    assert {"llm-prod-a-spot", "llm-prod-a-inference", "llm-prod-a-base-kube-proxy"} <= set(names)
    assert not any("-b-" in name for name in names)
    assert len(found) == len(set(found)) > len(graph.direct[cluster])
    assert found[: len(graph.direct[cluster])] == graph.direct[cluster]
