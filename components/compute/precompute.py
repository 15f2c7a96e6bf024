"""The job that fills the caches of a site with answers to frequent prompts: other regions', then new ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_kubernetes.core.v1 import ContainerArgsDict, EnvVarArgsDict
from pulumi_kubernetes.networking.v1 import NetworkPolicyEgressRuleArgsDict

from components.base import Component
from components.compute import stores
from components.compute.scheduled import Run, labels, scheduled
from components.pods import CONFINED
from components.ports import REDIS_PORT
from components.precompute import CONTAINER, EXCHANGE_SECONDS, Precompute
from components.stores import CACHE_HOST, SHARED_HOST

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
class Answers:
    """Where answers are that others may have.

    Attributes:
        cache: own name of the region's cache.
        table: own name of the table that all regions share.
        networks: where both are, as CIDRs.
        revision: all of the model that answers depend on.
        ttl_seconds: how long an answer stays in the cache at most, s.
    """

    cache: pulumi.Input[str]
    table: pulumi.Input[str]
    networks: Sequence[str]
    revision: str
    ttl_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecomputeArgs:
    """What the job does, and for whom.

    Attributes:
        precompute: its settings.
        image: of the worker, by digest.
        in_flight: requests at the same time.
        gateways: whom it asks.
        answers: where answers are that others may have; None where each gateway is for itself.
        after: what its pods need to start.
    """

    precompute: Precompute
    image: pulumi.Input[str]
    in_flight: int
    gateways: Gateways
    answers: Answers | None
    after: Sequence[pulumi.Resource]


class PrecomputeJob(Component):
    """A CronJob that reaches the gateways of its site, the stores of answers, and nothing else."""

    type_path = "compute:PrecomputeJob"

    def __init__(self, name: str, args: PrecomputeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        precompute, patience = args.precompute, args.gateways.patience_seconds
        run = Run(
            name=NAME,
            schedule=precompute.schedule,
            start_seconds=_START_SECONDS,
            longest_seconds=precompute.longest_seconds + patience,
            # After SIGTERM it begins no further request; those under way are ended by the gateways, not by the job.
            grace_seconds=patience + EXCHANGE_SECONDS,
            reached=self._ways(),
            container=self._container(),
            volumes=tuple(stores.volume(each) for each in self._secrets),
        )
        scheduled(name, run, pulumi.ResourceOptions(parent=self, depends_on=list(args.after)))
        self.publish()

    @property
    def _secrets(self) -> Sequence[str]:
        return (CACHE_HOST, SHARED_HOST) if self._args.answers else ()

    def _container(self) -> ContainerArgsDict:
        asked = CONTAINER.quantities()
        return {
            "name": NAME,
            "image": self._args.image,
            "command": ["python", "-m", "worker.precompute"],
            "env": self._environment(),
            "resources": {"requests": asked, "limits": asked},
            "security_context": CONFINED,
            "volume_mounts": [stores.mount(each) for each in self._secrets],
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
        return [*({"name": name, "value": str(value)} for name, value in values.items()), *self._of_stores()]

    def _of_stores(self) -> list[EnvVarArgsDict]:
        answers, wanted = self._args.answers, self._args.precompute
        if answers is None:
            return []
        values = {
            "CACHE_PORT": REDIS_PORT,
            "CACHE_PASSWORD_FILE": stores.password_file(CACHE_HOST),
            "REVISION": answers.revision,
            "LIFETIME_SECONDS": answers.ttl_seconds,
            "LEAST_SECONDS": wanted.least_seconds(self._args.gateways.fresh_seconds),
            "EXCHANGE_SECONDS": EXCHANGE_SECONDS,
        }
        told: list[EnvVarArgsDict] = [{"name": name, "value": str(value)} for name, value in values.items()]
        return [{"name": "CACHE_HOST", "value": answers.cache}, *told, *stores.shared_variables(answers.table)]

    def _ways(self) -> list[NetworkPolicyEgressRuleArgsDict]:
        gateways, answers = self._args.gateways, self._args.answers
        to_gateways: NetworkPolicyEgressRuleArgsDict = {
            "to": [{"pod_selector": {"match_labels": gateways.labels}}],
            "ports": [{"protocol": "TCP", "port": gateways.port}],
        }
        return [to_gateways, *([stores.way(answers.networks)] if answers else [])]
