"""Which node may leave: by example, and by property."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.compute.node_scaling.scale_in.choice import Group, Node, Settings, choose
from components.compute.node_scaling.scale_in.run import Run

SETTINGS = Settings(groups=["on-demand", "reserved", "spot"], stand_in="on-demand", spare=1, idle=1800, drain=900)
NOW = 1_000_000.0


def group(name: str, minimum: int, desired: int, there: int | None = None, begun: int | None = None) -> Group:
    there = desired if there is None else there
    instances = frozenset(f"{name}-{number}" for number in range(there))
    return Group(
        name=name, minimum=minimum, desired=desired, instances=instances, begun=there if begun is None else begun
    )


def idle(instance: str, minutes: float = 31, *, opened: bool = True, leaving: bool = False) -> Node:
    since = NOW - minutes * 60
    return Node(name=f"n-{instance}", instance=instance, since=since, open=opened, leaving=leaving)


def busy(instance: str) -> Node:
    return Node(name=f"n-{instance}", instance=instance, since=None, open=True, leaving=False)


def chosen(groups: list[Group], *nodes: Node) -> str | None:
    found = choose(SETTINGS, groups, nodes, NOW)
    return found.instance if found else None


SPARE = idle("reserved-0", 0)
GROUPS = [group("reserved", 3, 3), group("spot", 2, 4), group("on-demand", 0, 2)]


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ([idle("spot-0"), SPARE], "spot-0"),
        ([idle("spot-0", 29), SPARE], None),
        ([idle("spot-0")], None),
        ([busy("spot-0"), SPARE, idle("reserved-1")], None),
        ([idle("spot-0", 31), idle("spot-1", 45), SPARE], "spot-1"),
        ([idle("spot-0", 99), idle("on-demand-1"), SPARE], "on-demand-1"),
        ([idle("spot-0", opened=False), idle("spot-1"), SPARE], "spot-1"),
        ([idle("spot-0", opened=False), SPARE], None),
        ([idle("spot-0", 31, opened=False, leaving=True), idle("spot-1", 99), SPARE], "spot-0"),
        ([idle("elsewhere"), SPARE], None),
    ],
    ids=[
        "idle long enough",
        "not long enough",
        "the last spare",
        "busy, or at the least size",
        "the longest idle",
        "on-demand first",
        "closed by somebody",
        "closed nodes are no spares",
        "begun by a run before",
        "of no group",
    ],
)
def test_by_example(nodes: list[Node], said: str | None) -> None:
    assert chosen(GROUPS, *nodes) == said


def test_nodes_that_stand_in_stay_while_others_are_on_their_way() -> None:
    on_its_way = [group("reserved", 3, 3), group("spot", 2, 4, there=3, begun=4), group("on-demand", 0, 1)]
    assert chosen(on_its_way, idle("on-demand-0"), SPARE) is None
    assert chosen(GROUPS, idle("on-demand-0"), SPARE) == "on-demand-0"


def test_an_idle_node_shows_that_a_starved_group_wants_too_much() -> None:
    starved = [group("reserved", 3, 3), group("spot", 2, 4, there=3), group("on-demand", 0, 1)]
    assert chosen(starved, idle("on-demand-0"), SPARE) == "on-demand-0"


@given(
    st.lists(
        st.tuples(
            st.sampled_from([group.name for group in GROUPS]), st.integers(0, 5), st.floats(0, 90), st.booleans()
        ),
        max_size=12,
        unique_by=lambda each: each[:2],
    ),
    st.integers(0, 5),
    st.integers(0, 5),
)
def test_none_leaves_that_may_not(found: list[tuple[str, int, float, bool]], least: int, more: int) -> None:
    groups = [group(each.name, least, least + more) for each in GROUPS]
    nodes = [
        idle(f"{name}-{number}", minutes) if free else busy(f"{name}-{number}") for name, number, minutes, free in found
    ]
    leaves = choose(SETTINGS, groups, nodes, NOW)
    free = [node for node in nodes if node.since is not None]
    may = [node for node in free if node.since is not None and NOW - node.since >= SETTINGS.idle]
    in_service = {instance for each in groups for instance in each.instances}
    possible = more > 0 and len(free) > SETTINGS.spare and any(node.instance in in_service for node in may)
    assert (leaves is not None) == possible
    assert leaves is None or leaves in may


class Waiting:
    """A scaling client of a group that waits for a node, which comes at once if `late`."""

    def __init__(self, *, late: bool) -> None:
        self.late = late
        self.sizes: list[int] = []

    def describe_auto_scaling_groups(self, **asked: Any) -> Any:
        there = 4 if self.late and self.sizes else 3
        metrics = [{"Metric": name} for name in ("GroupDesiredCapacity", "GroupInServiceInstances")]
        found = {
            "AutoScalingGroupName": asked["AutoScalingGroupNames"][0],
            "MinSize": 2,
            "DesiredCapacity": 4,
            "EnabledMetrics": metrics,
            "Instances": [{"InstanceId": f"i-{number}", "LifecycleState": "InService"} for number in range(there)],
        }
        return {"AutoScalingGroups": [found]}

    def set_desired_capacity(self, **asked: Any) -> None:
        self.sizes.append(asked["DesiredCapacity"])


class Idle:
    """A cluster of idle nodes."""

    def nodes(self) -> list[Any]:
        ready = {"conditions": [{"type": "Ready", "status": "True"}]}
        notes = {"inference-platform/idle-since": "1"}
        return [
            {
                "metadata": {"name": f"n-{number}", "annotations": notes},
                "spec": {"providerID": f"aws:///us-east-1a/i-{number}"},
                "status": ready,
            }
            for number in range(3)
        ]

    def pods(self) -> list[Any]:
        return []


@pytest.mark.parametrize(
    ("late", "sizes", "said"),
    [
        (False, [3], "spot: wants 3 nodes, as one of 4 did not come"),
        (True, [3, 4], "spot: the node that was waited for came"),
    ],
)
def test_a_node_that_does_not_come_is_given_up_before_one_is_taken_away(
    late: bool,  # noqa: FBT001 - of the case
    sizes: list[int],
    said: str,
) -> None:
    settings = Settings(groups=["spot"], stand_in="on-demand", spare=1, idle=0, drain=1)
    scaling, cluster = Waiting(late=late), Idle()
    run = Run(settings, cluster, scaling)  # pyright: ignore[reportArgumentType] - it asks for nodes and pods alone
    assert run.once() == said
    assert scaling.sizes == sizes
