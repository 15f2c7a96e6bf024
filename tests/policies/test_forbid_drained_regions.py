import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import ENDPOINT_GROUP

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "forbid-drained-regions"
MUTATIONS = (
    changed(ENDPOINT_GROUP, "llm-prod", ("trafficDialPercentage",), 0),
    changed(ENDPOINT_GROUP, "llm-prod", ("endpointConfigurations",), [{"weight": 0}, {"weight": 0}]),
    changed(ENDPOINT_GROUP, "llm-dr", ("endpointConfigurations", 0, "weight"), 0, "dr"),
)


def group(*weights: Value, dial: Value = 100.0) -> Resource:
    endpoints: Value = [{"endpointId": UNKNOWN, "weight": weight} for weight in weights]
    return resource(ENDPOINT_GROUP, {"trafficDialPercentage": dial, "endpointConfigurations": endpoints})


def test_holds() -> None:
    assert said(NAME, group(128.0, 0.0), group(0.0, 1.0), group(None), group(UNKNOWN, 128.0, dial=None)) == []


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (group(128.0, dial=0.0), "trafficDialPercentage is 0, so the region takes no client"),
        (group(0.0, 0.0), "endpointConfigurations has no site with a weight above 0"),
        (group(), "endpointConfigurations has no site with a weight above 0"),
    ],
    ids=range(3),
)
def test_fails(broken: Resource, message: str) -> None:
    assert said(NAME, broken) == [("fail", message)]


@pytest.mark.parametrize(
    ("blank", "path"),
    [
        (group(128.0, dial=UNKNOWN), "trafficDialPercentage"),
        (group(0.0, UNKNOWN), "endpointConfigurations"),
        (resource(ENDPOINT_GROUP, {"endpointConfigurations": UNKNOWN}), "endpointConfigurations"),
    ],
    ids=range(3),
)
def test_unknown_is_undecided(blank: Resource, path: str) -> None:
    assert said(NAME, blank) == [("unknown", f"{path} is not known before the update")]
