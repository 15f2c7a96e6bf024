"""The job that removes what is over from the shared table, as no key there has a time to live."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_kubernetes.core.v1 import ContainerArgsDict, EnvVarArgsDict, ServiceAccount, VolumeArgsDict
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict
from pulumi_kubernetes.networking.v1 import NetworkPolicy

from components.base import Component
from components.compute.scheduled import Run, scheduled
from components.naming import BUSINESS
from components.pods import CONFINED
from components.ports import REDIS_PORT
from components.stores import SHARED_HOST, SWEEPER

NAME: Final = "sweep"
LABELS: Final = {"app.kubernetes.io/name": NAME}
_METADATA: Final[ObjectMetaArgsDict] = {"name": NAME, "namespace": BUSINESS, "labels": LABELS}
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
        self._name, self._args = name, args
        self._opts = pulumi.ResourceOptions(parent=self, depends_on=list(args.after))
        account = ServiceAccount(name, metadata=_METADATA, automount_service_account_token=False, opts=self._opts)
        secret: VolumeArgsDict = {"name": "shared", "secret": {"secret_name": SHARED_HOST, "default_mode": 0o440}}
        run = Run(
            name=NAME,
            labels=LABELS,
            schedule=_SCHEDULE,
            start_seconds=_START_SECONDS,
            longest_seconds=_LONGEST_SECONDS,
            grace_seconds=_GRACE_SECONDS,
            container=self._container(),
            volumes=(secret,),
        )
        first = pulumi.ResourceOptions(depends_on=[account, self._network()])
        scheduled(name, run, pulumi.ResourceOptions.merge(self._opts, first))
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

    def _network(self) -> NetworkPolicy:
        return NetworkPolicy(
            self._name,
            metadata=_METADATA,
            spec={
                "pod_selector": {"match_labels": LABELS},
                "policy_types": ["Ingress", "Egress"],
                "egress": [
                    {
                        "to": [{"ip_block": {"cidr": cidr}} for cidr in self._args.networks],
                        "ports": [{"protocol": "TCP", "port": REDIS_PORT}],
                    }
                ],
            },
            opts=self._opts,
        )
