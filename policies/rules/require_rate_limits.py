"""O1: no tenant takes what is another's, and no address takes all."""

from collections.abc import Iterator
from typing import Final

from rules import _gateway
from rules._resource import UNKNOWN, Resource, Value, dig, items
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._types import CONFIG_MAP, WEB_ACL

_BUCKETS: Final = ("client", "tenant")
_NUMBERS: Final = ("requests_per_second", "burst")


def _check(resource: Resource) -> Iterator[Finding]:
    if resource.type == WEB_ACL:
        yield from _check_firewall(resource)
    elif _gateway.may_be_gateway(resource):
        yield from _check_gateway(resource)


def _check_firewall(acl: Resource) -> Iterator[Finding]:
    rules = items(acl.get("rules"))
    if any(_limits(rule) for rule in rules):
        return
    if any(UNKNOWN in (rule, dig(rule, "statement"), dig(rule, "action")) for rule in rules):
        yield undecided(acl, "rules")
    else:
        yield failure(acl, "rules has no rate-based one that blocks")


def _limits(rule: Value) -> bool:
    rate, block = dig(rule, "statement", "rateBasedStatement"), dig(rule, "action", "block")
    return isinstance(rate, dict) and isinstance(block, dict)


def _check_gateway(files: Resource) -> Iterator[Finding]:
    unknown = list(_gateway.unknown(files, *_gateway.SETTINGS))
    if unknown:
        yield from unknown
        return
    settings = _gateway.settings(files)
    if settings is None:
        yield _gateway.unread(files, _gateway.SETTINGS)
        return
    for bucket in _BUCKETS:
        for name in _NUMBERS:
            value = dig(settings, bucket, name)
            if (_gateway.number(value) or 0) <= 0:
                yield failure(files, f"settings.json: {bucket}.{name} is {value}, must be above 0")


RULE = ResourceRule(
    id="O1",
    name="require-rate-limits",
    severity=Severity.HIGH,
    what="The gateway limits the requests of each tenant and each address, and the firewall blocks a flood of them.",
    why="Without a limit one tenant's retries fill every queue, and all others wait for GPUs that they pay for.",
    source="https://docs.aws.amazon.com/wellarchitected/latest/generative-ai-lens/genops02-bp03.html",
    fix=(
        "Set gateway.client and gateway.tenant in the stack's settings, and give the web ACL a rateBasedStatement"
        " with the action block."
    ),
    matches={CONFIG_MAP, WEB_ACL}.__contains__,
    check=_check,
)
