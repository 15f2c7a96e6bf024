import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import CLUSTER, DEPLOYMENT, NODE_GROUP, POD

from tests.policies.mutation import changed
from tests.policies.samples import linked, resource, said

NAME = "require-gpu-selector"
TERMS = ("nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
AFFINITY = ("spec", "template", "spec", "affinity")
DEMAND = (*AFFINITY, *TERMS, 0, "matchExpressions", 0)
MUTATIONS = (
    changed(DEPLOYMENT, "llm-prod-a-inference", (*DEMAND, "key"), "nvidia.com/gpu-present"),
    changed(DEPLOYMENT, "llm-prod-b-inference", AFFINITY, None),
    changed(DEPLOYMENT, "llm-dr-c-inference", (*DEMAND, "operator"), "DoesNotExist", "dr"),
)
CLUSTER_A = resource(CLUSTER, {}, "a")
PROVIDER = linked(resource("pulumi:providers:kubernetes", {}, "k8s"), kubeconfig=CLUSTER_A)
GPU_LABELS: Value = {"gpu": "true", "domain": "business"}
NO_GROUP = [("fail", "no GPU node group of its cluster has the labels that it demands")]
ANYWHERE = [("fail", "demands no label that system, a node group without GPUs, does not have")]


def group(name: str, kind: Value, labels: Value) -> Resource:
    props: dict[str, Value] = {"instanceTypes": [kind], "labels": labels}
    return linked(resource(NODE_GROUP, props, name), clusterName=CLUSTER_A)


GROUPS = (group("gpu", "p5.48xlarge", GPU_LABELS), group("system", "m7i.large", {"domain": "system"}))
SITE = (CLUSTER_A, PROVIDER, *GROUPS)


def pod(spec: Value = None, gpus: Value = "8", provider: str = "k8s") -> Resource:
    container: Value = {"resources": {"limits": {"nvidia.com/gpu": gpus}}}
    more = spec if isinstance(spec, dict) else {}
    return resource(POD, {"spec": {"containers": [container], **more}}, provider=provider)


def demands(*expressions: Value, **more: Value) -> dict[str, Value]:
    """Return an affinity with one term for each expression."""
    terms: list[Value] = [{"matchExpressions": [each], **more} for each in expressions]
    affinity, required, listed = TERMS
    return {"affinity": {affinity: {required: {listed: terms}}}}


def demand(key: str, operator: str, *values: Value) -> Value:
    return {"key": key, "operator": operator, "values": list(values)}


@pytest.mark.parametrize(
    "spec",
    [
        {"nodeSelector": {"gpu": "true"}},
        demands(demand("gpu", "In", "false", "true")),
        demands(demand("gpu", "Exists")),
        demands(demand("domain", "NotIn", "system")),
        demands(demand("other", "Exists"), demand("gpu", "Exists")),
        {"nodeSelector": {"node.kubernetes.io/instance-type": "p5.48xlarge"}},
        demands(demand("gpus", "Gt", "7")),
        demands(demand("gpu", "Exists"), matchFields=[{"key": "metadata.name"}]),
    ],
    ids=str,
)
def test_holds(spec: Value) -> None:
    assert said(NAME, *SITE, pod(spec)) == []


def test_holds_without_gpus() -> None:
    assert said(NAME, *SITE, pod(gpus=None), pod({"nodeSelector": {"other": "1"}}, "0")) == []


@pytest.mark.parametrize(
    "spec",
    [
        {"nodeSelector": {"gpu": "yes"}},
        {"nodeSelector": {"gpu": "true", "other": "1"}},
        demands(demand("other", "Exists"), demand("gpu", "In", "false")),
        {**demands(demand("gpu", "Exists")), "nodeSelector": {"domain": "data"}},
    ],
    ids=str,
)
def test_fails_when_no_gpu_group_is_meant(spec: Value) -> None:
    assert said(NAME, *SITE, pod(spec)) == NO_GROUP


def test_fails_when_only_another_cluster_has_it() -> None:
    other = resource(CLUSTER, {}, "b")
    away = linked(resource(NODE_GROUP, {"instanceTypes": ["p5.48xlarge"], "labels": {"big": "1"}}), clusterName=other)
    assert said(NAME, *SITE, other, away, pod({"nodeSelector": {"big": "1"}})) == NO_GROUP


def test_fails_when_a_group_without_gpus_would_do() -> None:
    assert said(NAME, *SITE, pod()) == ANYWHERE
    assert said(NAME, *SITE, pod(demands(demand("other", "DoesNotExist")))) == ANYWHERE


@pytest.mark.parametrize(
    ("unknown", "path"),
    [
        (pod(gpus=UNKNOWN), "spec.containers"),
        (pod({"nodeSelector": {"gpu": UNKNOWN}}), "spec.nodeSelector or affinity"),
        (pod({"affinity": UNKNOWN}), "spec.nodeSelector or affinity"),
        (pod(provider="other"), "provider"),
        (group("more", "p5.48xlarge", UNKNOWN), "labels"),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_undecided_while_unknown(unknown: Resource, path: str) -> None:
    assert said(NAME, *SITE, unknown) == [("unknown", f"{path} is not known before the update")]
