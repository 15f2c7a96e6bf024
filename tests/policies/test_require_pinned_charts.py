import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import RELEASE

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-pinned-charts"
MUTATIONS = (
    changed(RELEASE, "llm-prod-a-keda", ("version",), None),
    changed(RELEASE, "llm-prod-b-keda", ("version",), "^2.21.0"),
    changed(RELEASE, "llm-dr-c-keda", ("repositoryOpts", "repo"), "http://charts.example", "dr"),
)


def release(**changes: Value) -> Resource:
    sound: dict[str, Value] = {
        "chart": "keda",
        "version": "2.21.0",
        "repositoryOpts": {"repo": "https://kedacore.github.io/charts"},
    }
    return resource(RELEASE, sound | changes)


@pytest.mark.parametrize(
    "sound",
    [
        release(),
        release(version="v1.2.3-rc.1+build"),
        release(chart="oci://charts.example/keda", repositoryOpts=None),
    ],
    ids=range(3),
)
def test_holds(sound: Resource) -> None:
    assert said(NAME, sound) == []


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (release(version=None), "version is not set, must be one version in full, like 2.21.0"),
        (release(version=">=2.0.0"), "version is >=2.0.0, must be one version in full, like 2.21.0"),
        (release(version="2.21"), "version is 2.21, must be one version in full, like 2.21.0"),
        (release(repositoryOpts={"repo": "http://a"}), "its chart comes from http://a, must be https:// or oci://"),
        (release(repositoryOpts=None), "its chart comes from keda, must be https:// or oci://"),
    ],
    ids=range(5),
)
def test_fails(broken: Resource, message: str) -> None:
    assert said(NAME, broken) == [("fail", message)]


@pytest.mark.parametrize(
    ("blank", "path"),
    [(release(version=UNKNOWN), "version"), (release(repositoryOpts=UNKNOWN), "repositoryOpts.repo")],
    ids=range(2),
)
def test_undecided_while_unknown(blank: Resource, path: str) -> None:
    assert said(NAME, blank) == [("unknown", f"{path} is not known before the update")]
