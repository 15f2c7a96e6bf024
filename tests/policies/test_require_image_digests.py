import pytest
from rules._resource import UNKNOWN, Value
from rules._types import CRON_JOB, DAEMON_SET, DEPLOYMENT

from tests.policies.mutation import changed
from tests.policies.samples import resource, said
from tests.policies.workloads import CONTAINER, workload

NAME = "require-image-digests"
MUTATIONS = (
    changed(DEPLOYMENT, "llm-prod-a-inference", (*CONTAINER, "image"), "vllm/vllm-openai:v0.11.0"),
    changed(DAEMON_SET, "llm-dr-c-device-plugin", (*CONTAINER, "image"), "nvcr.io/nvidia/k8s-device-plugin", "dr"),
)
DIGEST = "0123456789abcdef" * 4


@pytest.mark.parametrize("image", [f"a/b@sha256:{DIGEST}", f"a/b:v1@sha256:{DIGEST}"])
def test_holds(image: str) -> None:
    assert said(NAME, workload({"name": "server", "image": image})) == []


@pytest.mark.parametrize(
    "image", ["a/b", "a/b:v1", "a/b:latest", f"a/b@sha256:{DIGEST[1:]}", f"a/b@sha256:{DIGEST}0", f"a/b@{DIGEST}"]
)
def test_fails(image: str) -> None:
    found = ("fail", f"image {image} of container server has no digest")
    assert said(NAME, workload({"name": "server", "image": image})) == [found]


def test_fails_in_a_cron_job_and_before_the_containers() -> None:
    spec: Value = {"jobTemplate": {"spec": {"template": {"spec": {"initContainers": [{"name": "x", "image": "a"}]}}}}}
    assert said(NAME, resource(CRON_JOB, {"spec": spec})) == [("fail", "image a of container x has no digest")]


def test_unknown_is_undecided() -> None:
    found = said(NAME, workload({"name": "server", "image": UNKNOWN}))
    assert found == [("unknown", "spec.template.spec.containers.image is not known before the update")]
