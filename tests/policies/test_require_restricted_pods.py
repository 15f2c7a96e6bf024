import pytest
from rules._resource import UNKNOWN, Value
from rules._types import DEPLOYMENT

from tests.policies.mutation import changed
from tests.policies.samples import said
from tests.policies.workloads import CONTAINER, SPEC, workload

NAME = "require-restricted-pods"
SECURITY = (*CONTAINER, "securityContext")
MUTATIONS = (
    changed(DEPLOYMENT, "llm-prod-a-inference", (*SECURITY, "readOnlyRootFilesystem"), value=False),
    changed(DEPLOYMENT, "llm-prod-a-inference", (*SECURITY, "allowPrivilegeEscalation"), None),
    changed(DEPLOYMENT, "llm-prod-b-inference", (*SECURITY, "capabilities", "drop"), ["NET_RAW"]),
    changed(DEPLOYMENT, "llm-prod-b-inference", (*SPEC, "securityContext", "runAsNonRoot"), value=False),
    changed(DEPLOYMENT, "llm-dr-c-inference", (*SPEC, "securityContext", "seccompProfile"), None, "dr"),
)
POD: dict[str, Value] = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
OWN: dict[str, Value] = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}


def container(**changes: Value) -> dict[str, Value]:
    return {"name": "web", "securityContext": {**OWN, **changes}}


def test_holds_by_what_pod_or_container_says() -> None:
    assert said(NAME, workload(container(), securityContext=POD)) == []
    assert said(NAME, workload(container(**POD))) == []


def test_an_exempt_object_holds() -> None:
    assert said(NAME, workload({"name": "web"}), exempt=("business/server",)) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"runAsNonRoot": False}, "container web has runAsNonRoot false, must be true"),
        (
            {"seccompProfile": {"type": "Unconfined"}},
            "container web has seccompProfile.type Unconfined, must be RuntimeDefault",
        ),
        (
            {"allowPrivilegeEscalation": None},
            "container web has allowPrivilegeEscalation not set, must be false",
        ),
        ({"readOnlyRootFilesystem": False}, "container web has readOnlyRootFilesystem false, must be true"),
        ({"capabilities": None}, "container web does not drop ALL capabilities"),
    ],
    ids=range(5),
)
def test_fails(change: dict[str, Value], message: str) -> None:
    assert said(NAME, workload(container(**change), securityContext=POD)) == [("fail", message)]


def test_an_init_container_is_held_to_it_too() -> None:
    assert len(said(NAME, workload(initContainers=[{"name": "x"}], securityContext=POD))) == 3


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"runAsNonRoot": UNKNOWN}, "securityContext.runAsNonRoot"),
        ({"capabilities": {"drop": [UNKNOWN]}}, "securityContext.capabilities"),
    ],
    ids=range(2),
)
def test_unknown_is_undecided(change: dict[str, Value], path: str) -> None:
    found = said(NAME, workload(container(**change), securityContext=POD))
    assert found == [("unknown", f"spec.template.spec.containers.{path} is not known before the update")]


def test_an_unknown_name_may_be_exempt() -> None:
    found = said(NAME, workload(container(readOnlyRootFilesystem=False, **POD), metadata={"name": UNKNOWN}))
    assert found == [("unknown", "metadata.name is not known before the update")]
