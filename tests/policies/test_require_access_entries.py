import pytest
from rules._resource import UNKNOWN, Value
from rules._types import CLUSTER

from tests.policies.mutation import changed
from tests.policies.samples import cluster, said

NAME = "require-access-entries"
MUTATIONS = (
    changed(CLUSTER, "llm-prod-a", ("accessConfig", "authenticationMode"), "API_AND_CONFIG_MAP"),
    changed(CLUSTER, "llm-dr-c", ("accessConfig", "bootstrapClusterCreatorAdminPermissions"), None, "dr"),
)
MODE = "accessConfig.authenticationMode"
CREATOR = "accessConfig.bootstrapClusterCreatorAdminPermissions"


def test_holds() -> None:
    config: Value = {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False}
    assert said(NAME, cluster(accessConfig=config)) == []


@pytest.mark.parametrize(("mode", "shown"), [("CONFIG_MAP", "CONFIG_MAP"), (None, "not set")])
def test_fails_with_a_config_map(mode: Value, shown: str) -> None:
    config: Value = {"authenticationMode": mode, "bootstrapClusterCreatorAdminPermissions": False}
    assert said(NAME, cluster(accessConfig=config)) == [("fail", f"{MODE} is {shown}, must be API")]


@pytest.mark.parametrize("creator", [None, True])
def test_fails_when_the_creator_is_administrator(creator: Value) -> None:
    config: Value = {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": creator}
    assert said(NAME, cluster(accessConfig=config)) == [("fail", f"{CREATOR} is not false")]


def test_undecided_while_unknown() -> None:
    assert said(NAME, cluster(accessConfig=UNKNOWN)) == [
        ("unknown", f"{MODE} is not known before the update"),
        ("unknown", f"{CREATOR} is not known before the update"),
    ]
