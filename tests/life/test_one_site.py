"""One site on the real engine: bad input, interruptions, changes, a neighbour. Each test goes on from the one before."""

import os
import re
import signal
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sandbox.cloud import endpoints_of
from sandbox.lifecycle import leftovers
from sandbox.process import require_free_port

from .checkout import Checkout, eventually, finish
from .moto import assert_nothing_is_there_twice, client, node_groups

pytestmark = pytest.mark.engine

REGION = "us-east-1"
SPOT = "llm-prod-a-spot"
# What seven replicas may ask for of a namespace in an update.
ROOM = {"quotas.business.cpu": 300, "quotas.business.memory_gib": 4200, "quotas.business.gpus": 64}


def interrupt(command: subprocess.Popen[str]) -> None:
    """What a terminal does at Ctrl-C: the whole process group of the foreground hears it."""
    os.killpg(command.pid, signal.SIGINT)


def up_until_it_makes(checkout: Checkout, more: int = 3) -> subprocess.Popen[str]:
    """Bring it up and return, with the engine at work, when AWS holds so many resources more than before."""
    before = len(checkout.rows())
    command = checkout.start("up")
    eventually(lambda: len(checkout.rows()) >= before + more or command.poll() is not None, 300)
    assert command.poll() is None, command.communicate()
    return command


# What is refused, and in which words, is for tests/test_settings.py: here it is that nothing has been made by then.
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "unknown key": ({"surprise": 1}, "platform.surprise: unknown key, known here are"),
    "overlapping addresses": ({"network.cidr": "10.100.0.0/16"}, "overlaps"),
}


@pytest.mark.parametrize(("values", "said"), BAD.values(), ids=BAD)
def test_bad_settings_are_one_line_before_anything_is_registered(
    small: Checkout, values: dict[str, Any], said: str
) -> None:
    file = small.folder / "Pulumi.prod.yaml"
    good = file.read_text()
    small.change("prod", values)
    assert said in small.refused("up")
    file.write_text(good)
    assert not [row for row in small.rows() if row.type.startswith("aws:")]
    assert not [each for each in small.checkpoint("prod").resources if each["type"] != "pulumi:pulumi:Stack"]


def kill_moto(checkout: Checkout) -> None:
    [pid] = [pid for file, pid in checkout.servers().items() if file.endswith("cloud.pid.json")]
    os.kill(pid, signal.SIGKILL)


def test_a_taken_port_is_one_line(small: Checkout) -> None:
    port = endpoints_of(small.paths).ports[0]
    kill_moto(small)
    require_free_port(port, "the test")
    with socket.create_server(("127.0.0.1", port)):
        assert f"port {port} of 127.0.0.1, on which the sandbox's AWS serves, is taken" in small.refused("up")


def test_ctrl_c_ends_in_order(small: Checkout) -> None:
    command = up_until_it_makes(small)
    interrupt(command)
    printed = finish(command, 130)
    assert len(re.findall(r"^interrupted: ", printed, re.MULTILINE)) == 1
    assert "error:" not in printed
    assert not small.engine_runs()
    assert not small.checkpoint("prod").pending


def test_a_killed_engine_is_one_line_and_leaves_nothing_running(small: Checkout) -> None:
    command = up_until_it_makes(small)
    [engine] = [process for process in leftovers.find(small.paths) if process.name == leftovers.ENGINE]
    os.kill(engine.pid, signal.SIGKILL)
    printed = finish(command, 1)
    assert re.findall(r"^error: .*", printed, re.MULTILINE) == [
        "error: up prod failed: the engine was killed; run it again, it goes on from what stands"
    ]
    assert not small.engine_runs()


def test_a_killed_moto_is_one_line_and_found_by_the_next_up(small: Checkout) -> None:
    command = up_until_it_makes(small)
    kill_moto(small)
    printed = finish(command, 1)
    assert len(re.findall(r"^error: ", printed, re.MULTILINE)) == 1, printed
    assert not small.engine_runs()


def test_a_killed_command_is_found_by_the_next_one(small: Checkout) -> None:
    command = up_until_it_makes(small)
    os.kill(command.pid, signal.SIGKILL)
    assert "found: moto was not running" in finish(command, -signal.SIGKILL)
    servers = small.servers()
    printed = small.sandbox("up")
    assert "found: prod: an engine was killed here: its lock is dropped" in printed
    assert re.search(r"^up prod: .*\d+ same", printed, re.MULTILINE)
    assert servers.items() <= small.servers().items()
    assert not small.engine_runs()


def test_after_all_that_nothing_is_there_twice(small: Checkout) -> None:
    assert_nothing_is_there_twice(small, "prod")
    assert re.search(r"^up prod: \d+ same$", small.sandbox("up"), re.MULTILINE)


def of_type(checkout: Checkout, type_: str) -> dict[str, str]:
    """Ids by name of what the engine's state has of a type."""
    found = checkout.checkpoint("prod").resources
    return {each["urn"].rsplit("::", 1)[-1]: each["id"] for each in found if each["type"] == type_}


def test_a_new_size_replaces_nothing(small: Checkout) -> None:
    before = small.checkpoint("prod").identities
    small.change("prod", {"nodes.spot.maximum": 9, "inference.replicas.maximum": 7} | ROOM)
    printed = small.sandbox("up")
    assert re.search(r"^up prod: \d+ same, \d+ update$", printed, re.MULTILINE), printed
    assert small.checkpoint("prod").identities == before
    group = of_type(small, "aws:eks/nodeGroup:NodeGroup")[SPOT].split(":")[1]
    eks = client(small, "eks", REGION)
    held = eks.describe_nodegroup(clusterName="llm-prod-a", nodegroupName=group)["nodegroup"]
    assert held["scalingConfig"]["maxSize"] == 9


def test_another_instance_type_replaces_the_node_group_and_its_nodes(small: Checkout) -> None:
    old = of_type(small, "aws:eks/nodeGroup:NodeGroup")[SPOT].split(":")[1]
    small.change("prod", {"nodes.spot.instance_types": ["p5e.48xlarge"]})
    printed = small.sandbox("up")
    assert re.search(r"^up prod: .*\d+ replace", printed, re.MULTILINE), printed
    new = of_type(small, "aws:eks/nodeGroup:NodeGroup")[SPOT].split(":")[1]
    groups = node_groups(client(small, "eks", REGION))["llm-prod-a"]
    assert new in groups
    assert old not in groups
    [plane] = small.planes().values()
    nodes: list[dict[str, Any]] = plane.admin().get("/api/v1/nodes")["items"]
    labels = [node["metadata"]["labels"] for node in nodes]
    assert old not in {each["eks.amazonaws.com/nodegroup"] for each in labels}
    kinds = {each["node.kubernetes.io/instance-type"] for each in labels if each["eks.amazonaws.com/nodegroup"] == new}
    assert kinds == {"p5e.48xlarge"}
    assert_nothing_is_there_twice(small, "prod")


def ports(checkout: Checkout) -> set[int]:
    found = set(endpoints_of(checkout.paths).ports)
    for plane in checkout.planes().values():
        each = plane.folder.ports()
        found |= {each.api, each.etcd, each.peer}
    return found


def test_two_checkouts_come_up_at_once_and_leave_each_other_alone(small: Checkout, neighbour: Checkout) -> None:
    servers = small.servers()
    with ThreadPoolExecutor(2) as pool:
        ours, theirs = pool.map(Checkout.up, (small, neighbour))
    assert re.search(r"^up prod: \d+ same$", ours, re.MULTILINE)
    assert re.search(r"^up prod: \d+ create$", theirs, re.MULTILINE)
    assert ports(small).isdisjoint(ports(neighbour))
    neighbour.sandbox("down")
    assert small.servers() == servers
    assert "control plane down" not in small.sandbox("status")
