"""O3: what was answered to one tenant is never another's answer, and a stream is nobody's."""

import re
from collections.abc import Iterator
from typing import Final

from rules import _gateway
from rules._resource import UNKNOWN, Resource, Value, dig, items, mapping
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._setting import Names
from rules._types import CONFIG_MAP, DISTRIBUTION

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
_POLICIES = Names(
    name="cache_policies",
    what="CloudFront cache policies that keep nothing",
    default=("4135ea2d-6df8-44a3-9df3-4b5a84be39ad",),
)
_BEHAVIOURS: Final = ("defaultCacheBehavior", "orderedCacheBehaviors")
_LOCATION = re.compile(
    r"^\s*location\s+(?P<name>[^{]+?)\s*\{(?P<body>.*?)(?=^\s*(?:location|server|upstream)\b|\Z)",
    re.MULTILINE | re.DOTALL,
)
_CACHE = re.compile(r"^\s*proxy_cache\s+(?!off\b)", re.MULTILINE)
_KEY = re.compile(r"^\s*proxy_cache_key\s+(?P<key>[^;]+);", re.MULTILINE)
_UNFIT = re.compile(r"^\s*proxy_no_cache\s+\S", re.MULTILINE)
_UNBUFFERED = re.compile(r"^\s*proxy_buffering\s+off\s*;", re.MULTILINE)
_BUILT = re.compile(r"\btenant\s*\.\.")
"""How Lua joins a tenant to what follows it."""


def _check(resource: Resource, *, cache_policies: tuple[str, ...]) -> Iterator[Finding]:
    if resource.type == DISTRIBUTION:
        yield from _check_distribution(resource, cache_policies)
    elif _gateway.may_be_gateway(resource):
        unknown = list(_gateway.unknown(resource, *_gateway.NGINX))
        yield from unknown or _check_gateway(resource)


def _check_distribution(distribution: Resource, policies: tuple[str, ...]) -> Iterator[Finding]:
    default, ordered = (distribution.get(key) for key in _BEHAVIOURS)
    for key, behaviour in ((_BEHAVIOURS[0], default), *((_BEHAVIOURS[1], each) for each in items(ordered))):
        policy = dig(behaviour, "cachePolicyId")
        if policy is UNKNOWN:
            yield undecided(distribution, key, "cachePolicyId")
        elif policy not in policies:
            yield failure(distribution, f"{key}.cachePolicyId is {policy}, must be {', '.join(policies)}")


def _check_gateway(files: Resource) -> Iterator[Finding]:
    nginx = files.get(*_gateway.NGINX)
    if not isinstance(nginx, str):
        yield _gateway.unread(files, _gateway.NGINX)
        return
    for location in _LOCATION.finditer(nginx):
        if _CACHE.search(location["body"]):
            for message in _faults(location["body"], files.get("data")):
                yield failure(files, f"nginx.conf: location {location['name']}: {message}")


def _faults(body: str, data: Value) -> Iterator[str]:
    key = _KEY.search(body)
    if not key or not _has_tenant(key["key"], data):
        yield f"proxy_cache_key {key['key'] if key else 'of Nginx'} has no tenant"
    if not _UNFIT.search(body):
        yield "no proxy_no_cache leaves streams out"
    if _UNBUFFERED.search(body):
        yield "proxy_buffering is off, so it is a stream's, and has a cache"


def _has_tenant(key: str, data: Value) -> bool:
    """Tell whether a key has the tenant in it, or is a variable that a Lua module makes of the tenant."""
    modules = [text for name, text in mapping(data).items() if name.endswith(".lua") and isinstance(text, str)]
    return "tenant" in key or (key == "$gateway_key" and any(_BUILT.search(text) for text in modules))


RULE = ResourceRule(
    id="O3",
    name="require-tenant-cache",
    severity=Severity.CRITICAL,
    what="CloudFront keeps no answer, and the gateway keeps none of a stream and each under a key with its tenant.",
    why="A cache without the tenant in its key hands one customer's answer to another.",
    source="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-the-cache-key.html",
    fix="Use the managed policy CachingDisabled, and proxy_cache_key with the tenant where proxy_cache is on.",
    settings=(_POLICIES,),
    matches={CONFIG_MAP, DISTRIBUTION}.__contains__,
    check=_check,
)
