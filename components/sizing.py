"""Arithmetic of GPUs, replicas and grace periods; pure."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_DATA: Final = Path(__file__).parents[1] / "data" / "gpus.json"

GPUS_PER_NODE: Final[Mapping[str, int]] = json.loads(_DATA.read_text())["gpus_per_instance"]
"""GPUs of an instance type, from the table that the review of a change reads too; it names its source."""

_MARGIN_SECONDS = 10


def replicas_on(nodes: int, instance_type: str, tensor_parallel: int) -> int:
    """Return how many replicas of `tensor_parallel` GPUs fit on `nodes`; one replica never spans nodes."""
    return nodes * (GPUS_PER_NODE[instance_type] // tensor_parallel)


def grace_seconds(pre_stop: int, longest_stream: int) -> int:
    """Return a termination grace period (s) in which the longest stream ends after preStop."""
    return pre_stop + longest_stream + _MARGIN_SECONDS
