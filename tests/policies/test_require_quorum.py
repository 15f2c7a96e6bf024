import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import DISRUPTION_BUDGET, STATEFUL_SET

from tests.policies.mutation import changed, removed
from tests.policies.samples import resource, said

NAME = "require-quorum"
LABELS: Value = {"app": "consul"}
MUTATIONS = (
    changed(STATEFUL_SET, "llm-prod-a-consul", ("spec", "replicas"), 4),
    changed(STATEFUL_SET, "llm-dr-c-consul", ("spec", "replicas"), 1, "dr"),
    changed(DISRUPTION_BUDGET, "llm-prod-b-consul", ("spec", "maxUnavailable"), 2),
    removed(DISRUPTION_BUDGET, "llm-prod-a-consul"),
)


def servers(replicas: Value = 3.0, name: Value = "consul", labels: Value = LABELS) -> Resource:
    spec: Value = {"replicas": replicas, "template": {"metadata": {"labels": labels}}}
    return resource(STATEFUL_SET, {"metadata": {"name": name, "namespace": "business"}, "spec": spec}, provider="a")


def budget(selected: Value = LABELS, place: Value = "business", **spec: Value) -> Resource:
    limits: Value = {"selector": {"matchLabels": selected}, **(spec or {"maxUnavailable": 1.0})}
    return resource(DISRUPTION_BUDGET, {"metadata": {"namespace": place}, "spec": limits}, provider="a")


def test_holds() -> None:
    assert said(NAME, servers(), budget(), servers(5.0), servers(2.0, "cache")) == []
    assert said(NAME, servers(), budget(minAvailable=2.0)) == []
    assert said(NAME, servers(5.0), budget(maxUnavailable=2.0)) == []


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        ([servers(4.0), budget()], "spec.replicas is 4, must be odd and at least 3"),
        ([servers(None), budget(maxUnavailable=0.0)], "spec.replicas is 1, must be odd and at least 3"),
        ([servers()], "no PodDisruptionBudget selects its pods"),
        ([servers(), budget({"app": "web"})], "no PodDisruptionBudget selects its pods"),
        ([servers(), budget(place="data")], "no PodDisruptionBudget selects its pods"),
        ([servers(), budget(maxUnavailable=2.0)], "lets more of 3 servers be evicted at once than a majority can miss"),
        ([servers(), budget(minAvailable="50%")], "lets more of 3 servers be evicted at once than a majority can miss"),
    ],
    ids=range(7),
)
def test_fails(resources: list[Resource], message: str) -> None:
    assert said(NAME, *resources) == [("fail", message)]


def test_which_servers_decide_is_a_setting() -> None:
    assert len(said(NAME, servers(4.0, "queue"), budget(), names=("queue",))) == 1


@pytest.mark.parametrize(
    ("resources", "path"),
    [
        ([servers(UNKNOWN), budget()], "spec.replicas"),
        ([servers(name=UNKNOWN), budget()], "metadata.name"),
        ([servers(labels=UNKNOWN), budget()], "spec.template.metadata.labels"),
        ([servers(), budget(UNKNOWN)], "spec"),
        ([servers(), budget(place=UNKNOWN)], "spec"),
    ],
    ids=range(5),
)
def test_unknown_is_undecided(resources: list[Resource], path: str) -> None:
    assert said(NAME, *resources) == [("unknown", f"{path} is not known before the update")]
