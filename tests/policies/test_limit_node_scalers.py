from rules._resource import UNKNOWN, Value
from rules._types import DEPLOYMENT, RELEASE

from tests.policies.growth import group, policy
from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "limit-node-scalers"
MUTATIONS = (
    changed(RELEASE, "llm-prod-a-keda", ("chart",), "cluster-autoscaler"),
    changed(RELEASE, "llm-dr-c-keda", ("chart",), "oci://public.ecr.aws/karpenter/karpenter", "dr"),
)
IMAGE: Value = "registry.k8s.io/autoscaling/cluster-autoscaler:v1.36.0"


def deployment(image: Value) -> Value:
    return {"template": {"spec": {"containers": [{"image": image}]}}}


def test_holds() -> None:
    others = [resource(RELEASE, {"chart": "keda"}), resource(DEPLOYMENT, {"spec": deployment("vllm")})]
    assert said(NAME, group(), policy(group()), *others) == []


def test_holds_where_no_alarm_scales() -> None:
    assert said(NAME, group(), resource(RELEASE, {"chart": "karpenter"})) == []


def test_fails_beside_an_autoscaler_of_nodes() -> None:
    scalers = [resource(RELEASE, {"chart": "karpenter"}), resource(DEPLOYMENT, {"spec": deployment(IMAGE)})]
    assert said(NAME, group(), policy(group()), *scalers) == [
        ("fail", "chart karpenter is a karpenter, and the GPU groups are scaled by alarms"),
        ("fail", f"image {IMAGE} is a cluster-autoscaler, and the GPU groups are scaled by alarms"),
    ]


def test_takes_other_names() -> None:
    release = resource(RELEASE, {"chart": "karpenter"})
    assert said(NAME, group(), policy(group()), release, scalers=("own-scaler",)) == []


def test_undecided_while_unknown() -> None:
    release = resource(RELEASE, {"chart": UNKNOWN})
    assert said(NAME, group(), policy(group()), release) == [("unknown", "chart is not known before the update")]
