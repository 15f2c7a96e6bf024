import pytest
from rules._resource import UNKNOWN, Value
from rules._types import CLUSTER

from tests.policies.mutation import changed
from tests.policies.samples import cluster, said

NAME = "forbid-open-cluster-endpoint"
MUTATIONS = (
    changed(CLUSTER, "llm-prod-a", ("vpcConfig", "publicAccessCidrs"), ["0.0.0.0/0"]),
    changed(CLUSTER, "llm-dr-c", ("vpcConfig", "publicAccessCidrs"), None, "dr"),
)
OPEN = "its public endpoint is open to "


@pytest.mark.parametrize(
    "vpc",
    [
        {"endpointPublicAccess": False},
        {"endpointPublicAccess": False, "publicAccessCidrs": ["0.0.0.0/0"]},
        {"endpointPublicAccess": True, "publicAccessCidrs": ["203.0.113.0/24", "2001:db8::/32"]},
    ],
    ids=str,
)
def test_holds(vpc: Value) -> None:
    assert said(NAME, cluster(vpcConfig=vpc)) == []


@pytest.mark.parametrize(
    ("cidrs", "message"),
    [
        (["203.0.113.0/24", "0.0.0.0/0"], f"{OPEN}0.0.0.0/0"),
        (["::/0"], f"{OPEN}::/0"),
        (["0.0.0.0/1", "128.0.0.0/1"], f"{OPEN}0.0.0.0/0"),
        (["0.0.0.0/0", UNKNOWN], f"{OPEN}0.0.0.0/0"),
        (None, "its public endpoint has no publicAccessCidrs, so EKS opens it to 0.0.0.0/0"),
        ([], "its public endpoint has no publicAccessCidrs, so EKS opens it to 0.0.0.0/0"),
    ],
    ids=str,
)
def test_fails_when_open_to_all(cidrs: Value, message: str) -> None:
    vpc: Value = {"endpointPublicAccess": True, "publicAccessCidrs": cidrs}
    assert said(NAME, cluster(vpcConfig=vpc)) == [("fail", message)]


def test_fails_when_nothing_is_said_as_eks_makes_it_public() -> None:
    assert [outcome for outcome, _ in said(NAME, cluster(vpcConfig={}))] == ["fail"]


@pytest.mark.parametrize(
    ("vpc", "path"),
    [
        (UNKNOWN, "vpcConfig.endpointPublicAccess"),
        ({"endpointPublicAccess": UNKNOWN}, "vpcConfig.endpointPublicAccess"),
        ({"publicAccessCidrs": UNKNOWN}, "vpcConfig.publicAccessCidrs"),
        ({"publicAccessCidrs": ["203.0.113.0/24", UNKNOWN]}, "vpcConfig.publicAccessCidrs"),
    ],
    ids=str,
)
def test_undecided_while_unknown(vpc: Value, path: str) -> None:
    assert said(NAME, cluster(vpcConfig=vpc)) == [("unknown", f"{path} is not known before the update")]
