import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import NAMESPACE, RESOURCE_QUOTA

from tests.policies.mutation import changed, removed
from tests.policies.samples import resource, said

NAME = "require-quotas"
MUTATIONS = (
    removed(RESOURCE_QUOTA, "llm-prod-a-business"),
    removed(RESOURCE_QUOTA, "llm-prod-b-tenant-evaluation"),
    changed(RESOURCE_QUOTA, "llm-dr-c-data", ("spec", "hard", "pods"), None, "dr"),
)
HARD: dict[str, Value] = {
    "requests.cpu": "1", "requests.memory": "1Gi", "limits.memory": "1Gi", "requests.nvidia.com/gpu": "0", "pods": "9",
}  # fmt: skip


def namespace(name: Value = "data") -> Resource:
    return resource(NAMESPACE, {"metadata": {"name": name}}, provider="a")


def quota(hard: Value, place: Value = "data", provider: str = "a", **spec: Value) -> Resource:
    props: dict[str, Value] = {"metadata": {"namespace": place}, "spec": {"hard": hard, **spec}}
    return resource(RESOURCE_QUOTA, props, provider=provider)


def test_holds_by_one_quota_or_several() -> None:
    assert said(NAME, namespace(), quota(HARD)) == []
    rest = {key: value for key, value in HARD.items() if key != "pods"}
    assert said(NAME, namespace(), quota({"pods": "9"}), quota(rest)) == []


@pytest.mark.parametrize(
    ("quotas", "missing"),
    [
        ([], ", ".join(HARD)),
        ([quota({**HARD, "pods": None})], "pods"),
        ([quota(HARD, "business")], ", ".join(HARD)),
        ([quota(HARD, provider="b")], ", ".join(HARD)),
        ([quota(HARD, scopes=["BestEffort"])], ", ".join(HARD)),
        ([quota(HARD, scopeSelector={"matchExpressions": [{"scopeName": "PriorityClass"}]})], ", ".join(HARD)),
    ],
    ids=range(6),
)
def test_fails(quotas: list[Resource], missing: str) -> None:
    assert said(NAME, namespace(), *quotas) == [("fail", f"no ResourceQuota limits its {missing}")]


def test_what_is_limited_is_a_setting() -> None:
    assert said(NAME, namespace(), quota({"pods": "1"}), limited=("pods",)) == []


@pytest.mark.parametrize(
    ("where", "limit"),
    [
        (namespace(), quota(UNKNOWN)),
        (namespace(), quota(HARD, UNKNOWN)),
        (namespace(UNKNOWN), quota(HARD)),
        (namespace(), quota(HARD, scopeSelector=UNKNOWN)),
    ],
    ids=range(4),
)
def test_unknown_is_undecided(where: Resource, limit: Resource) -> None:
    assert said(NAME, where, limit) == [("unknown", "spec is not known before the update")]
