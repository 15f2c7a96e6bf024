"""What is pure of the plugin: names, projection, replacement, readiness, kubeconfigs."""

from typing import Any

import pytest

from sandbox.kubernetes import objects
from sandbox.kubernetes.immutable import replaces
from sandbox.kubernetes.kinds import Kind
from sandbox.kubernetes.kubeconfig import Kubeconfig
from sandbox.kubernetes.projection import project
from sandbox.kubernetes.provider import KubernetesProvider
from sandbox.kubernetes.readiness import holders, judge, pod_reasons
from sandbox.kubernetes.waiting import TIMEOUT_ANNOTATION, timeout_seconds
from sandbox.plugin.provider import InvalidInputsError, ProviderError, Subject

SUBJECT = Subject("urn", "kubernetes:apps/v1:Deployment", "web")
KIND = Kind("apps/v1", "Deployment")


def test_tokens_name_types() -> None:
    assert Kind.of("kubernetes:core/v1:Namespace") == Kind("v1", "Namespace")
    assert Kind.of("kubernetes:networking.k8s.io/v1:NetworkPolicy").api_version == "networking.k8s.io/v1"


@pytest.mark.parametrize("token", ["core/v1:PodList", "helm.sh/v3:Chart", "yaml:ConfigFile", "apps/v1:DeploymentPatch"])
def test_what_is_not_one_object_is_refused(token: str) -> None:
    with pytest.raises(InvalidInputsError, match="not one typed object"):
        Kind.of(f"kubernetes:{token}")


def test_an_automatic_name_is_made_of_the_seed_and_kept() -> None:
    first = objects.complete(SUBJECT, KIND, {}, {}, b"1")
    again = objects.complete(SUBJECT, KIND, first, {}, b"2")
    assert first["metadata"]["name"].startswith("web-")
    assert first == again
    assert first != objects.complete(SUBJECT, KIND, {}, {}, b"2")


@pytest.mark.parametrize(
    ("old", "live", "seen"),
    [
        ({"cpu": "1000m"}, {"cpu": "1", "memory": "1Gi"}, {"cpu": "1000m"}),
        ({"cpu": "1000m"}, {"cpu": "2"}, {"cpu": "2"}),
        ({"ingress": []}, {}, {"ingress": []}),
        ({"a": 1}, {}, {}),
        ({"l": [{"name": "b", "v": 1}]}, {"l": [{"name": "b", "v": 1, "w": 2}]}, {"l": [{"name": "b", "v": 1}]}),
        ({"l": [1]}, {"l": [1, 2]}, {"l": [1, 2]}),
        ({"stringData": {"k": "v"}}, {"data": {"k": "dw=="}}, {"stringData": {"k": "w"}}),
    ],
)
def test_only_drift_of_managed_fields_shows(old: Any, live: Any, seen: Any) -> None:
    assert project(old, live) == seen


def test_replicas_that_an_autoscaler_owns_are_no_output() -> None:
    live = {"metadata": {"name": "d", "uid": "u"}, "spec": {"replicas": 7}, "status": {}, "kind": "Deployment"}
    assert objects.outputs({"metadata": {"name": "d"}, "spec": {}}, live)["spec"] == {}


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        ("Deployment", "spec.selector.matchLabels.app", True),
        ("Deployment", "spec.replicas", False),
        ("Job", "spec.template.spec.containers[0].image", True),
        ("PriorityClass", "value", True),
        ("Service", "metadata.name", True),
        ("Service", "metadata.namespaceless", False),
    ],
)
def test_immutable_fields_replace(kind: str, path: str, *, expected: bool) -> None:
    assert replaces(kind, path) is expected


def test_a_replacement_of_the_same_name_deletes_first() -> None:
    base = {"metadata": {"name": "p"}, "value": 1}
    subject = Subject("urn", "kubernetes:scheduling.k8s.io/v1:PriorityClass", "p")
    found = KubernetesProvider().diff(subject, "p", base, {**base, "value": 2})
    assert found.delete_before_replace
    assert [change.replaces for change in found.changes] == [True]


def test_readiness_of_a_deployment() -> None:
    live: dict[str, Any] = {"kind": "Deployment", "metadata": {"name": "d", "generation": 2}, "spec": {"replicas": 1}}
    assert judge(live).state == "waiting"
    status: dict[str, Any] = {"observedGeneration": 2, "updatedReplicas": 1, "availableReplicas": 1, "replicas": 1}
    live["status"] = status
    assert judge(live).state == "ready"
    late = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "late"}
    status["conditions"] = [late]
    assert judge(live).state == "failed"


def test_the_reason_of_a_pod_is_named() -> None:
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "no GPU"}
    pod = {"metadata": {"name": "p"}, "status": {"conditions": [condition]}}
    assert pod_reasons(pod) == ["Pod p: Unschedulable: no GPU"]


def test_a_kubeconfig_without_the_context_says_what_it_has() -> None:
    with pytest.raises(ProviderError, match="no context named 'x'; it has: y"):
        Kubeconfig.parse('{"current-context": "x", "contexts": [{"name": "y", "context": {}}]}')


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(InvalidInputsError, match="not a setting"):
        KubernetesProvider().check_config({"kubeconfg": "x"})


@pytest.mark.parametrize(
    ("custom", "annotated", "seconds"), [(None, None, 300.0), (None, "20", 20.0), (5.5, "20", 5.5), (5.5, None, 5.5)]
)
def test_custom_timeouts_go_before_the_annotation(custom: float | None, annotated: str | None, seconds: float) -> None:
    annotations = {TIMEOUT_ANNOTATION: annotated} if annotated else {}
    assert timeout_seconds({"metadata": {"annotations": annotations}}, custom, 300.0) == seconds


def test_an_annotation_that_is_no_time_is_refused() -> None:
    live: dict[str, Any] = {"kind": "Job", "metadata": {"name": "j", "annotations": {TIMEOUT_ANNOTATION: "2m"}}}
    with pytest.raises(ProviderError, match=r"Job j has annotation .* '2m'; it must be a whole number of seconds"):
        timeout_seconds(live, None, 300.0)


def test_what_holds_a_namespace_is_named() -> None:
    content = {
        "type": "NamespaceFinalizersRemaining",
        "status": "True",
        "reason": "SomeFinalizersRemain",
        "message": "x",
    }
    done = {"type": "NamespaceDeletionContentFailure", "status": "False", "reason": "ContentDeleted", "message": "y"}
    live = {"kind": "Namespace", "metadata": {"name": "n"}, "status": {"conditions": [content, done]}}
    assert holders(live) == ["Namespace n has no finalizer", "SomeFinalizersRemain: x"]
