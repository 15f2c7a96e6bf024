"""An alarm that rings, to the nodes that join."""

import pytest

from sandbox.aws.alarm import ALARM
from sandbox.aws.growth import Grown, ring
from sandbox.errors import SandboxError
from tests.sandbox.aws.cases import CASES, Case
from tests.sandbox.aws.conftest import FakePlane
from tests.sandbox.aws.estate import Estate

NEEDED = CASES[: [case.name for case in CASES].index("nodes") + 1]
GROWTH = next(case for case in CASES if case.name == "growth")
QUEUE = Case(
    "queue",
    ALARM,
    {
        "namespace": "InferencePlatform", "metricName": "QueueLength", "statistic": "Average", "period": 60,
        "dimensions": {"Stack": "site"}, "comparisonOperator": "GreaterThanThreshold", "threshold": 1000,
        "evaluationPeriods": 1, "treatMissingData": "notBreaching", "alarmActions": ["@growth.arn"],
    },
)  # fmt: skip


def test_an_alarm_that_rings_makes_nodes_join_up_to_the_most(estate: Estate, plane: FakePlane) -> None:
    for case in (*NEEDED, GROWTH, QUEUE):
        estate.create(case)
    (group,) = plane.nodes
    paths = estate.provider.paths
    # 20 % of 2 and of 3 are a node each; then the group has its four.
    assert [ring(paths, "queue", 1001) for _ in range(3)] == [
        [Grown(group, 2, 3)],
        [Grown(group, 3, 4)],
        [Grown(group, 4, 4)],
    ]
    assert plane.nodes == {group: 4}
    held = estate.provider.cloud.client("eks").describe_nodegroup(clusterName="site-a", nodegroupName=group)
    assert held["nodegroup"]["scalingConfig"]["desiredSize"] == 4
    with pytest.raises(SandboxError, match=r"rings above 1000, not at 1000; give a larger value"):
        ring(paths, "queue", 1000)
    with pytest.raises(SandboxError, match=r"0 alarms begin with 'cpu', must be 1; those that call a policy: queue-"):
        ring(paths, "cpu", 71)
