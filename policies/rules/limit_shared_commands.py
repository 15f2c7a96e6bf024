"""D5: whoever writes the table that regions share may do what a table of CRDTs takes, to keys that are shared.

A user's rights are read as Valkey reads them, from left to right. What is not given is not had, so a list of single
commands is all that is needed; a category may grow with the next version. Limits are counted in each region by itself:
two regions that count one key both let the full number through while they have not heard of each other.
"""

from collections.abc import Iterator
from typing import Final

from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._setting import Names
from rules._types import SHARED_MEMBER, SHARED_USER

_COMMANDS: Final = Names(
    name="commands",
    what="commands that a user of the shared table may be given, without options about time",
    default=(
        "get", "set", "del", "exists", "hget", "hset", "hdel", "hgetall", "sadd", "srem", "smembers", "zadd", "zrem",
        "zrange", "zcard", "ping", "cluster|slots", "cluster|shards", "command", "client|setinfo", "readonly",
    ),
)  # fmt: skip
_KEYS: Final = Names(
    name="keys", what="what the keys of the shared table begin with; limits have no place there", default=("shared:",)
)
_OPEN: Final = "open-access"
"""The list of users that is there from the start: its user may do anything, without a password.
https://docs.aws.amazon.com/memorydb/latest/devguide/clusters.acls.html"""
_ALL_KEYS, _ALL_COMMANDS = "allkeys", "allcommands"
_PATTERNS = ("~", "%R~", "%W~", "%RW~")


def _check(resource: Resource, *, commands: tuple[str, ...], keys: tuple[str, ...]) -> Iterator[Finding]:
    path = "accessString" if resource.type == SHARED_USER else "aclName"
    value = resource.get(path)
    if value is UNKNOWN:
        yield undecided(resource, path)
    elif resource.type == SHARED_MEMBER:
        if value in (None, _OPEN):
            yield failure(resource, f"aclName is {value or 'not set'}, must be a list of users of its own")
    else:
        yield from (failure(resource, f"accessString has {each}") for each in _excess(str(value), commands, keys))


def _excess(rights: str, commands: tuple[str, ...], keys: tuple[str, ...]) -> Iterator[str]:
    for word in rights.split():
        if word == _ALL_COMMANDS or (word[0] == "+" and word[1:].lower() not in commands):
            yield f"{word}, may give {', '.join(commands)}"
        elif word == _ALL_KEYS or (word.startswith(_PATTERNS) and not _shared(word, keys)):
            yield f"{word}, may give keys that begin with {', '.join(keys)}"


def _shared(word: str, keys: tuple[str, ...]) -> bool:
    return word.partition("~")[2].startswith(keys)


RULE = ResourceRule(
    id="D5",
    name="limit-shared-commands",
    severity=Severity.HIGH,
    what="Users of the table that regions share are given single commands that CRDTs take, on shared keys only.",
    why=(
        "A key with a time to live, a list or a counter of limits works in one region and is refused by or wrong in"
        " two; the rights of its users are where that is seen before it runs."
    ),
    source="https://docs.aws.amazon.com/memorydb/latest/devguide/multi-Region.SupportedCommands.html",
    fix="List the commands one by one after -@all, and keys as ~shared:*; count limits in each region's own memory.",
    settings=(_COMMANDS, _KEYS),
    matches={SHARED_MEMBER, SHARED_USER}.__contains__,
    check=_check,
)
