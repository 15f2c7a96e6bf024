"""The asynchronous tier of a region: the store of its queue, and the repository of its workers' image."""

from dataclasses import dataclass

import pulumi

from components import naming
from components.base import Component
from components.settings import Settings
from components.storage.images import ImagesArgs, WorkerImages
from components.storage.places import Places
from components.storage.queue import QueueStore, QueueStoreArgs


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueArgs:
    """What of the region the tier stands on.

    Attributes:
        images: name of the repository of the workers' image, which is the upstream's where there is one.
        where: the networks of its store.
        topic: who is told of alarms, as ARN.
    """

    settings: Settings
    images: str
    account: str
    where: Places
    topic: pulumi.Input[str]


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
        self.networks = args.where.networks
        store = self._store()
        self.host = store.host
        self.password: pulumi.Output[str] = store.password
        self.publish()

    def _repository(self) -> str:
        settings = self._args.settings
        args = ImagesArgs(
            account=self._args.account,
            region=settings.region,
            digest=settings.asynchronous.image_digest,
            protect=settings.protect,
        )
        return WorkerImages(self._args.images, args, self.child()).image

    def _store(self) -> QueueStore:
        settings = self._args.settings
        args = QueueStoreArgs(
            store=settings.asynchronous.store,
            account=self._args.account,
            where=self._args.where,
            topic=self._args.topic,
            protect=settings.protect,
        )
        return QueueStore(naming.queue(self._name), args, self.child())
