"""Arithmetic of GPUs, replicas and grace periods; pure."""

GPUS_PER_NODE = {"p5.48xlarge": 8, "p5e.48xlarge": 8, "p5en.48xlarge": 8, "p4d.24xlarge": 8, "g6e.12xlarge": 4}
"""GPUs of an instance type: https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html"""

_MARGIN_SECONDS = 10


def replicas_on(nodes: int, instance_type: str, tensor_parallel: int) -> int:
    """Return how many replicas of `tensor_parallel` GPUs fit on `nodes`; one replica never spans nodes."""
    return nodes * (GPUS_PER_NODE[instance_type] // tensor_parallel)


def grace_seconds(pre_stop: int, longest_stream: int) -> int:
    """Return a termination grace period (s) in which the longest stream ends after preStop."""
    return pre_stop + longest_stream + _MARGIN_SECONDS
