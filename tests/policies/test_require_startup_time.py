import pytest
from rules._resource import UNKNOWN, Value
from rules._types import DEPLOYMENT

from tests.policies.mutation import changed
from tests.policies.samples import said
from tests.policies.workloads import CONTAINER, asking, workload

NAME = "require-startup-time"
MUTATIONS = (
    changed(DEPLOYMENT, "llm-prod-a-inference", (*CONTAINER, "startupProbe"), None),
    changed(DEPLOYMENT, "llm-prod-b-inference", (*CONTAINER, "startupProbe", "failureThreshold"), 80),
    changed(DEPLOYMENT, "llm-prod-a-inference", (*CONTAINER, "livenessProbe", "failureThreshold"), 1),
    changed(DEPLOYMENT, "llm-dr-c-inference", (*CONTAINER, "readinessProbe"), None, "dr"),
)


def probes(startup: Value = 90.0, readiness: Value = 3.0, liveness: Value = 6.0) -> dict[str, Value]:
    counts = {"startupProbe": startup, "readinessProbe": readiness, "livenessProbe": liveness}
    return asking(**{probe: {"failureThreshold": count, "periodSeconds": 10.0} for probe, count in counts.items()})


def test_holds() -> None:
    assert said(NAME, workload(probes())) == []
    assert said(NAME, workload({**probes(), "livenessProbe": None})) == []
    assert said(NAME, workload({"name": "web"})) == []


def test_fails_where_the_startup_probe_is_too_short() -> None:
    assert said(NAME, workload(probes(89.0))) == [
        ("fail", "container server has 890 s in its startup probe, must be at least 900 s")
    ]
    assert said(NAME, workload(probes(89.0)), cold_start_seconds=890) == []


def test_kubernetes_defaults_hold_where_a_probe_says_nothing() -> None:
    assert said(NAME, workload({**probes(), "startupProbe": {}})) == [
        ("fail", "container server has 30 s in its startup probe, must be at least 900 s")
    ]


@pytest.mark.parametrize(("readiness", "liveness"), [(3.0, 3.0), (6.0, 3.0)])
def test_fails_where_it_is_restarted_before_it_is_taken_out(readiness: float, liveness: float) -> None:
    said_of = f"taken out after {10 * readiness:g} s and restarted after {10 * liveness:g} s"
    assert said(NAME, workload(probes(90.0, readiness, liveness))) == [
        ("fail", f"container server is {said_of}, must be taken out before")
    ]


@pytest.mark.parametrize("which", [0, 1, 2])
def test_unknown_is_undecided(which: int) -> None:
    counts: list[Value] = [90.0, 3.0, 6.0]
    counts[which] = UNKNOWN
    probe = ("startupProbe", "readinessProbe", "livenessProbe")[which]
    found = said(NAME, workload(probes(*counts)))
    assert found == [("unknown", f"spec.template.spec.containers.server.{probe} is not known before the update")]


def test_unknown_gpus_are_undecided() -> None:
    assert [outcome for outcome, _ in said(NAME, workload(asking(UNKNOWN)))] == ["unknown"]
