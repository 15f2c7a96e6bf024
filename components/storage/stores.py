"""The stores that a region keeps answers in: its cache, and its member of the table that regions share."""

from dataclasses import dataclass

import pulumi

from components import naming
from components.base import Component
from components.keys import EncryptionKey, EncryptionKeyArgs
from components.settings import Settings
from components.storage.cache import CacheStore, CacheStoreArgs
from components.storage.multi_region import SharedTable, SharedTableArgs
from components.storage.places import Places, way_in


@dataclass(frozen=True, slots=True, kw_only=True)
class StoresArgs:
    """What they stand on.

    Attributes:
        settings: of the stack.
        account: the AWS account.
        where: their networks.
        joined: name of the multi-Region cluster to join; None where it is to be made.
        topic: who is told of alarms, as ARN.
    """

    settings: Settings
    account: str
    where: Places
    joined: pulumi.Input[str] | None
    topic: pulumi.Input[str]


class Stores(Component):
    """Both, with one key and one way in.

    Attributes:
        networks: where their nodes are, as CIDRs.
    """

    type_path = "storage:Stores"

    def __init__(self, stack: str, args: StoresArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        name = naming.stores(stack)
        super().__init__(name, opts)
        self.networks = args.where.networks
        settings, protect = args.settings.stores, args.settings.protect
        security = way_in(name, "cache and shared table, for pods of the region's sites", args.where, self.child()).id
        kept = EncryptionKeyArgs(
            description=f"answers of {stack}", account=args.account, statements=[], protect=protect
        )
        key = EncryptionKey(name, kept, self.child()).arn
        cache = CacheStoreArgs(store=settings.cache, where=args.where, security=security, key=key, protect=protect)
        self.cache = CacheStore(naming.cache(stack), cache, self.child())
        shared = SharedTableArgs(
            shared=settings.shared, joined=args.joined, where=args.where, security=security, topic=args.topic, key=key,
            protect=protect,
        )  # fmt: skip
        self.shared = SharedTable(naming.shared(stack), shared, self.child())
        self.publish()
