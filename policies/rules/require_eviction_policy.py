"""D6: what happens when a store is full is decided, and a queue's store then refuses jobs instead of losing them."""

from collections.abc import Iterator
from typing import Final

from rules._resource import UNKNOWN, Resource, Value, dig, items
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._types import CACHE_PARAMETERS, REPLICATION_GROUP

_PARAMETER: Final = "maxmemory-policy"
_QUEUE, _CACHE = "queue", "cache"
_LOSES_NOTHING: Final = "noeviction"
_DROPS_ANYTHING: Final = "allkeys-"
"""What a cache's policy begins with; which keys it drops first is its owner's choice."""


def _check(resource: Resource) -> Iterator[Finding]:
    if resource.type == REPLICATION_GROUP:
        yield from _check_own(resource)
    else:
        yield from _check_policy(resource)


def _check_own(group: Resource) -> Iterator[Finding]:
    """AWS's own parameter groups, which a group has that names none, evict what expires."""
    named = group.get("parameterGroupName")
    if named is None or (isinstance(named, str) and named.startswith("default.")):
        yield failure(group, f"has AWS's own parameters {named or ''}".rstrip() + ", must have a group of its own")


def _check_policy(group: Resource) -> Iterator[Finding]:
    policy = _policy(group)
    if policy is UNKNOWN:
        yield undecided(group, "parameters")
    elif policy is None:
        yield failure(group, f"does not set {_PARAMETER}")
    elif _QUEUE in group.name and policy != _LOSES_NOTHING:
        yield failure(group, f"{_PARAMETER} of a queue's store is {policy}, must be {_LOSES_NOTHING}")
    elif _CACHE in group.name and not str(policy).startswith(_DROPS_ANYTHING):
        yield failure(group, f"{_PARAMETER} of a cache is {policy}, must begin with {_DROPS_ANYTHING}")


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
    what="A store has parameters of its own that say what happens when it is full: a queue refuses, a cache drops.",
    why=(
        "ElastiCache's default evicts keys that expire; of a queue these are locks and answers, and jobs run twice. A"
        " cache that drops nothing, or only what expires, refuses new answers when it is full of others."
    ),
    source="https://docs.bullmq.io/guide/going-to-production#max-memory-policy",
    fix="Give it a parameter group of its own with maxmemory-policy: noeviction for a queue, allkeys-lfu for a cache.",
    matches={CACHE_PARAMETERS, REPLICATION_GROUP}.__contains__,
    check=_check,
)
