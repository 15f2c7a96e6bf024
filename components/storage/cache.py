"""A region's cache of answers: ElastiCache for Valkey, a group of its own beside the queue's.

Its content is nobody's only copy. When it is full it drops what is asked for least often, whether that has a time of
its own or not, and never refuses a write; of the queue's group the opposite holds, so they can not be one.
"""

from dataclasses import dataclass
from typing import Final

import pulumi

from components.asynchronous import Store
from components.base import Component
from components.chosen import ChosenSecret, ChosenSecretArgs
from components.storage.places import Places
from components.storage.valkey import GroupArgs, replication_group

# What is asked for often stays, as the load is Zipf-like: https://valkey.io/topics/lru-cache/
_EVICTION: Final = "allkeys-lfu"


class CachePassword(ChosenSecret):
    """What gateways show the cache."""

    type_path = "storage:CachePassword"
    description = "What gateways show the cache of answers"


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheStoreArgs:
    """What the cache is made of.

    Attributes:
        store: its settings.
        where: its networks.
        security: id of its security group.
        key: that encrypts it, as ARN.
        protect: whether the engine refuses to delete it.
    """

    store: Store
    where: Places
    security: pulumi.Input[str]
    key: pulumi.Input[str]
    protect: bool


class CacheStore(Component):
    """The cache; `host` is its primary's name, which moves to a replica when the primary is lost."""

    type_path = "storage:CacheStore"
    host: pulumi.Output[str]

    def __init__(self, name: str, args: CacheStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        secret = ChosenSecretArgs(key=args.key, protect=args.protect)
        # For pods, and for the cache itself; never an output of the stack.
        self.password: pulumi.Output[str] = CachePassword(name, secret, self.child()).value
        group = GroupArgs(
            store=args.store,
            what="answers that were given before",
            eviction=_EVICTION,
            full="a full cache drops what is asked for least often",
            where=args.where,
            security=args.security,
            key=args.key,
            password=self.password,
            protect=args.protect,
        )
        self.host = replication_group(name, group, self).primary_endpoint_address
        self.publish()
