import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import WEB_ACL

from tests.policies.gateway_files import files, with_setting
from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-rate-limits"
MUTATIONS = (
    with_setting(("tenant", "requests_per_second"), 0),
    with_setting(("client",), None, "dr", "c"),
    changed(WEB_ACL, "llm-prod-entry", ("rules",), []),
)
RATE: Value = {"rateBasedStatement": {"limit": 3000.0}}


def firewall(statement: Value = RATE, action: Value = "block") -> Resource:
    managed: Value = {"statement": {"managedRuleGroupStatement": {}}, "overrideAction": {"none": {}}}
    act: Value = {action: {}} if isinstance(action, str) else action
    return resource(WEB_ACL, {"rules": [managed, {"statement": statement, "action": act}]})


def test_holds() -> None:
    assert said(NAME, files(), firewall(), files("consul", settings="")) == []


@pytest.mark.parametrize(
    ("broken", "messages"),
    [
        (firewall(action="count"), ["rules has no rate-based one that blocks"]),
        (firewall({"managedRuleGroupStatement": {}}), ["rules has no rate-based one that blocks"]),
        (files(settings="{"), ["has no settings.json that can be read"]),
        (files(settings='{"client": {"burst": 1, "requests_per_second": 1}, "tenant": {"burst": 1}}'),
         ["settings.json: tenant.requests_per_second is None, must be above 0"]),
        (files(settings='{"client": {"burst": true, "requests_per_second": 0}, "tenant": null}'),
         [f"settings.json: {each}, must be above 0" for each in (
             "client.requests_per_second is 0", "client.burst is True",
             "tenant.requests_per_second is None", "tenant.burst is None")]),
    ],
    ids=range(5),
)  # fmt: skip
def test_fails(broken: Resource, messages: list[str]) -> None:
    assert said(NAME, broken) == [("fail", message) for message in messages]


@pytest.mark.parametrize(
    ("blank", "path"),
    [
        (files(UNKNOWN), "metadata.name"),
        (files(settings=UNKNOWN), "data.settings.json"),
        (resource(WEB_ACL, {"rules": UNKNOWN}), "rules"),
        (firewall(action=UNKNOWN), "rules"),
    ],
    ids=range(4),
)
def test_unknown_is_undecided(blank: Resource, path: str) -> None:
    assert said(NAME, blank) == [("unknown", f"{path} is not known before the update")]
