"""The job that removes what is over from the shared table, as no key there has a time to live."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_kubernetes.core.v1 import ContainerArgsDict

from components.base import Component
from components.compute import stores
from components.compute.scheduled import Run, scheduled
from components.pods import CONFINED
from components.stores import SHARED_HOST, SWEEPER

NAME: Final = "sweep"
# Readers look at the clock, so what lies about longer costs memory only.
_SCHEDULE: Final = "*/10 * * * *"
_START_SECONDS, _LONGEST_SECONDS, _GRACE_SECONDS = 60, 480, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepArgs:
    """What the job needs.

    Attributes:
        image: of the worker, which has the table's module, by digest.
        store: the table's own name.
        networks: where the table is, as CIDRs.
        after: what its pods need to start.
    """

    image: str
    store: pulumi.Input[str]
    networks: Sequence[str]
    after: Sequence[pulumi.Resource]


class Sweep(Component):
    """A CronJob of `python -m keyspace`. Each site has one, as any may be lost; two at a time remove the same."""

    type_path = "compute:Sweep"

    def __init__(self, name: str, args: SweepArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        run = Run(
            name=NAME,
            schedule=_SCHEDULE,
            start_seconds=_START_SECONDS,
            longest_seconds=_LONGEST_SECONDS,
            grace_seconds=_GRACE_SECONDS,
            reached=[stores.way(self._args.networks)],
            container=self._container(),
            volumes=(stores.volume(SHARED_HOST),),
        )
        scheduled(name, run, pulumi.ResourceOptions(parent=self, depends_on=list(args.after)))
        self.publish()

    def _container(self) -> ContainerArgsDict:
        return {
            "name": NAME,
            "image": self._args.image,
            "command": ["python", "-m", "keyspace"],
            "env": stores.shared_variables(self._args.store),
            "resources": {"requests": SWEEPER.quantities(), "limits": SWEEPER.quantities()},
            "security_context": CONFINED,
            "volume_mounts": [stores.mount(SHARED_HOST)],
        }
