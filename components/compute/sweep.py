"""The job that removes what is over from the shared table, as no key there has a time to live."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_kubernetes.core.v1 import ContainerArgsDict, EnvVarArgsDict
from pulumi_kubernetes.networking.v1 import NetworkPolicyEgressRuleArgsDict

from components.base import Component
from components.compute.scheduled import Run, scheduled
from components.pods import CONFINED
from components.ports import REDIS_PORT
from components.stores import SHARED_HOST, SWEEPER

NAME: Final = "sweep"
# Readers look at the clock, so what lies about longer costs memory only.
_SCHEDULE: Final = "*/10 * * * *"
_START_SECONDS, _LONGEST_SECONDS, _GRACE_SECONDS = 60, 480, 5
_FOLDER: Final = "/run/secrets/shared"


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
            reached=self._store(),
            container=self._container(),
            volumes=({"name": "shared", "secret": {"secret_name": SHARED_HOST, "default_mode": 0o440}},),
        )
        scheduled(name, run, pulumi.ResourceOptions(parent=self, depends_on=list(args.after)))
        self.publish()

    def _container(self) -> ContainerArgsDict:
        return {
            "name": NAME,
            "image": self._args.image,
            "command": ["python", "-m", "keyspace"],
            "env": self._environment(),
            "resources": {"requests": SWEEPER.quantities(), "limits": SWEEPER.quantities()},
            "security_context": CONFINED,
            "volume_mounts": [{"name": "shared", "mount_path": _FOLDER, "read_only": True}],
        }

    def _environment(self) -> list[EnvVarArgsDict]:
        return [
            {"name": "SHARED_HOST", "value": self._args.store},
            {"name": "SHARED_PORT", "value": str(REDIS_PORT)},
            {"name": "SHARED_USER", "value_from": {"secret_key_ref": {"name": SHARED_HOST, "key": "user"}}},
            {"name": "SHARED_PASSWORD_FILE", "value": f"{_FOLDER}/password"},
        ]

    def _store(self) -> NetworkPolicyEgressRuleArgsDict:
        return {
            "to": [{"ip_block": {"cidr": cidr}} for cidr in self._args.networks],
            "ports": [{"protocol": "TCP", "port": REDIS_PORT}],
        }
