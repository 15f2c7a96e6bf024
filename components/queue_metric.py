"""What CloudWatch is told of the queue: its workers tell it, and the alarms of the GPU nodes read it; pure."""

from collections.abc import Mapping
from typing import Final

NAMESPACE: Final = "InferencePlatform"
METRIC: Final = "QueueLength"
"""Jobs that wait, a count: three values a minute, from one worker of all."""

QUEUE: Final = "model-inference"


def dimensions(stack: str) -> Mapping[str, str]:
    """Return by what the metric is told apart: a region has one queue, for all its sites."""
    return {"Queue": QUEUE, "Stack": stack}
