"""Every Kubernetes object of both stacks against the schemas of the version that the sandbox runs."""

import json
import subprocess
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import recorded
from engine import ROOT

from sandbox import toolchain
from sandbox.controllers import manifests
from sandbox.kubernetes import schemas
from sandbox.paths import Paths
from sandbox.progress import Progress
from sandbox.toolchain.catalog import KEDA_MANIFESTS, OPENAPI

pytestmark = pytest.mark.engine

Check = Callable[[list[Mapping[str, Any]]], subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory) -> Check:
    tools = toolchain.ensure(Paths.of_checkout(ROOT), Progress.standard(), ["kubeconform", "keda-operator"])
    folder = tmp_path_factory.mktemp("schemas")
    assert schemas.write(tools.bin / OPENAPI / "swagger.json", folder) > 300
    assert schemas.write_custom(manifests.read(tools.bin / KEDA_MANIFESTS, "crd/bases"), folder) > 3
    words = ["-strict", "-output=json", "-schema-location", f"{folder}/{schemas.LOCATION}"]

    def run(objects: list[Mapping[str, Any]]) -> subprocess.CompletedProcess[str]:
        text = "\n---\n".join(json.dumps(each) for each in objects)
        return subprocess.run(
            [str(tools.bin / "kubeconform"), *words], input=text, capture_output=True, text=True, check=False
        )

    return run


@pytest.mark.parametrize("stack", ["prod", "dr"])
def test_every_manifest_fits_its_schema(check: Check, stack: str) -> None:
    objects = [each for each in recorded.objects(stack) if "kind" in each]  # a Helm release has none
    kinds = {each["kind"] for each in objects}
    assert {"Deployment", "StatefulSet", "ConfigMap", "NetworkPolicy", "ScaledObject"} <= kinds
    ran = check(objects)
    assert (ran.returncode, ran.stdout) == (0, '{\n  "resources": []\n}\n'), ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"replicas": "3"}, "got string, want integer"),
        ({"replicaz": 3}, "additional properties 'replicaz' not allowed"),
    ],
)
def test_a_wrong_manifest_is_found(check: Check, spec: dict[str, Any], told: str) -> None:
    labels = {"app": "one"}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "one", "image": "one"}]}}
    whole = {"selector": {"matchLabels": labels}, "template": pod, **spec}
    ran = check([{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "one"}, "spec": whole}])
    assert ran.returncode == 1
    assert told in ran.stdout


def test_a_wrong_scaled_object_is_found(check: Check) -> None:
    spec: dict[str, Any] = {"scaleTargetRef": {"name": "one"}, "triggers": [], "coolDownPeriod": 300}
    ran = check([{"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": {"name": "one"}, "spec": spec}])
    assert ran.returncode == 1
    assert "additional properties 'coolDownPeriod' not allowed" in ran.stdout
