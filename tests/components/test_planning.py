"""The capacity plan: the formula, what follows from it by property, and what the shipped stacks make of it."""

import math
from typing import Any

import engine
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.planning import fleet, formula
from components.planning.compare import Line, basis, sizes, with_upstream
from components.planning.fleet import NodeKinds, Replica, Request, Sizes, Traffic
from components.planning.plan import GATEWAY_CONNECTIONS, Plan, plan
from components.settings import Settings, SettingsError

NGINX = engine.ROOT / "components" / "access" / "gateway" / "files" / "nginx.conf"

RATES = st.floats(0.01, 50)
SAFETIES = st.floats(formula.LEAST_SAFETY, formula.MOST_SAFETY)
WEIGHTS = st.lists(st.integers(0, 255), min_size=1, max_size=6)
SOME_SITES = st.lists(st.integers(1, 255), min_size=2, max_size=6)
TRAFFIC = st.tuples(st.floats(0.1, 500), st.floats(0, 1), st.floats(0, 1)).map(
    lambda it: Traffic(entering=it[0] * 2, peak=it[0], mean=it[0] * it[1], floor=it[0] * it[2])
)
KINDS = st.builds(NodeKinds, reserved=st.integers(1, 8), spot=st.integers(1, 8), spares=st.integers(0, 3))
SIZES = st.tuples(st.integers(2, 60), st.integers(0, 60)).map(lambda it: Sizes(it[0], it[0] + it[1]))


def test_the_formula_by_example() -> None:
    """8 cores that keep 50 requests in work each, 2 s a request: 200 end in a second; with safety 2.0 let 100 in."""
    rate = formula.largest_rate(8 * 50, 2, 2.0)
    assert rate == 100
    assert formula.in_work(rate, 2) == 200  # half of the 400 that fit, which is what safety means


def test_a_gpu_second_is_prompt_and_answer() -> None:
    assert formula.gpu_seconds(1000, 250, 2000, 250) == 0.5 + 1


def test_a_replica_takes_what_its_scarcer_side_allows() -> None:
    request = Request(prompt=1000, answer=250, seconds=9)
    by_gpu = Replica(gpus=6, slots=1000, prefill=2000, decode=250)
    by_slots = Replica(gpus=6, slots=9, prefill=2000, decode=250)
    assert by_gpu.rate(request, 2.0) == 6 / (1.5 * 2)
    assert by_slots.rate(request, 2.0) == 9 / (9 * 2)


def test_the_published_measurement_obeys_littles_law() -> None:
    """64 in work, 8 GPUs, 223.6 tokens/s each, answers of 922 tokens (0.9 of 1024) in 32.33 s: L is rate x W.

    https://github.com/SemiAnalysisAI/InferenceX/issues/870
    """
    rate = 8 * 223.6 / 922
    assert formula.in_work(rate, 32.33) == pytest.approx(64, rel=0.03)
    # Our forecast counts the prompt as well, which the measurement has paid for already: below it, by little.
    planned = 8 / formula.gpu_seconds(922, 922, 1900, 223)
    assert 0.85 * rate < planned < rate


@pytest.mark.parametrize("safety", [1.49, 0, -1, 2.01, math.nan, math.inf])
def test_a_safety_out_of_bounds_is_refused(safety: float) -> None:
    with pytest.raises(ValueError, match=r"must be from 1\.5 to 2\.0: with less an ordinary peak queues"):
        formula.largest_rate(1, 1, safety)


@pytest.mark.parametrize(("units", "seconds"), [(0, 1), (1, 0), (-1, 1)])
def test_no_units_or_no_work_is_refused(units: float, seconds: float) -> None:
    with pytest.raises(ValueError, match="both must be above 0"):
        formula.largest_rate(units, seconds, 1.5)


@given(st.floats(0.1, 1e4), st.floats(1e-3, 1e3), SAFETIES)
def test_a_system_at_its_rate_is_full_by_one_over_the_safety(units: float, seconds: float, safety: float) -> None:
    held = formula.in_work(formula.largest_rate(units, seconds, safety), seconds)
    assert held * safety == pytest.approx(units)


@given(st.integers(1, 16), st.integers(1, 512), st.floats(1, 4000), st.floats(1, 4000), SAFETIES, st.floats(1, 4))
def test_a_replica_takes_less_of_what_is_more_work(
    gpus: int, slots: int, prompt: float, answer: float, safety: float, times: float
) -> None:
    replica = Replica(gpus=gpus, slots=slots, prefill=1900, decode=223)
    rate = replica.rate(Request(prompt=prompt, answer=answer, seconds=9), safety)
    assert replica.rate(Request(prompt=prompt * times, answer=answer * times, seconds=9 * times), safety) <= rate
    larger = Replica(gpus=2 * gpus, slots=2 * slots, prefill=1900, decode=223)
    assert larger.rate(Request(prompt=prompt, answer=answer, seconds=9), safety) == pytest.approx(2 * rate)


@given(TRAFFIC, WEIGHTS, RATES)
def test_no_lost_site_leaves_less_than_the_floor_or_the_peak(traffic: Traffic, weights: list[int], rate: float) -> None:
    planned = fleet.replicas(traffic, weights, rate)
    for lost in range(len(weights)):
        left = [weight for site, weight in enumerate(weights) if site != lost] or weights
        for weight in left:
            share = weight / sum(left) if sum(left) else 1 / len(left)
            assert planned.minimum * rate >= traffic.floor * share - 1e-6
            assert planned.maximum * rate >= traffic.peak * share - 1e-6


@given(TRAFFIC, WEIGHTS, RATES)
def test_replicas_are_whole_no_more_than_needed_and_never_alone(
    traffic: Traffic, weights: list[int], rate: float
) -> None:
    planned = fleet.replicas(traffic, weights, rate)
    assert fleet.LEAST_PODS <= planned.minimum <= planned.maximum
    worst = fleet.share_after_loss(weights)
    if planned.maximum > planned.minimum:
        assert (planned.maximum - 1) * rate < traffic.peak * worst
    if planned.minimum > fleet.LEAST_PODS:
        needed = max(traffic.floor * worst, traffic.mean * fleet.share(weights))
        assert (planned.minimum - 1) * rate < needed


@given(TRAFFIC, st.floats(1, 5), WEIGHTS, RATES)
def test_more_load_never_needs_less(traffic: Traffic, times: float, weights: list[int], rate: float) -> None:
    grown = Traffic(
        entering=traffic.entering * times, peak=traffic.peak * times, mean=traffic.mean * times,
        floor=traffic.floor * times,
    )  # fmt: skip
    before, after = (fleet.replicas(each, weights, rate) for each in (traffic, grown))
    assert after.minimum >= before.minimum
    assert after.maximum >= before.maximum
    assert fleet.gateways(grown, weights, rate) >= fleet.gateways(traffic, weights, rate)


@given(SIZES, SIZES, st.integers(1, 6), KINDS)
def test_more_replicas_never_need_fewer_nodes(one: Sizes, two: Sizes, sites: int, kinds: NodeKinds) -> None:
    less = Sizes(min(one.minimum, two.minimum), min(one.maximum, two.maximum))
    more = Sizes(max(one.minimum, two.minimum), max(one.maximum, two.maximum))
    before, after = (fleet.nodes(each, sites, kinds) for each in (less, more))
    assert after.reserved >= before.reserved
    assert after.spot.minimum >= before.spot.minimum


@given(SIZES, st.integers(1, 6), KINDS)
def test_nodes_hold_the_replicas(wanted: Sizes, sites: int, kinds: NodeKinds) -> None:
    planned = fleet.nodes(wanted, sites, kinds)
    reserved, spot = planned.reserved * kinds.reserved, planned.spot.minimum * kinds.spot
    base = (planned.reserved - kinds.spares) * kinds.reserved
    assert base >= wanted.minimum, "the reserved nodes alone, with the spares still free"
    assert spot >= wanted.minimum, "the spot nodes alone"
    assert (sites - 1) * (reserved + spot) >= sites * wanted.minimum or sites == 1, "without any one site"
    assert base + planned.spot.maximum * kinds.spot >= wanted.maximum, "the peak"


@given(st.integers(1, 16), st.integers(1, 16))
def test_gpus_are_given_to_whole_replicas(gpus: int, of_replica: int) -> None:
    if of_replica > gpus:
        with pytest.raises(ValueError, match="does not fit on a node"):
            fleet.per_node(gpus, of_replica)
    else:
        held = fleet.per_node(gpus, of_replica)
        assert held * of_replica <= gpus < (held + 1) * of_replica


@given(SOME_SITES)
def test_a_lost_site_leaves_more_to_the_others(weights: list[int]) -> None:
    assert fleet.share(weights) < fleet.share_after_loss(weights) <= 1


def test_a_site_alone_carries_its_region() -> None:
    assert fleet.share_after_loss([128]) == fleet.share_after_loss([128, 0]) == fleet.share_after_loss([1, 1]) == 1
    assert fleet.share_after_loss([1, 1, 1]) == fleet.share_after_loss([1, 0, 0]) * 0.5


@pytest.mark.parametrize(("count", "whole"), [(2.0, 2), (2.0000000000000004, 2), (2.001, 3), (0.0, 0)])
def test_up(count: float, whole: int) -> None:
    assert fleet.up(count) == whole


def test_a_gateway_holds_the_connections_of_its_configuration() -> None:
    assert f"worker_connections {GATEWAY_CONNECTIONS};" in NGINX.read_text()


def _planned(stack: str, spare: int = 1, **changes: Any) -> Plan:
    values = engine.values(stack)
    values["nodes"]["reserved"]["spare"] = spare
    values["forecast"] |= changes
    return plan(Settings.parse(values))


def _sizes(found: Plan) -> tuple[int, int, int, int, int]:
    return (
        found.replicas.minimum, found.replicas.maximum, found.nodes.reserved, found.nodes.spot.minimum, found.gateways,
    )  # fmt: skip


def test_the_shipped_plans_by_hand() -> None:
    """A replica: 8 GPUs / ((1000/1900 + 250/223) s x 1.5) = 3.237 requests/s. Prod: peak 36 x 1.25 x 0.42 = 18.9."""
    assert _planned("prod").replica_rate == pytest.approx(3.2374, abs=1e-4)
    assert _planned("prod").traffic.peak == pytest.approx(18.9)
    assert _sizes(_planned("prod")) == (2, 6, 3, 2, 2)
    assert _sizes(_planned("dr")) == (2, 4, 3, 2, 2)


def _differences(values: object) -> list[Line]:
    settings = Settings.parse(values)
    return [line for line in (*sizes(settings, plan(settings)), *basis(settings)) if not line.agrees]


@pytest.mark.parametrize("stack", ["prod", "dr"])
def test_the_shipped_settings_are_the_plan(stack: str) -> None:
    assert _differences(engine.values(stack)) == []


def test_both_stacks_forecast_the_same_platform() -> None:
    prod, dr = (Settings.parse(engine.values(stack)) for stack in ("prod", "dr"))
    compared = list(with_upstream(dr, prod))
    assert {line.setting for line in compared} >= {"forecast.requests_per_second", "forecast.output_tokens"}
    assert all(line.agrees for line in compared)


def test_another_forecast_of_the_same_platform_is_named() -> None:
    values = engine.values("dr")
    values["forecast"]["growth_percent"] = 10
    settings = [Settings.parse(each) for each in (values, engine.values("prod"))]
    found = [line for line in with_upstream(*settings) if not line.agrees]
    assert [(line.setting, line.found, line.planned) for line in found] == [("forecast.growth_percent", "10", "25")]


@pytest.mark.parametrize(
    ("key", "value", "sizes"),
    [
        ("requests_per_second", {"mean": 24, "peak": 72}, (4, 12, 5, 4, 2)),
        ("output_tokens", 500, (4, 10, 5, 4, 2)),
        ("safety", 2.0, (3, 8, 4, 3, 2)),
        ("floor_percent", 100, (6, 6, 7, 6, 2)),
        ("spare", 0, (2, 6, 2, 2, 2)),
        ("requests_per_second", {"mean": 0.1, "peak": 0.2}, (2, 2, 3, 2, 2)),
    ],
)
def test_what_the_forecast_changes(key: str, value: Any, sizes: tuple[int, ...]) -> None:
    assert _sizes(_planned("prod", **{key: value})) == sizes


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("inference.replicas.minimum", 1, ("1", "2")),
        ("inference.replicas.maximum", 5, ("5", "6 or more")),
        ("nodes.reserved.minimum", 4, ("4", "3")),
        ("nodes.spot.minimum", 3, ("3", "2")),
        ("nodes.spot.maximum", 3, ("3", "4 or more")),
        ("access.gateway.replicas.minimum", 1, ("1", "2")),
        ("nodes.on_demand.maximum", 3, ("3", "4 or more")),
        (
            "forecast.measured.instance_types",
            ["p5en.48xlarge"],
            ("p5en.48xlarge", "with p5e.48xlarge, p5en.48xlarge"),
        ),
        ("forecast.measured.concurrency", 32, ("32", "64")),
        ("inference.mean_tokens", 1000, ("1000", "1250 or more")),
    ],
)
def test_a_difference_is_named(path: str, value: object, said: tuple[str, str]) -> None:
    values = engine.values("prod")
    *way, last = path.split(".")
    at: Any = values
    for key in way:
        at = at[key]
    at[last] = value
    if path.startswith("nodes.") and last == "minimum":
        at["initial"] = max(at["initial"], at["minimum"])
    assert [(each.setting, each.found, each.planned) for each in _differences(values)] == [(path, *said)]


def test_a_replica_larger_than_a_node_is_refused_by_the_settings() -> None:
    values = engine.values("prod")
    values["inference"]["tensor_parallel"] = 16
    with pytest.raises(SettingsError):
        Settings.parse(values)
