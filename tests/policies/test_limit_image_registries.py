import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import CRON_JOB, DAEMON_SET, DEPLOYMENT, POD

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "limit-image-registries"
SPEC = ("spec", "template", "spec")
LISTED = (
    "123456789012.dkr.ecr.us-east-1.amazonaws.com, 123456789012.dkr.ecr.us-west-2.amazonaws.com, docker.io/hashicorp,"
    " docker.io/library/mysql, docker.io/openresty, docker.io/proxysql, docker.io/vllm, nvcr.io/nvidia,"
    " public.ecr.aws/aws-cli, public.ecr.aws/lambda"
)
DIGEST = f"sha256:{'0' * 64}"
IMAGE = (*SPEC, "containers", 0, "image")
MUTATIONS = (
    changed(DEPLOYMENT, "llm-prod-a-inference", IMAGE, f"vllm-openai@{DIGEST}"),
    changed(DAEMON_SET, "llm-dr-c-device-plugin", IMAGE, f"nvcr.io.example/nvidia/k8s-device-plugin@{DIGEST}", "dr"),
)


def pod(image: Value, kind: str = "containers") -> Resource:
    return resource(POD, {"spec": {kind: [{"image": image}]}})


@pytest.mark.parametrize(
    "image",
    [
        "vllm/vllm-openai:v1",
        "docker.io/vllm/vllm-openai",
        "nvcr.io/nvidia/k8s-device-plugin@sha256:00",
        "hashicorp/consul:1",
        "openresty/openresty:1",
    ],
)
def test_holds(image: str) -> None:
    assert said(NAME, pod(image)) == []


def test_holds_for_one_repository_and_a_registry_with_a_port() -> None:
    images = [pod("localhost:5000/model:v1"), pod("nginx:1"), pod("nginx@sha256:00")]
    assert said(NAME, *images, registries=("localhost:5000", "docker.io/library/nginx")) == []


@pytest.mark.parametrize(
    "image",
    ["vllm-openai", "vllm2/vllm-openai", "vllm.example/vllm-openai", "quay.io/vllm/vllm-openai", "docker.io/vllmx/a"],
)
def test_fails_from_elsewhere(image: str) -> None:
    assert said(NAME, pod(image)) == [("fail", f"image {image} is not of {LISTED}")]


def test_fails_in_every_place_that_runs_containers() -> None:
    bad: Value = {"initContainers": [{"image": "quay.io/a/b"}], "containers": [{"image": "quay.io/c/d"}]}
    found = [
        *said(NAME, resource(CRON_JOB, {"spec": {"jobTemplate": {"spec": {"template": {"spec": bad}}}}})),
        *said(NAME, resource(DAEMON_SET, {"spec": {"template": {"spec": bad}}})),
    ]
    images = ["a/b", "c/d"] * 2
    assert found == [("fail", f"image quay.io/{image} is not of {LISTED}") for image in images]


@pytest.mark.parametrize("container", [UNKNOWN, {"image": UNKNOWN}], ids=str)
def test_undecided_while_unknown(container: Value) -> None:
    assert said(NAME, resource(POD, {"spec": {"containers": [container]}})) == [
        ("unknown", "spec.containers.image is not known before the update")
    ]
