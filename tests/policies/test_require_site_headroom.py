import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import AUTOSCALER, DEPLOYMENT, NODE_GROUP, SCALED_OBJECT

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-site-headroom"
MUTATIONS = (
    changed(NODE_GROUP, "llm-prod-b-spot", ("scalingConfig", "minSize"), 0, also=("require-planned-capacity",)),
)


def group(site: Value, least: Value, kind: str = "p5.48xlarge") -> Resource:
    props: dict[str, Value] = {
        "amiType": "AL2023_x86_64_NVIDIA",
        "instanceTypes": [kind],
        "scalingConfig": {"minSize": least},
        "tags": {"site": site},
    }
    return resource(NODE_GROUP, props, f"{site}-{kind}")


def tier(site: str, gpus: Value, replicas: Value) -> Resource:
    container: Value = {"resources": {"limits": {"nvidia.com/gpu": gpus}}}
    props: dict[str, Value] = {
        "metadata": {"name": "model", "namespace": "business"},
        "spec": {"replicas": replicas, "template": {"spec": {"containers": [container, {}]}}},
    }
    return resource(DEPLOYMENT, props, f"{site}-model", provider=site)


def scaler(site: str, least: Value, target: Value = "model") -> Resource:
    props: dict[str, Value] = {
        "metadata": {"namespace": "business"},
        "spec": {"minReplicas": least, "scaleTargetRef": {"name": target}},
    }
    return resource(AUTOSCALER, props, provider=site)


def test_holds_when_each_site_carries_both() -> None:
    assert said(NAME, group("a", 4), group("b", 4), tier("a", "8", 2), tier("b", "8", 2)) == []


def test_holds_when_three_sites_share() -> None:
    sites = [each for site in "abc" for each in (group(site, 3.0), tier(site, "8", 2.0))]
    assert said(NAME, *sites) == []


def test_holds_for_one_site_and_for_nodes_and_pods_without_gpus() -> None:
    assert said(NAME, group("a", 1), tier("a", "8", 9)) == []
    assert said(NAME, group("a", 1), group("b", 1), tier("a", None, 9)) == []


def test_fails_when_the_largest_is_lost() -> None:
    assert said(NAME, group("a", 5), group("b", 3), tier("a", "8", 2), tier("b", "8", 2)) == [
        ("fail", "without site a node groups hold 24 GPUs at their least size; all sites' floors need 32")
    ]


def test_fails_by_the_floor_of_the_autoscaler_and_not_of_another() -> None:
    sites = [group("a", 4), group("b", 4), tier("a", "8", 1), tier("b", "8", 1)]
    assert said(NAME, *sites, scaler("a", 3), scaler("b", 9, "other")) == []
    assert said(NAME, *sites, scaler("a", 4)) == [
        ("fail", "without site a node groups hold 32 GPUs at their least size; all sites' floors need 40")
    ]


def test_fails_by_the_floor_of_a_scaled_object() -> None:
    spec: Value = {"minReplicaCount": 4.0, "scaleTargetRef": {"name": "model"}}
    scaled = resource(SCALED_OBJECT, {"metadata": {"namespace": "business"}, "spec": spec}, provider="a")
    assert said(NAME, group("a", 4), group("b", 4), tier("a", "8", 1), tier("b", "8", 1), scaled) == [
        ("fail", "without site a node groups hold 32 GPUs at their least size; all sites' floors need 40")
    ]


def test_fails_when_pods_do_not_fit_whole() -> None:
    sites = [group("a", 2, "g6e.12xlarge"), group("b", 2, "g6e.12xlarge")]
    assert said(NAME, *sites, tier("a", 3, 2)) == []
    assert said(NAME, *sites, tier("a", 8, 1)) == [
        ("fail", "without site a node groups hold 0 GPUs at their least size; all sites' floors need 8")
    ]


def test_fails_when_nobody_counted_the_gpus_of_a_type() -> None:
    assert said(NAME, group("a", 4), group("b", 4, "p9.48xlarge"), tier("a", "8", 1)) == [
        ("fail", "how many GPUs p9.48xlarge has is not known; add it to data/gpus.json")
    ]


@pytest.mark.parametrize(
    ("unknown", "path"),
    [
        (group(UNKNOWN, 1), "tags.site"),
        (group("a", UNKNOWN), "scalingConfig.minSize"),
        (tier("a", UNKNOWN, 1), "spec.template.spec.containers"),
        (tier("a", "8", UNKNOWN), "spec.replicas"),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_undecided_while_unknown(unknown: Resource, path: str) -> None:
    assert said(NAME, unknown, group("b", 1)) == [("unknown", f"{path} is not known before the update")]


def test_undecided_while_an_autoscaler_may_be_of_it() -> None:
    assert said(NAME, tier("a", "8", 1), scaler("a", 2, UNKNOWN)) == [
        ("unknown", "spec.scaleTargetRef.name is not known before the update")
    ]
