"""The job that fills the caches of a site's gateways with answers to frequent prompts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_kubernetes.core.v1 import ContainerArgsDict, EnvVarArgsDict
from pulumi_kubernetes.networking.v1 import NetworkPolicyEgressRuleArgsDict

from components.base import Component
from components.compute.scheduled import Run, labels, scheduled
from components.pods import CONFINED
from components.precompute import CONTAINER, Precompute

NAME: Final = "precompute"
LABELS: Final = labels(NAME)
# A pod may wait that long for its place, and pull its image; a run that finds none is left out, the next comes soon.
_START_SECONDS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateways:
    """What the job knows of the gateways that it asks.

    Attributes:
        labels: of their pods.
        host: name of all their addresses.
        port: where they take the job's requests.
        patience_seconds: after which they have given up a request, s.
        fresh_seconds: for how long they serve an answer without asking, s.
    """

    labels: dict[str, str]
    host: str
    port: int
    patience_seconds: int
    fresh_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecomputeArgs:
    """What the job does, and for whom.

    Attributes:
        precompute: its settings.
        image: of the worker, by digest.
        in_flight: requests at the same time.
        gateways: whom it asks.
        after: what its pods need to start.
    """

    precompute: Precompute
    image: pulumi.Input[str]
    in_flight: int
    gateways: Gateways
    after: Sequence[pulumi.Resource]


class PrecomputeJob(Component):
    """A CronJob that reaches the gateways of its site and nothing else."""

    type_path = "compute:PrecomputeJob"

    def __init__(self, name: str, args: PrecomputeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        precompute, patience = args.precompute, args.gateways.patience_seconds
        run = Run(
            name=NAME,
            schedule=precompute.schedule,
            start_seconds=_START_SECONDS,
            longest_seconds=precompute.deadline_seconds + patience,
            # After SIGTERM it begins no further request; those under way are ended by the gateways, not by the job.
            grace_seconds=patience,
            reached=self._gateways(),
            container=self._container(),
        )
        scheduled(name, run, pulumi.ResourceOptions(parent=self, depends_on=list(args.after)))
        self.publish()

    def _container(self) -> ContainerArgsDict:
        asked = CONTAINER.quantities()
        return {
            "name": NAME,
            "image": self._args.image,
            "command": ["python", "-m", "worker.precompute"],
            "env": self._environment(),
            "resources": {"requests": asked, "limits": asked},
            "security_context": CONFINED,
        }

    def _environment(self) -> list[EnvVarArgsDict]:
        wanted, gateways = self._args.precompute, self._args.gateways
        values = {
            "GATEWAY_HOST": gateways.host,
            "GATEWAY_PORT": gateways.port,
            "TOP": wanted.top,
            "IN_FLIGHT": self._args.in_flight,
            "DEADLINE_SECONDS": wanted.deadline_seconds,
            "AHEAD_SECONDS": wanted.ahead_seconds(gateways.fresh_seconds),
            "PATIENCE_SECONDS": gateways.patience_seconds,
        }
        return [{"name": name, "value": str(value)} for name, value in values.items()]

    def _gateways(self) -> NetworkPolicyEgressRuleArgsDict:
        gateways = self._args.gateways
        return {
            "to": [{"pod_selector": {"match_labels": gateways.labels}}],
            "ports": [{"protocol": "TCP", "port": gateways.port}],
        }
