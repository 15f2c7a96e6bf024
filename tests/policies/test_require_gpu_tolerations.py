import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import CRON_JOB, DAEMON_SET, DEPLOYMENT, POD

from tests.policies.mutation import Added, changed
from tests.policies.samples import resource, said

NAME = "require-gpu-tolerations"
FIRST = ("spec", "template", "spec", "tolerations", 0)
IDLE: dict[str, Value] = {
    "automountServiceAccountToken": False, "priorityClassName": "monitoring", "containers": [],
}  # fmt: skip
MUTATIONS = (
    changed(DEPLOYMENT, "llm-prod-a-inference", (*FIRST, "key"), "nvidia.com/gpus"),
    changed(DEPLOYMENT, "llm-dr-c-inference", (*FIRST, "operator"), "Equal", "dr"),
    Added(
        DAEMON_SET,
        {
            "metadata": {"name": "log-shipper", "namespace": "monitoring"},
            "spec": {"template": {"spec": {**IDLE, "tolerations": [{"operator": "Exists"}]}}},
        },
        "llm-prod-b",
    ),
)
EXISTS: Value = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}
WITHOUT = [("fail", "asks for GPUs and does not tolerate the taint nvidia.com/gpu:NoSchedule whatever its value")]
NEEDLESS = [("fail", "tolerates the taint nvidia.com/gpu:NoSchedule and asks for no GPU")]


def pod(gpus: Value, *tolerations: Value, kind: str = "containers", name: Value = "model") -> Resource:
    container: Value = {"resources": {"limits": {"nvidia.com/gpu": gpus}}}
    props: dict[str, Value] = {
        "metadata": {"name": name, "namespace": "business"},
        "spec": {kind: [container], "tolerations": list(tolerations)},
    }
    return resource(POD, props)


@pytest.mark.parametrize(
    "toleration",
    [EXISTS, {"operator": "Exists"}, {"key": "nvidia.com/gpu", "operator": "Exists"}],
    ids=str,
)
def test_holds_for_gpus_whatever_the_value(toleration: Value) -> None:
    assert said(NAME, pod("8", {"key": "other", "operator": "Exists"}, toleration)) == []


@pytest.mark.parametrize(
    "toleration",
    [
        {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"},
        {"operator": "Exists", "effect": "NoExecute"},
        {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "PreferNoSchedule"},
        {"key": "other", "operator": UNKNOWN},
    ],
    ids=str,
)
def test_holds_without_gpus_and_with_other_tolerations(toleration: Value) -> None:
    assert said(NAME, pod(None, toleration), pod("0", toleration)) == []


def test_holds_for_a_named_daemon() -> None:
    assert said(NAME, pod(None, EXISTS), daemons=("business/model",)) == []


@pytest.mark.parametrize(
    "toleration",
    [
        {"key": "nvidia.com/gpu", "operator": "Equal", "value": "present"},
        {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"},
        {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoExecute"},
        {"key": "other", "operator": "Exists"},
    ],
    ids=str,
)
def test_fails_for_gpus_and_a_toleration_that_may_not_reach(toleration: Value) -> None:
    assert said(NAME, pod(8.0, toleration)) == WITHOUT


def test_fails_for_gpus_before_the_start_only() -> None:
    assert said(NAME, pod("1", kind="initContainers")) == WITHOUT


def test_fails_without_gpus_for_a_toleration_of_all_and_of_one_value() -> None:
    assert said(NAME, pod(None, {"operator": "Exists"})) == NEEDLESS
    assert said(NAME, pod(None, {"key": "nvidia.com/gpu", "value": "present"})) == NEEDLESS


def test_fails_in_a_template_and_in_the_default_namespace() -> None:
    spec: Value = {"containers": [{}], "tolerations": [EXISTS]}
    job: Value = {"jobTemplate": {"spec": {"template": {"spec": spec}}}}
    found = said(NAME, resource(CRON_JOB, {"metadata": {"name": "model"}, "spec": job}), daemons=("None/model",))
    assert found == NEEDLESS


@pytest.mark.parametrize(
    ("unknown", "path"),
    [
        (pod(UNKNOWN), "spec.containers"),
        (pod("8", UNKNOWN), "spec.tolerations"),
        (pod("8", {"key": UNKNOWN, "operator": "Exists"}), "spec.tolerations"),
        (pod(None, {"key": "nvidia.com/gpu", "effect": UNKNOWN}), "spec.tolerations"),
        (pod(None, EXISTS, name=UNKNOWN), "metadata"),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_undecided_while_unknown(unknown: Resource, path: str) -> None:
    assert said(NAME, unknown) == [("unknown", f"{path} is not known before the update")]
