"""D6: what happens when a store is full is decided, and a queue's store then refuses jobs instead of losing them."""

from collections.abc import Iterator
from typing import Final

from rules._resource import UNKNOWN, Resource, Value, dig, items
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._types import CACHE_PARAMETERS

_PARAMETER: Final = "maxmemory-policy"
_QUEUE: Final = "queue"
_LOSES_NOTHING: Final = "noeviction"


def _check(group: Resource) -> Iterator[Finding]:
    policy = _policy(group)
    if policy is UNKNOWN:
        yield undecided(group, "parameters")
    elif policy is None:
        yield failure(group, f"does not set {_PARAMETER}")
    elif _QUEUE in group.name and policy != _LOSES_NOTHING:
        yield failure(group, f"{_PARAMETER} of a queue's store is {policy}, must be {_LOSES_NOTHING}")


def _policy(group: Resource) -> Value:
    """Return the policy that is set; UNKNOWN where one that is not known yet may set it."""
    listed = items(group.get("parameters"))
    found = [dig(each, "value") for each in listed if dig(each, "name") == _PARAMETER]
    hidden = [each for each in listed if dig(each, "name") is UNKNOWN]
    return found[0] if found else (UNKNOWN if hidden else None)


RULE = ResourceRule(
    id="D6",
    name="require-eviction-policy",
    severity=Severity.HIGH,
    what="A store's parameter group says what happens when it is full, and a queue's store evicts nothing.",
    why="ElastiCache's default evicts keys that expire; of a queue these are locks and answers, and jobs run twice.",
    source="https://docs.bullmq.io/guide/going-to-production#max-memory-policy",
    fix="Set the parameter maxmemory-policy: noeviction for a queue, volatile-lru or another for a cache.",
    matches={CACHE_PARAMETERS}.__contains__,
    check=_check,
)
