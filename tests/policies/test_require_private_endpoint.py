import pytest
from rules._resource import UNKNOWN, Value
from rules._types import CLUSTER

from tests.policies.mutation import changed
from tests.policies.samples import cluster, said

NAME = "require-private-endpoint"
MUTATIONS = (
    changed(CLUSTER, "llm-prod-a", ("vpcConfig", "endpointPrivateAccess"), value=False),
    changed(CLUSTER, "llm-dr-c", ("vpcConfig", "endpointPrivateAccess"), None, "dr"),
)


def test_holds() -> None:
    assert said(NAME, cluster(vpcConfig={"endpointPrivateAccess": True})) == []


@pytest.mark.parametrize("vpc", [None, {}, {"endpointPrivateAccess": False}], ids=str)
def test_fails_without_a_private_side(vpc: Value) -> None:
    assert said(NAME, cluster(vpcConfig=vpc)) == [("fail", "vpcConfig.endpointPrivateAccess is not true")]


@pytest.mark.parametrize("vpc", [UNKNOWN, {"endpointPrivateAccess": UNKNOWN}], ids=str)
def test_undecided_while_unknown(vpc: Value) -> None:
    assert said(NAME, cluster(vpcConfig=vpc)) == [
        ("unknown", "vpcConfig.endpointPrivateAccess is not known before the update")
    ]
