"""How the number of replicas follows the load; pure."""

from pulumi_kubernetes.autoscaling.v2 import HorizontalPodAutoscalerBehaviorArgsDict


def behaviour(stabilisation_seconds: int) -> HorizontalPodAutoscalerBehaviorArgsDict:
    """Return a way up that doubles at once, and a way down of one pod a minute after `stabilisation_seconds`."""
    return {
        "scale_up": {
            "stabilization_window_seconds": 0,
            "policies": [{"type": "Percent", "value": 100, "period_seconds": 15}],
        },
        "scale_down": {
            "stabilization_window_seconds": stabilisation_seconds,
            "policies": [{"type": "Pods", "value": 1, "period_seconds": 60}],
        },
    }
