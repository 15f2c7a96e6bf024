"""Settings of the stores that answers are kept in: the cache of a region, and the table that regions share."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from components.asynchronous import Store
from components.demand import Demand
from components.vocabulary import Count, Model, Text

CACHE_HOST: Final = "redis-cluster"
"""The name by which pods of the domain `business` reach the cache; in the domain `data` it is the queue's."""

SHARED_HOST: Final = "redis-shared"
"""The name by which pods of the domain `business` reach the shared table."""

SWEEPER: Final = Demand(millicores=100, memory_mib=128)
"""One removal of what is over: a few hundred names at a time."""

_FAMILY: Final = "db.r7g."


def _multi_region(node_type: str) -> str:
    """https://docs.aws.amazon.com/memorydb/latest/devguide/multi-region.prereq.html (R7g, of size xlarge and above)."""
    if not node_type.startswith(_FAMILY) or not node_type.endswith("xlarge"):
        raise ValueError("must be an R7g of size xlarge or above, like db.r7g.xlarge: no other takes part")
    return node_type


class Shared(Model):
    """One table in all regions, written in each: MemoryDB Multi-Region. Its size must be the same in each of them."""

    engine_version: Text = Field(description="version of Valkey, 7.3 or above; the primary's holds for all regions")
    node_type: Annotated[Text, AfterValidator(_multi_region)] = Field(
        description="MemoryDB node type, an R7g of size xlarge or above; the same in all regions"
    )
    shards: Count = Field(description="shards, a count; the primary's holds for all regions")
    replicas: int = Field(ge=1, le=5, description="copies of each shard besides its primary, a count")
    snapshot_days: int = Field(ge=1, le=35, description="days that daily snapshots are kept")
    lag_milliseconds: Count = Field(description="age of another region's writes at which an alarm is raised, ms")


class Stores(Model):
    """Where answers are kept, beside the gateways' own memory."""

    cache: Store = Field(description="the region's cache, ElastiCache: may be emptied at any time")
    shared: Shared = Field(description="the table that all regions share")
