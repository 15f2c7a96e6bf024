"""The program that takes nodes away, as its pod runs it: on a real API server, and on moto's Auto Scaling groups."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

import boto3
import engine
import pytest
from control_plane import REGION, Cloud

from sandbox.controlplane import ApiError, ControlPlane
from sandbox.controlplane.client import ApiClient, StaticCredentials
from sandbox.process import wait_until

pytestmark = pytest.mark.controlplane
Object = dict[str, Any]
PATIENCE = 120.0
PODS = "/api/v1/namespaces/default/pods"
ACCOUNT = "/api/v1/namespaces/kube-system/serviceaccounts/scale-in"
LEAVING = "inference-platform/leaving"


@cache
def _made() -> engine.Engine:
    return engine.run("prod", engine.values("prod"), None)


def _declared(kind: str) -> Mapping[str, Any]:
    """An object of the program, of site a."""
    (found,) = (each.inputs for each in _made().of(f":{kind}") if each.name == "llm-prod-a-scale-in")
    return found


@dataclass
class Site:
    """Nodes of one Auto Scaling group."""

    plane: ControlPlane
    cloud: Cloud
    root: Path
    group: str
    instances: list[str] = field(default_factory=list[str])

    @property
    def scaling(self) -> Any:
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
        return cast("Any", boto3).client("autoscaling", REGION, endpoint_url=self.cloud.sts, **keys)

    def described(self) -> Object:
        return self.scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[self.group])["AutoScalingGroups"][0]

    def grow(self, nodes: int) -> None:
        self.scaling.create_launch_configuration(
            LaunchConfigurationName=self.group, InstanceType="m7i.large", ImageId="ami-12c6146b"
        )
        self.scaling.create_auto_scaling_group(
            AutoScalingGroupName=self.group, LaunchConfigurationName=self.group, MinSize=1, MaxSize=9,
            DesiredCapacity=nodes, AvailabilityZones=[f"{REGION}a"],
        )  # fmt: skip
        self.instances = [each["InstanceId"] for each in self.described()["Instances"]]
        for instance in self.instances:
            self.plane.admin().request("POST", "/api/v1/nodes", _node(instance))
        assert wait_until(lambda: all(self.node(each)["ready"] for each in self.instances), PATIENCE)

    def node(self, instance: str) -> Object:
        found = self.plane.admin().get(f"/api/v1/nodes/{instance}")
        conditions = found["status"].get("conditions", [])
        return {
            "ready": {"Ready": "True"}.items() <= {each["type"]: each["status"] for each in conditions}.items(),
            "closed": found["spec"].get("unschedulable", False),
            "leaving": LEAVING in found["metadata"]["annotations"],
        }

    def pod(self, name: str, instance: str, limits: Object | None = None) -> None:
        """Put a pod on a node, and wait until it runs."""
        container = {"name": "c", "image": "i", "resources": {"limits": limits or {}}}
        spec = {
            "nodeName": instance,
            "tolerations": [{"operator": "Exists"}],
            "terminationGracePeriodSeconds": 1,
            "containers": [container],
        }
        body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": name}}, "spec": spec}
        self.plane.admin().request("POST", PODS, body)
        assert wait_until(lambda: self.phase(name) == "Running", PATIENCE)

    def phase(self, name: str) -> str:
        try:
            return self.plane.admin().get(f"{PODS}/{name}")["status"]["phase"]
        except ApiError as error:
            return error.reason

    def budget(self, app: str) -> None:
        """Let no pod of this name be evicted."""
        spec = {"maxUnavailable": 0, "selector": {"matchLabels": {"app": app}}}
        body = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": app}, "spec": spec}
        budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
        self.plane.admin().request("POST", budgets, body)
        assert wait_until(
            lambda: "disruptionsAllowed" in self.plane.admin().get(f"{budgets}/{app}").get("status", {}), PATIENCE
        )

    def token(self) -> str:
        return self.plane.admin().request("POST", f"{ACCOUNT}/token", {"spec": {"expirationSeconds": 3600}})["status"][
            "token"
        ]

    def start(self, **told: str) -> subprocess.Popen[str]:
        """Start the program as its pod would, with what is `told` in place of what is declared."""
        container = _declared("CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
        (self.root / "token").write_text(self.token())
        (self.root / "ca.crt").write_bytes(self.plane.folder.cluster_authority.pair.certificate.read_bytes())
        host, _, port = self.plane.endpoint.removeprefix("https://").partition(":")
        environment = {
            **{each["name"]: each["value"] for each in container["env"]},
            "GROUPS": json.dumps([self.group]),
            "SPARE": "0",
            "IDLE_SECONDS": "0",
            "DRAIN_SECONDS": "5",
            "ACCOUNT_DIRECTORY": str(self.root),
            "KUBERNETES_SERVICE_HOST": host,
            "KUBERNETES_SERVICE_PORT": port,
            **self.cloud.assume("scale-in"),
            "PATH": os.environ["PATH"],
            **told,
        }
        command = [sys.executable, *container["command"][1:]]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, env=environment, cwd=self.root, text=True, stdout=pipe, stderr=subprocess.STDOUT
        )

    def run(self, **told: str) -> tuple[int, str]:
        process = self.start(**told)
        said, _ = process.communicate(timeout=PATIENCE)
        return process.returncode, said


def _node(instance: str) -> Object:
    there = {"cpu": "8", "memory": "32Gi", "pods": "110", "nvidia.com/gpu": "8"}
    labels = {"nvidia.com/gpu.present": "true", "kubernetes.io/hostname": instance}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": instance, "labels": labels, "annotations": {"kwok.x-k8s.io/node": "fake"}},
        "spec": {
            "providerID": f"aws:///{REGION}a/{instance}",
            "taints": [{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}],
        },
        "status": {"capacity": there, "allocatable": there},
    }


@pytest.fixture(scope="session")
def rights(plane: ControlPlane) -> None:
    """What the program declares for the account of the job."""
    places = {
        "ServiceAccount": "/api/v1/namespaces/kube-system/serviceaccounts",
        "ClusterRole": "/apis/rbac.authorization.k8s.io/v1/clusterroles",
        "ClusterRoleBinding": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    }
    for kind, place in places.items():
        body = dict(_declared(kind))
        plane.admin().request("POST", place, body)


@pytest.fixture
def site(
    plane: ControlPlane, cloud: Cloud, rights: None, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Site]:
    del rights
    (tmp_path / "scale_in").mkdir()
    for name, text in _declared("ConfigMap")["data"].items():
        (tmp_path / "scale_in" / name).write_text(text)
    made = Site(plane, cloud, tmp_path, request.node.name)
    yield made
    for instance in made.instances:
        plane.admin().request("DELETE", f"/api/v1/nodes/{instance}")
    made.scaling.delete_auto_scaling_group(AutoScalingGroupName=made.group, ForceDelete=True)


def test_an_idle_node_is_drained_and_ended_and_no_other(site: Site) -> None:
    site.grow(2)
    kept, idle = site.instances
    site.pod("model", kept, {"nvidia.com/gpu": "8"})
    site.pod("other", idle)
    code, said = site.run()
    assert (code, said) == (0, f"{idle}: drained, and {idle} ended\n")
    assert site.phase("other") == "NotFound"
    assert site.phase("model") == "Running"
    assert [each["InstanceId"] for each in site.described()["Instances"]] == [kept]
    assert site.described()["DesiredCapacity"] == 1
    assert {each["Metric"] for each in site.described()["EnabledMetrics"]} >= {"GroupInServiceInstances"}
    # At its least size the group gives no more.
    site.plane.admin().request("DELETE", f"{PODS}/model")
    assert site.run() == (0, "no node may leave\n")
    assert site.described()["DesiredCapacity"] == 1


def test_a_node_is_watched_before_it_leaves_and_spares_stay(site: Site) -> None:
    site.grow(2)
    assert site.run(IDLE_SECONDS="3600") == (0, "no node may leave\n")
    assert site.run(SPARE="2") == (0, "no node may leave\n")
    assert site.described()["DesiredCapacity"] == 2
    notes = site.plane.admin().get(f"/api/v1/nodes/{site.instances[0]}")["metadata"]["annotations"]
    assert int(notes["inference-platform/idle-since"]) > 0
    site.pod("late", site.instances[0], {"nvidia.com/gpu": "1"})
    site.run(SPARE="2")
    notes = site.plane.admin().get(f"/api/v1/nodes/{site.instances[0]}")["metadata"]["annotations"]
    assert "inference-platform/idle-since" not in notes
    site.plane.admin().request("DELETE", f"{PODS}/late")


def _blocked(site: Site) -> str:
    """A group of one idle node more than its least size, each with a pod that no one may evict."""
    site.grow(2)
    name = site.group.replace("_", "-")[:40].strip("-")
    site.budget(name)
    for number, instance in enumerate(site.instances):
        body = f"{name}-{number}"
        site.pod(body, instance)
        label = {"metadata": {"labels": {"app": name}}}
        site.plane.admin().request("PATCH", f"{PODS}/{body}", label, content_type="application/merge-patch+json")
    return name


def _whole(site: Site, name: str) -> None:
    """Nothing has come of a run."""
    assert [site.node(each) for each in site.instances] == [{"ready": True, "closed": False, "leaving": False}] * 2
    assert site.described()["DesiredCapacity"] == 2
    assert [site.phase(f"{name}-{number}") for number in range(2)] == ["Running", "Running"]


def test_a_disruption_budget_is_respected_and_the_node_stays(site: Site) -> None:
    name = _blocked(site)
    code, said = site.run()
    assert code == 1
    assert "1 pods did not leave in 5 s; it stays" in said
    _whole(site, name)


def test_a_run_that_is_ended_takes_back_what_it_began(site: Site) -> None:
    name = _blocked(site)
    process = site.start(DRAIN_SECONDS="600")
    assert wait_until(lambda: any(site.node(each)["closed"] for each in site.instances), PATIENCE)
    process.terminate()
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "ended by signal 15; what was begun is taken back" in said
    _whole(site, name)


def test_a_run_that_was_killed_is_taken_up_by_the_next(site: Site) -> None:
    name = _blocked(site)
    process = site.start(DRAIN_SECONDS="600")
    assert wait_until(lambda: any(site.node(each)["closed"] for each in site.instances), PATIENCE)
    process.kill()
    process.communicate(timeout=PATIENCE)
    (left,) = [each for each in site.instances if site.node(each)["leaving"]]
    # It may not leave any more: it is opened again, and later it is the first that leaves.
    assert site.run(SPARE="2") == (0, "no node may leave\n")
    _whole(site, name)
    process = site.start(DRAIN_SECONDS="600")
    assert wait_until(lambda: any(site.node(each)["closed"] for each in site.instances), PATIENCE)
    process.kill()
    process.communicate(timeout=PATIENCE)
    (left,) = [each for each in site.instances if site.node(each)["leaving"]]
    site.plane.admin().request("DELETE", f"/apis/policy/v1/namespaces/default/poddisruptionbudgets/{name}")
    assert site.run(DRAIN_SECONDS="60") == (0, f"{left}: drained, and {left} ended\n")
    assert site.described()["DesiredCapacity"] == 1


def test_a_pod_with_a_gpu_that_comes_meanwhile_keeps_its_node(site: Site) -> None:
    name = _blocked(site)
    process = site.start(DRAIN_SECONDS="600")
    assert wait_until(lambda: any(site.node(each)["closed"] for each in site.instances), PATIENCE)
    (closed,) = [each for each in site.instances if site.node(each)["closed"]]
    site.pod("came", closed, {"nvidia.com/gpu": "8"})
    said, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, "a pod with a GPU came; the node stays" in said) == (1, True)
    _whole(site, name)
    site.plane.admin().request("DELETE", f"{PODS}/came")


def test_the_account_may_do_this_and_nothing_else(site: Site) -> None:
    site.grow(1)
    authority = site.plane.folder.cluster_authority.pair.certificate.read_text()
    client = ApiClient(site.plane.endpoint, authority, StaticCredentials(bearer=site.token()))
    assert client.get("/api/v1/nodes")["kind"] == "NodeList"
    for refused in (
        lambda: client.request("DELETE", f"/api/v1/nodes/{site.instances[0]}"),
        lambda: client.request("DELETE", f"{PODS}/any"),
        lambda: client.request("POST", PODS, {"apiVersion": "v1", "kind": "Pod"}),
        lambda: client.get("/api/v1/namespaces/kube-system/secrets"),
    ):
        with pytest.raises(ApiError, match="403"):
            refused()
