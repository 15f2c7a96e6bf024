"""The asynchronous tier of a region: the store of its queue, and the repository of its workers' image."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components import addressing, naming
from components.base import Component
from components.network.region import RegionNetwork
from components.network.zone import SiteNetwork, WitnessNetwork
from components.settings import Settings
from components.storage.images import WorkerImages, WorkerImagesArgs
from components.storage.queue import QueueStore, QueueStoreArgs


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueArgs:
    """What of the region the tier stands on; `sites` are their networks by name."""

    settings: Settings
    account: str
    network: RegionNetwork
    sites: Mapping[str, SiteNetwork]
    witness: WitnessNetwork


class Queue(Component):
    """One queue for all sites: what one of them does not get to, another does.

    Attributes:
        image: of the workers, by digest.
        networks: where the store's nodes are, as CIDRs.
        password: of the store.
    """

    type_path = "storage:Queue"
    host: pulumi.Output[str]

    def __init__(self, name: str, args: QueueArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(f"{name}-asynchronous", opts)
        self._name, self._args = name, args
        self.image = self._repository()
        self.networks: Sequence[str] = self._addresses()
        store = self._store()
        self.host = store.host
        self.password: pulumi.Output[str] = store.password
        self.publish()

    def _repository(self) -> str:
        settings, name = self._args.settings, naming.worker_images(self._name)
        WorkerImages(name, WorkerImagesArgs(protect=settings.protect), self.child())
        # Known before the repository stands, so that a preview can judge the pods.
        registry = f"{self._args.account}.dkr.ecr.{settings.region}.amazonaws.com"
        return f"{registry}/{name}@{settings.asynchronous.image_digest}"

    def _addresses(self) -> list[str]:
        cidr = self._args.settings.network.cidr
        own = [addressing.site_addresses(cidr, site).database for site in self._args.sites]
        return [*own, addressing.witness_addresses(cidr).database] if self._alone() else own

    def _subnets(self) -> list[pulumi.Input[str]]:
        own: list[pulumi.Input[str]] = [site.database_subnet_id for site in self._args.sites.values()]
        return [*own, self._args.witness.database_subnet_id] if self._alone() else own

    def _alone(self) -> bool:
        """Tell whether the replica has no other site to be in: then it stands with the database's witness."""
        return len(self._args.sites) == 1

    def _store(self) -> QueueStore:
        settings = self._args.settings
        args = QueueStoreArgs(
            store=settings.asynchronous.store,
            account=self._args.account,
            vpc=self._args.network.vpc_id,
            subnets=self._subnets(),
            clients=[addressing.site_addresses(settings.network.cidr, site).private for site in self._args.sites],
            protect=settings.protect,
        )
        return QueueStore(naming.queue(self._name), args, self.child())
