"""What the CloudWatch agent of a node measures; pure."""

import json
from typing import Final

from components.compute.node_scaling.signals import GROUP, MEMORY_METRIC, MEMORY_NAMESPACE

_SECONDS: Final = 60


def cloudwatch_agent() -> str:
    """Return the configuration of the add-on: the memory of nodes by their group, once a minute, and nothing else.

    What is given replaces the default, which is Container Insights and Application Signals; those are paid for by what
    they see, and logs have a way of their own. Giving a dimension takes the host's name from the metric:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/install-CloudWatch-Observability-EKS-addon.html
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html
    """
    memory = {"measurement": [MEMORY_METRIC], "metrics_collection_interval": _SECONDS}
    metrics = {
        "namespace": MEMORY_NAMESPACE,
        "append_dimensions": {GROUP: f"${{aws:{GROUP}}}"},
        "metrics_collected": {"mem": memory},
    }
    values = {
        "containerLogs": {"enabled": False},
        "manager": {"applicationSignals": {"autoMonitor": {"monitorAllServices": False}}},
        "agent": {"config": {"metrics": metrics}},
    }
    return json.dumps(values)
