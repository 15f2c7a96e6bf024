from rules._resource import UNKNOWN, Resource, Value
from rules._types import AUTOSCALER, SCALED_OBJECT

from tests.policies.mutation import Added, changed
from tests.policies.samples import resource, said

NAME = "require-single-autoscaler"
WAYS: Value = {
    "scaleUp": {"policies": [{"type": "Pods"}]},
    "scaleDown": {"policies": [{"type": "Pods"}], "stabilizationWindowSeconds": 300},
}
MUTATIONS = (
    changed(
        AUTOSCALER,
        "llm-prod-b-gateway",
        ("spec", "scaleTargetRef", "name"),
        "deepseek-inference",
        also=("require-load-signals", "require-spare-replicas"),
    ),
    Added(
        AUTOSCALER,
        {
            "metadata": {"name": "cpu", "namespace": "business"},
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "gateway"},
                "minReplicas": 2,
                "maxReplicas": 4,
                "metrics": [{"type": "Resource"}],
                "behavior": WAYS,
            },
        },
        provider="llm-prod-a",
    ),
)


def scaler(token: str, name: str, target: Value = "model", kind: Value = "Deployment", site: str = "a") -> Resource:
    reference: Value = {"kind": kind, "name": target}
    props: dict[str, Value] = {"metadata": {"namespace": "business"}, "spec": {"scaleTargetRef": reference}}
    return resource(token, props, name, provider=site)


def test_holds_for_one_of_each() -> None:
    assert said(NAME, scaler(SCALED_OBJECT, "x"), scaler(AUTOSCALER, "y", "gateway")) == []


def test_holds_for_namesakes_of_another_site_and_kind() -> None:
    others = [scaler(AUTOSCALER, "y", site="b"), scaler(AUTOSCALER, "z", kind="StatefulSet")]
    assert said(NAME, scaler(SCALED_OBJECT, "x"), *others) == []


def test_fails_for_a_second_of_either_kind() -> None:
    message = "x scales the Deployment model as well"
    for other in (scaler(AUTOSCALER, "y"), scaler(SCALED_OBJECT, "y", kind=None)):
        assert said(NAME, scaler(SCALED_OBJECT, "x"), other) == [("fail", message)]


def test_undecided_while_the_target_of_a_second_is_unknown() -> None:
    blank = scaler(SCALED_OBJECT, "y", UNKNOWN)
    assert said(NAME, blank) == []
    assert said(NAME, scaler(AUTOSCALER, "x"), blank) == [
        ("unknown", "spec.scaleTargetRef.name is not known before the update")
    ]
