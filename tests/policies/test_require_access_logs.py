import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import ACCELERATOR, DISTRIBUTION, LOAD_BALANCER, LOG_DELIVERY_SOURCE, WEB_ACL, WEB_ACL_LOGS

from tests.policies.mutation import changed, removed
from tests.policies.samples import linked, resource, said

NAME = "require-access-logs"
MUTATIONS = (
    changed(LOAD_BALANCER, "llm-prod-a", ("accessLogs", "enabled"), value=False),
    changed(LOAD_BALANCER, "llm-dr-c", ("accessLogs",), None, "dr"),
    changed(ACCELERATOR, "llm-prod-entry", ("attributes", "flowLogsEnabled"), value=False),
    removed(LOG_DELIVERY_SOURCE, "llm-prod-entry"),
    removed(WEB_ACL_LOGS, "llm-prod-entry"),
)


def balancer(enabled: Value) -> Resource:
    return resource(LOAD_BALANCER, {"accessLogs": {"enabled": enabled}})


def accelerator(enabled: Value) -> Resource:
    return resource(ACCELERATOR, {"attributes": {"flowLogsEnabled": enabled}})


def test_holds() -> None:
    distribution, acl = resource(DISTRIBUTION, {}), resource(WEB_ACL, {})
    logs = [
        linked(resource(LOG_DELIVERY_SOURCE, {"resourceArn": UNKNOWN}), resourceArn=distribution),
        linked(resource(WEB_ACL_LOGS, {"resourceArn": UNKNOWN}), resourceArn=acl),
    ]
    assert said(NAME, balancer(enabled=True), accelerator(enabled=True), distribution, acl, *logs) == []


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (balancer(enabled=False), "accessLogs.enabled is not true"),
        (accelerator(None), "attributes.flowLogsEnabled is not true"),
        (resource(DISTRIBUTION, {}), "no LogDeliverySource names it, so nothing that passes it is written down"),
        (resource(WEB_ACL, {}), "no WebAclLoggingConfiguration names it, so nothing that passes it is written down"),
    ],
    ids=range(4),
)
def test_fails(broken: Resource, message: str) -> None:
    assert said(NAME, broken) == [("fail", message)]


@pytest.mark.parametrize(
    ("blank", "path"), [(balancer(UNKNOWN), "accessLogs.enabled"), (accelerator(UNKNOWN), "attributes.flowLogsEnabled")]
)
def test_unknown_is_undecided(blank: Resource, path: str) -> None:
    assert said(NAME, blank) == [("unknown", f"{path} is not known before the update")]
