"""The commands that the shared table is used with, and the list of rights that allows no other; pure.

MemoryDB Multi-Region takes strings, hashes, sets and sorted sets, and not every command of theirs: no time to live, no
lists, no streams, no blocking, no functions, no renaming, no emptying, and a transaction that is not one for other
regions. Whether it runs Lua is not said, so that is not used.
https://docs.aws.amazon.com/memorydb/latest/devguide/multi-Region.SupportedCommands.html
"""

from collections.abc import Mapping
from typing import Final

PREFIX: Final = "shared:"
"""What every key begins with; what counts for one region alone, as limits do, has no place here."""

DATA: Final[Mapping[str, int]] = {"get": 1, "set": 2, "del": 1, "zadd": 3, "zrem": 2, "zrange": 3, "zcard": 1}
"""Commands on keys, and how many words come after each: none has an option, as those of `set` are about time."""

CONNECTION: Final = ("ping", "cluster|slots", "command")
"""What a client of clusters asks about the cluster."""


def access_string() -> str:
    """Return the rights of a user who may do this and nothing else, as Valkey's ACLs say it.

    https://docs.aws.amazon.com/memorydb/latest/devguide/clusters.acls.html#access-string
    """
    return " ".join(["on", f"~{PREFIX}*", "resetchannels", "-@all", *(f"+{each}" for each in (*DATA, *CONNECTION))])
