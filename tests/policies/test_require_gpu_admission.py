import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import ADMISSION_BINDING, ADMISSION_POLICY, NAMESPACE

from tests.policies.mutation import changed, removed
from tests.policies.samples import resource, said
from tests.policies.workloads import asking, workload

NAME = "require-gpu-admission"
LABEL = "inference-platform/gpus"
MUTATIONS = (
    removed(ADMISSION_POLICY, "llm-prod-a-gpus"),
    removed(ADMISSION_BINDING, "llm-prod-b-gpus"),
    changed(ADMISSION_POLICY, "llm-dr-c-gpus", ("spec", "failurePolicy"), "Ignore", "dr"),
    changed(ADMISSION_BINDING, "llm-dr-c-gpus", ("spec", "validationActions"), ["Warn"], "dr"),
    changed(NAMESPACE, "llm-prod-a-business", ("metadata", "labels", LABEL), None),
)
NONE = "no enforced ValidatingAdmissionPolicy refuses pods that ask for nvidia.com/gpu elsewhere"


def namespace(label: Value = "allowed") -> Resource:
    return resource(NAMESPACE, {"metadata": {"name": "business", "labels": {LABEL: label}}}, provider="a")


def policy(operation: Value = "CREATE", expression: Value = "... nvidia.com/ ...", **spec: Value) -> Resource:
    constraints: Value = {
        "resourceRules": [{"resources": ["pods"], "operations": [operation]}],
        "namespaceSelector": {"matchExpressions": [{"key": LABEL, "operator": "NotIn", "values": ["allowed"]}]},
    }
    props: dict[str, Value] = {"matchConstraints": constraints, "validations": [{"expression": expression}], **spec}
    return resource(ADMISSION_POLICY, {"metadata": {"name": "gpus"}, "spec": props}, provider="a")


def binding(**spec: Value) -> Resource:
    props: dict[str, Value] = {"policyName": "gpus", "validationActions": ["Deny"], **spec}
    return resource(ADMISSION_BINDING, {"spec": props}, provider="a")


SERVER = workload(asking())


def test_holds() -> None:
    assert said(NAME, namespace(), policy(), binding(), SERVER) == []


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [policy()],
        [policy("UPDATE"), binding()],
        [policy(expression="true"), binding()],
        [policy(failurePolicy="Ignore"), binding()],
        [policy(), binding(validationActions=["Audit"])],
        [policy(), binding(policyName="other")],
        [policy(), binding(matchResources={"namespaceSelector": {}})],
    ],
    ids=range(8),
)
def test_fails(parts: list[Resource]) -> None:
    assert said(NAME, namespace(), *parts, SERVER) == [("fail", NONE)]


def test_fails_for_a_server_that_it_would_refuse() -> None:
    message = "asks for GPUs in namespace business, whose labels do not let it"
    assert said(NAME, namespace("no"), policy(), binding(), SERVER) == [("fail", message)]


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        ([namespace(), policy(failurePolicy=UNKNOWN), binding()], "spec"),
        ([namespace(), policy(), binding(validationActions=UNKNOWN)], "spec"),
        ([namespace(UNKNOWN), policy(), binding()], "metadata.namespace"),
    ],
    ids=range(3),
)
def test_unknown_is_undecided(parts: list[Resource], path: str) -> None:
    assert said(NAME, *parts, SERVER) == [("unknown", f"{path} is not known before the update")]
