import pytest
from rules._resource import UNKNOWN, Resource, Value, mapping
from rules._types import DEPLOYMENT, POD

from tests.policies.mutation import changed
from tests.policies.samples import resource, said
from tests.policies.workloads import asking, workload

NAME = "require-cold-start-budget"
BUDGET = "inference-platform/cold-start"
ANNOTATION = ("metadata", "annotations", BUDGET)
MUTATIONS = (
    changed(DEPLOYMENT, "llm-prod-a-inference", ANNOTATION, None),
    changed(DEPLOYMENT, "llm-prod-b-inference", ANNOTATION, "node=300,image=300,weights=600,load=300,compile=900"),
    changed(DEPLOYMENT, "llm-dr-c-inference", ("spec", "progressDeadlineSeconds"), 1799, "dr"),
)
PHASES = "node=10,image=20,weights=30,load=40,compile=50"


def server(phases: Value = PHASES, deadline: Value = 150.0, failures: Value = 9.0, token: str = DEPLOYMENT) -> Resource:
    probe: Value = {"failureThreshold": failures, "periodSeconds": 10.0}
    made = workload(asking(startupProbe=probe), token=token, metadata={"annotations": {BUDGET: phases}})
    spec = {**mapping(made.props["spec"]), "progressDeadlineSeconds": deadline}
    return resource(token, {**made.props, "spec": spec}, provider="a")


def test_holds() -> None:
    assert said(NAME, server()) == []
    assert said(NAME, server("node=10, image=20, weights=30, load=40, compile=50")) == []


def test_holds_for_what_is_no_deployment_or_has_no_gpus() -> None:
    assert said(NAME, server(None, token=POD)) == []
    assert said(NAME, workload({"name": "web"})) == []


@pytest.mark.parametrize(
    ("phases", "missing"),
    [
        (None, "node, image, weights, load, compile"),
        ("soon", "node, image, weights, load, compile"),
        ("node=10,image=20,weights=30,load=40", "compile"),
        ("node=10,image=20,weights=long,load=40,compile=50", "weights"),
    ],
)
def test_fails_without_the_seconds_of_a_phase(phases: Value, missing: str) -> None:
    assert said(NAME, server(phases)) == [
        ("fail", f"annotation {BUDGET} is {phases}, must have the seconds of {missing}")
    ]


def test_fails_where_a_rollout_is_given_up_before() -> None:
    assert said(NAME, server(deadline=149.0)) == [
        ("fail", "progressDeadlineSeconds is 149, must be at least a cold start, 150")
    ]
    assert said(NAME, server("node=600,image=1,weights=1,load=1,compile=1", None)) == [
        ("fail", "progressDeadlineSeconds is 600, must be at least a cold start, 604")
    ]


def test_fails_where_the_container_is_killed_before() -> None:
    assert said(NAME, server(failures=8.0)) == [
        ("fail", "container server has 80 s in its startup probe, load and compile need 90 s")
    ]


def test_unknown_is_undecided() -> None:
    assert said(NAME, server(UNKNOWN)) == [("unknown", f"metadata.annotations.{BUDGET} is not known before the update")]
    assert said(NAME, server(deadline=UNKNOWN)) == [
        ("unknown", "spec.progressDeadlineSeconds is not known before the update")
    ]
    assert said(NAME, server(failures=UNKNOWN)) == [
        ("unknown", "spec.template.spec.containers.server.startupProbe is not known before the update")
    ]
    assert [outcome for outcome, _ in said(NAME, workload(asking(UNKNOWN)))] == ["unknown"]
