"""O4: the way in is behind a firewall, and encrypted as today's standards ask."""

from collections.abc import Iterator
from typing import Final

from rules._resource import UNKNOWN, Resource, Value, dig, is_known, items, strings
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._setting import Names
from rules._types import DISTRIBUTION, LISTENER

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html
_VIEWERS = Names(
    name="viewer_policies",
    what="CloudFront security policies without TLS below 1.2",
    default=("TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"),
)
# https://docs.aws.amazon.com/elasticloadbalancing/latest/network/describe-ssl-policies.html
_LISTENERS = Names(
    name="listener_policies",
    what="beginnings of the names of load balancer policies without TLS below 1.2",
    default=("ELBSecurityPolicy-TLS13-1-2", "ELBSecurityPolicy-TLS13-1-3", "ELBSecurityPolicy-FS-1-2"),
)
_FIREWALL: Final = "webAclId"
_VERSION: Final = ("viewerCertificate", "minimumProtocolVersion")
_BEHAVIOURS: Final = ("defaultCacheBehavior", "orderedCacheBehaviors")
_ENCRYPTED: Final = ("https-only", "redirect-to-https")
_TO_ORIGIN: Final = ("originProtocolPolicy", ("https-only",))
_OLD: Final = frozenset({"SSLv3", "TLSv1", "TLSv1.1"})


def _check(
    resource: Resource, *, viewer_policies: tuple[str, ...], listener_policies: tuple[str, ...]
) -> Iterator[Finding]:
    if resource.type == LISTENER:
        yield from _check_listener(resource, listener_policies)
        return
    if resource.get(_FIREWALL) is UNKNOWN:
        yield undecided(resource, _FIREWALL)
    elif not resource.get(_FIREWALL):
        yield failure(resource, f"{_FIREWALL} is not set")
    yield from _among(resource, _VERSION, resource.get(*_VERSION), viewer_policies)
    for key in _BEHAVIOURS:
        for behaviour in _listed(resource.get(key)):
            policy = dig(behaviour, "viewerProtocolPolicy")
            yield from _among(resource, (key, "viewerProtocolPolicy"), policy, _ENCRYPTED)
    for origin in items(resource.get("origins")):
        yield from _check_origin(resource, dig(origin, "customOriginConfig"))


def _listed(value: Value) -> list[Value]:
    return [value] if isinstance(value, dict) else items(value)


def _among(resource: Resource, path: tuple[str, ...], value: Value, allowed: tuple[str, ...]) -> Iterator[Finding]:
    if value is UNKNOWN:
        yield undecided(resource, *path)
    elif value not in allowed:
        yield failure(resource, f"{'.'.join(path)} is {value}, must be {' or '.join(allowed)}")


def _check_origin(resource: Resource, config: Value) -> Iterator[Finding]:
    if config is None:
        return  # a bucket, which CloudFront asks in its own way
    key, allowed = _TO_ORIGIN
    yield from _among(resource, ("origins", key), dig(config, key), allowed)
    protocols = dig(config, "originSslProtocols")
    old = sorted(_OLD.intersection(strings(protocols)))
    if old:
        yield failure(resource, f"origins.originSslProtocols has {', '.join(old)}")
    elif not is_known(protocols):
        yield undecided(resource, "origins", "originSslProtocols")


def _check_listener(listener: Resource, policies: tuple[str, ...]) -> Iterator[Finding]:
    protocol, policy = listener.get("protocol"), listener.get("sslPolicy")
    if protocol == "HTTP":
        yield failure(listener, "protocol is HTTP, must be encrypted")
    elif UNKNOWN in (protocol, policy):
        yield undecided(listener, "protocol" if protocol is UNKNOWN else "sslPolicy")
    elif protocol in ("TLS", "HTTPS") and not str(policy).startswith(policies):
        yield failure(listener, f"sslPolicy is {policy}, must begin with {' or '.join(policies)}")


RULE = ResourceRule(
    id="O4",
    name="require-guarded-entry",
    severity=Severity.CRITICAL,
    what="The distribution has a web ACL, and it and the load balancers speak TLS 1.2 or later alone, on both sides.",
    why="All that is open is tried by somebody; older TLS is broken, and plain HTTP shows API keys on the way.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html",
    fix=(
        "Set webAclId, viewerCertificate.minimumProtocolVersion TLSv1.2_2021, viewerProtocolPolicy https-only and"
        " originProtocolPolicy https-only with TLSv1.2, and a TLS13-1-2 sslPolicy on listeners."
    ),
    settings=(_VIEWERS, _LISTENERS),
    matches={DISTRIBUTION, LISTENER}.__contains__,
    check=_check,
)
