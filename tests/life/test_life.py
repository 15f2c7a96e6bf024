"""Both shipped stacks on the real engine: each test goes on from where the one before it left the sandbox."""

import json
import re
import ssl
import time
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError

import pytest

from sandbox.controlplane import ControlPlane
from sandbox.lifecycle.checkpoint import Checkpoint
from sandbox.lifecycle.fleet import clusters
from sandbox.lifecycle.stacks import Project
from sandbox.paths import Paths

from .conftest import Checkout

pytestmark = pytest.mark.engine

SAME = re.compile(r"up (prod|dr): \d+ same$", re.MULTILINE)


def paths_of(checkout: Checkout) -> Paths:
    return Paths.of_checkout(checkout.folder)


def planes(checkout: Checkout) -> dict[str, ControlPlane]:
    paths = paths_of(checkout)
    return {c.name: ControlPlane.of(paths, c.region, c.name) for c in clusters(paths)}


def inference_pods(plane: ControlPlane) -> list[dict[str, Any]]:
    pods = plane.admin().get("/api/v1/namespaces/business/pods")["items"]
    return [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]


def nodes(plane: ControlPlane) -> dict[str, dict[str, Any]]:
    return {node["metadata"]["name"]: node for node in plane.admin().get("/api/v1/nodes")["items"]}


def eventually(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(1)


def all_scheduled(plane: ControlPlane, replicas: int) -> bool:
    pods = inference_pods(plane)
    return len(pods) >= replicas and all(
        pod["spec"].get("nodeName") in nodes(plane) and pod["status"]["phase"] == "Running" for pod in pods
    )


def test_dr_alone_is_refused_before_anything_is_registered(checkout: Checkout) -> None:
    printed = checkout.sandbox("up", "dr", expect=1)
    assert "stack dr reads prod, which has no outputs yet" in printed
    assert not Checkpoint.of(paths_of(checkout), Project.of(checkout.folder).stack("dr")).resources


def test_both_stacks_come_up(checkout: Checkout) -> None:
    printed = checkout.sandbox("up")
    assert re.search(r"AWS: \d+ resources held by moto, \d+ only recorded", printed)
    sites = {line.split()[1] for line in printed.splitlines() if "https://127.0.0.1:" in line}
    assert sites == {"a", "b", "c"}


def test_a_second_up_changes_nothing(checkout: Checkout) -> None:
    assert len(SAME.findall(checkout.sandbox("up"))) == 2


def test_a_refresh_sees_no_drift(checkout: Checkout) -> None:
    printed = checkout.sandbox("refresh")
    assert re.search(r"refresh prod: \d+ same$", printed, re.MULTILINE), printed
    assert re.search(r"refresh dr: \d+ same$", printed, re.MULTILINE), printed


def test_every_inference_pod_runs_on_a_gpu_node_of_its_site(checkout: Checkout) -> None:
    for name, plane in planes(checkout).items():
        stack = name.split("-")[1]
        settings = checkout.settings(stack)
        zone = next(site["zone"] for site in settings["sites"] if site["name"] == name[-1])
        eventually(lambda p=plane, s=settings: all_scheduled(p, s["inference"]["replicas"]["minimum"]), 90)
        known = nodes(plane)
        for pod in inference_pods(plane):
            node = known[pod["spec"]["nodeName"]]
            assert int(node["status"]["allocatable"]["nvidia.com/gpu"]) > 0
            assert node["metadata"]["labels"]["topology.kubernetes.io/zone"] == zone


def test_pods_return_on_the_spare_nodes_when_a_group_dies(checkout: Checkout) -> None:
    name, plane = next(iter(planes(checkout).items()))
    victim = nodes(plane)[inference_pods(plane)[0]["spec"]["nodeName"]]
    group = victim["metadata"]["labels"]["eks.amazonaws.com/nodegroup"]
    wanted = len(inference_pods(plane))
    checkout.sandbox("kill-nodes", name, group)
    eventually(lambda: all_scheduled(plane, wanted), 180)
    groups = {nodes(plane)[p["spec"]["nodeName"]]["metadata"]["labels"]["eks.amazonaws.com/nodegroup"]
              for p in inference_pods(plane)}  # fmt: skip
    assert group not in groups


def test_nobody_gets_in_without_a_login(checkout: Checkout) -> None:
    for plane in planes(checkout).values():
        context = ssl._create_unverified_context()  # noqa: S323 the refusal is what is looked at
        with pytest.raises(HTTPError, match="401"):
            urllib.request.urlopen(f"{plane.endpoint}/api/v1/secrets", context=context)


def test_after_a_crash_of_moto_and_a_control_plane_up_says_so_and_changes_nothing(checkout: Checkout) -> None:
    paths = paths_of(checkout)
    killed = [file for file in paths.home.rglob("*.pid.json") if file.stem.startswith(("cloud", "kube-apiserver"))][:2]
    assert killed
    for file in killed:
        pid = json.loads(file.read_text())["pid"]
        __import__("os").kill(pid, 9)
    printed = checkout.sandbox("up")
    assert "found: " in printed
    assert len(SAME.findall(printed)) == 2


def test_destroy_leaves_nothing_once_the_clusters_may_go(checkout: Checkout) -> None:
    for stack in ("prod", "dr"):
        checkout.change(stack, cluster__deletion_protection=False)
    checkout.sandbox("up")
    assert "AWS: 0 resources held by moto, 0 only recorded" in checkout.sandbox("destroy")
    assert not planes(checkout)
