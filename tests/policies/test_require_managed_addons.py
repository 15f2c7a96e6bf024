import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import ADDON

from tests.policies.mutation import changed, removed
from tests.policies.samples import cluster, linked, resource, said

NAME = "require-managed-addons"
MUTATIONS = (
    removed(ADDON, "llm-prod-a-base-kube-proxy"),
    changed(ADDON, "llm-dr-c-more-coredns", ("resolveConflictsOnUpdate",), "NONE", "dr"),
)
NAMES = ("coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni")


def addon(name: Value, answer: Value = "PRESERVE") -> Resource:
    props: dict[str, Value] = {"addonName": name, "resolveConflictsOnUpdate": answer}
    return linked(resource(ADDON, props, f"addon-{name}"), clusterName=cluster())


def test_holds_with_all_of_them() -> None:
    assert said(NAME, cluster(), *map(addon, NAMES), addon("metrics-server", "OVERWRITE")) == []


def test_fails_without_some() -> None:
    assert said(NAME, cluster(), addon("coredns"), addon("vpc-cni")) == [
        ("fail", "has no managed add-on eks-pod-identity-agent, kube-proxy")
    ]


def test_fails_when_they_are_of_another_cluster() -> None:
    found = said(NAME, cluster(), resource(ADDON, {"addonName": "dns"}), addons=("dns",))
    assert ("fail", "has no managed add-on dns") in found


@pytest.mark.parametrize(("answer", "shown"), [("NONE", "NONE"), (None, "not set")])
def test_fails_when_an_update_may_stop(answer: Value, shown: str) -> None:
    assert said(NAME, addon("coredns", answer)) == [
        ("fail", f"resolveConflictsOnUpdate is {shown}, must be OVERWRITE or PRESERVE")
    ]


def test_undecided_while_unknown() -> None:
    assert said(NAME, cluster(), addon(UNKNOWN), addon("coredns", UNKNOWN)) == [
        ("unknown", "addonName is not known before the update"),
        ("unknown", "resolveConflictsOnUpdate is not known before the update"),
    ]
