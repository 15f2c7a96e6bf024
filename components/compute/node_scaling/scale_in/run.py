"""One look at all GPU nodes, and what comes of it."""

import time
from collections.abc import Sequence
from typing import Any

from .choice import Group, Node, Settings, choose
from .cluster import Cluster, Json, is_ready, is_the_nodes_own, uses_gpu

IDLE = "inference-platform/idle-since"
LEAVING = "inference-platform/leaving"
# What the alarms of the other groups read. EKS does not say that it turns this on for a node group.
_METRICS = ("GroupDesiredCapacity", "GroupInServiceInstances")
_POLL_SECONDS = 2
# A pod that the scheduler had placed before the node was closed is seen on it a moment later.
_EMPTY_LOOKS = 2


class StoppedError(Exception):
    """This run can not finish what it began; the message says why."""


class Run:
    """What is done with the nodes of a cluster, by an Auto Scaling client of boto3."""

    def __init__(self, settings: Settings, cluster: Cluster, scaling: Any) -> None:
        self._settings, self._cluster, self._scaling = settings, cluster, scaling

    def once(self) -> str:
        """Take a node away if one may leave; returns what was done, for people.

        Raises:
            StoppedError: it could not be drained, and takes pods again.
        """
        groups, nodes = self._groups(), self._nodes()
        chosen = choose(self._settings, groups, nodes, time.time())
        for node in nodes:
            if node.leaving and node is not chosen:
                self._cluster.open(node.name, LEAVING)
        if chosen is None:
            return "no node may leave"
        starved = next((group for group in groups if group.starved), None)
        return self._give_up(starved) if starved else self._take_away(chosen)

    def _groups(self) -> list[Group]:
        found = self._described(self._settings.groups)
        for group in found:
            if not {each["Metric"] for each in group.get("EnabledMetrics", ())} >= set(_METRICS):
                name = group["AutoScalingGroupName"]
                self._scaling.enable_metrics_collection(
                    AutoScalingGroupName=name, Granularity="1Minute", Metrics=list(_METRICS)
                )
        return [_group(group) for group in found]

    def _described(self, names: Sequence[str]) -> Sequence[Json]:
        return self._scaling.describe_auto_scaling_groups(AutoScalingGroupNames=list(names))["AutoScalingGroups"]

    def _nodes(self) -> list[Node]:
        busy = {pod["spec"].get("nodeName") for pod in self._cluster.pods() if uses_gpu(pod)}
        return [self._seen(node, busy=node["metadata"]["name"] in busy) for node in self._cluster.nodes()]

    def _seen(self, node: Json, *, busy: bool) -> Node:
        name, notes = node["metadata"]["name"], node["metadata"].get("annotations", {})
        since = None if busy else notes.get(IDLE, str(int(time.time())))
        if since != notes.get(IDLE):
            self._cluster.annotate(name, IDLE, since)
        return Node(
            name=name,
            instance=node["spec"].get("providerID", "").rsplit("/", 1)[-1],
            since=None if since is None else float(since),
            open=is_ready(node) and not node["spec"].get("unschedulable"),
            leaving=LEAVING in notes,
        )

    def _give_up(self, group: Group) -> str:
        """Want a node less where one is waited for; one that came in that moment is wanted again."""
        self._want(group.name, group.desired - 1)
        if len(self._described([group.name])[0]["Instances"]) >= group.desired:
            self._want(group.name, group.desired)
            return f"{group.name}: the node that was waited for came"
        return f"{group.name}: wants {group.desired - 1} nodes, as one of {group.desired} did not come"

    def _want(self, group: str, size: int) -> None:
        self._scaling.set_desired_capacity(AutoScalingGroupName=group, DesiredCapacity=size, HonorCooldown=False)

    def _take_away(self, node: Node) -> str:
        self._cluster.close(node.name, LEAVING)
        try:
            self._drain(node.name)
            self._scaling.terminate_instance_in_auto_scaling_group(
                InstanceId=node.instance, ShouldDecrementDesiredCapacity=True
            )
        except BaseException:
            self._cluster.open(node.name, LEAVING)
            raise
        return f"{node.name}: drained, and {node.instance} ended"

    def _drain(self, node: str) -> None:
        until, empty = time.monotonic() + self._settings.drain, 0
        while empty < _EMPTY_LOOKS:
            left = [pod for pod in self._cluster.pods(node) if not is_the_nodes_own(pod)]
            empty = 0 if left else empty + 1
            if any(uses_gpu(pod) for pod in left):
                raise StoppedError(f"{node}: a pod with a GPU came; the node stays")
            if left and time.monotonic() >= until:
                raise StoppedError(f"{node}: {len(left)} pods did not leave in {self._settings.drain:g} s; it stays")
            for pod in left:
                if "deletionTimestamp" not in pod["metadata"]:
                    self._cluster.evict(pod)
            time.sleep(_POLL_SECONDS)


def _group(found: Json) -> Group:
    there = (each["InstanceId"] for each in found["Instances"] if each["LifecycleState"] == "InService")
    return Group(
        name=found["AutoScalingGroupName"],
        minimum=found["MinSize"],
        desired=found["DesiredCapacity"],
        instances=frozenset(there),
        begun=len(found["Instances"]),
    )
