import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import AUTOSCALER, DEPLOYMENT, NODE_GROUP, SCALED_OBJECT
from rules.require_planned_capacity import RULE

from components.planning import marks
from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-planned-capacity"
MINIMUM, MAXIMUM = marks.PLANNED_MINIMUM, marks.PLANNED_MAXIMUM
MUTATIONS = (
    changed(NODE_GROUP, "llm-prod-b-spot", ("tags", MINIMUM), "3"),
    changed(NODE_GROUP, "llm-prod-a-reserved", ("tags", MINIMUM), None),
    changed(NODE_GROUP, "llm-dr-c-spot", ("scalingConfig", "maxSize"), 1, "dr"),
    changed(NODE_GROUP, "llm-prod-a-on-demand", ("tags", MAXIMUM), "9"),
    changed(DEPLOYMENT, "llm-prod-a-inference", ("metadata", "annotations", MINIMUM), "3"),
    changed(DEPLOYMENT, "llm-dr-c-inference", ("metadata", "annotations", MINIMUM), None, "dr"),
    changed(SCALED_OBJECT, "llm-prod-b-inference", ("spec", "maxReplicaCount"), 5),
)


def group(least: Value = 2, planned: Value = "2", most: Value = 4, peak: Value = "4") -> Resource:
    props: dict[str, Value] = {
        "amiType": "AL2023_x86_64_NVIDIA",
        "instanceTypes": ["p5en.48xlarge"],
        "scalingConfig": {"minSize": least, "maxSize": most},
        "tags": {"site": "a", MINIMUM: planned, MAXIMUM: peak},
    }
    return resource(NODE_GROUP, props)


def deployment(replicas: Value = 2, planned: Value = "2", gpus: Value = "8", peak: Value = "2") -> Resource:
    container: Value = {"resources": {"limits": {"nvidia.com/gpu": gpus}}}
    props: dict[str, Value] = {
        "metadata": {"name": "model", "namespace": "business", "annotations": {MINIMUM: planned, MAXIMUM: peak}},
        "spec": {"replicas": replicas, "template": {"spec": {"containers": [container]}}},
    }
    return resource(DEPLOYMENT, props, provider="a")


def scaler(least: Value, most: Value = 9) -> Resource:
    props: dict[str, Value] = {
        "metadata": {"namespace": "business"},
        "spec": {"minReplicas": least, "maxReplicas": most, "scaleTargetRef": {"name": "model"}},
    }
    return resource(AUTOSCALER, props, provider="a")


def scaled_object(least: Value, most: Value) -> Resource:
    props: dict[str, Value] = {
        "metadata": {"namespace": "business"},
        "spec": {"minReplicaCount": least, "maxReplicaCount": most, "scaleTargetRef": {"name": "model"}},
    }
    return resource(SCALED_OBJECT, props, provider="a")


def test_holds_when_sizes_are_the_plan() -> None:
    assert said(NAME, group(), group(2.0, "2", 8.0), deployment()) == []
    assert said(NAME, deployment(None, peak="6"), scaler(2)) == []
    assert said(NAME, deployment(None, peak="6"), scaled_object(2.0, 6.0)) == []


def test_holds_for_what_has_no_gpus() -> None:
    system = resource(NODE_GROUP, {"instanceTypes": ["m7i.2xlarge"], "tags": {"site": "a"}})
    assert said(NAME, system, deployment(5, None, gpus=None)) == []


@pytest.mark.parametrize(("least", "planned"), [(1, "2"), (3, "2"), (0, "1")])
def test_fails_when_the_least_is_not_the_plan(least: int, planned: str) -> None:
    line = ("fail", f"at the least {least}, the plan is {planned}")
    assert said(NAME, group(least, planned)) == [line]
    assert said(NAME, deployment(None, planned), scaler(least)) == [line]
    assert said(NAME, deployment(None, planned), scaled_object(least, 9)) == [line]


def test_a_stack_may_allow_more_than_the_plan_and_never_less() -> None:
    assert said(NAME, group(3), deployment(3), surplus=1) == []
    assert len(said(NAME, group(4), deployment(4), surplus=1)) == 2
    assert len(said(NAME, group(1), deployment(1, peak="1"), surplus=1000)) == 2


def test_fails_when_the_most_is_below_the_plans_peak() -> None:
    line = ("fail", "at the most 3, the plan needs 4 at its peak")
    assert said(NAME, group(most=3)) == [line]
    assert said(NAME, deployment(None, peak="4"), scaler(2, 3)) == [line]
    assert said(NAME, deployment(None, peak="4"), scaled_object(2, 3)) == [line]


def test_what_nothing_scales_stays_at_its_replicas() -> None:
    assert said(NAME, deployment(2, peak="3")) == [("fail", "at the most 2, the plan needs 3 at its peak")]


@pytest.mark.parametrize("planned", [None, "", "many", "-2"])
def test_fails_without_a_plan(planned: Value) -> None:
    assert said(NAME, group(planned=planned)) == [("fail", f"{MINIMUM} is no count; the program writes the plan there")]
    assert said(NAME, deployment(planned=planned)) == [
        ("fail", f"{MINIMUM} is no count; the program writes the plan there")
    ]
    assert said(NAME, group(peak=planned)) == [("fail", f"{MAXIMUM} is no count; the program writes the plan there")]


@pytest.mark.parametrize(
    ("unknown", "path"),
    [
        (group(UNKNOWN), "scalingConfig.minSize"),
        (group(most=UNKNOWN), "scalingConfig.maxSize"),
        (group(planned=UNKNOWN), f"tags.{MINIMUM}"),
        (group(peak=UNKNOWN), f"tags.{MAXIMUM}"),
        (deployment(UNKNOWN), "spec.replicas"),
        (deployment(planned=UNKNOWN), "metadata.annotations"),
        (deployment(gpus=UNKNOWN), "spec.template.spec.containers"),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_undecided_while_unknown(unknown: Resource, path: str) -> None:
    assert said(NAME, unknown, group(1)) == [("unknown", f"{path} is not known before the update")]


def test_undecided_while_the_autoscalers_floor_is_unknown() -> None:
    assert said(NAME, deployment(None), scaler(UNKNOWN)) == [
        ("unknown", "spec.minReplicas is not known before the update")
    ]
    assert said(NAME, deployment(None), scaled_object(2, UNKNOWN)) == [
        ("unknown", "spec.maxReplicaCount is not known before the update")
    ]


def test_it_names_the_command_that_says_what_to_set() -> None:
    assert "make plan" in RULE.fix
