import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import LAUNCH_TEMPLATE, NODE_GROUP

from tests.policies.mutation import changed
from tests.policies.samples import linked, resource, said

NAME = "require-gpu-disk"
SIZE = ("blockDeviceMappings", 0, "ebs", "volumeSize")
MUTATIONS = (
    changed(LAUNCH_TEMPLATE, "llm-prod-a-spot", SIZE, 100),
    changed(LAUNCH_TEMPLATE, "llm-dr-c-reserved", SIZE, None, "dr"),
)


def nodes(size: Value, kind: Value = "AL2023_x86_64_NVIDIA") -> list[Resource]:
    template = resource(LAUNCH_TEMPLATE, {"blockDeviceMappings": [{"ebs": {"volumeSize": size}}]}, "gpu")
    return [template, linked(resource(NODE_GROUP, {"amiType": kind}), launchTemplate=template)]


@pytest.mark.parametrize(("size", "kind"), [(750.0, "AL2023_x86_64_NVIDIA"), (20.0, "AL2023_x86_64_STANDARD")])
def test_holds(size: Value, kind: str) -> None:
    assert said(NAME, *nodes(size, kind)) == []


@pytest.mark.parametrize(("size", "found"), [(749.0, "749 GiB"), (None, "no size")])
def test_fails(size: Value, found: str) -> None:
    assert said(NAME, *nodes(size)) == [("fail", f"largest disk has {found}, must have at least 750 GiB")]


def test_the_size_is_a_setting() -> None:
    assert said(NAME, *nodes(100.0), disk_gib=100) == []


def test_unknown_is_undecided() -> None:
    assert said(NAME, *nodes(UNKNOWN)) == [("unknown", "blockDeviceMappings is not known before the update")]
    assert said(NAME, *nodes(1.0, UNKNOWN)) == [("unknown", "amiType is not known before the update")]
