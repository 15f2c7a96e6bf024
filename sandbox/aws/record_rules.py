"""What one Route 53 record may say, whatever else its zone holds."""

import ipaddress

from sandbox.aws.rules import require, require_between, require_one_of
from sandbox.plugin.wire import Props, rows

CODE = "InvalidChangeBatch"
TYPES = ("A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SPF", "SRV", "SSHFP", "SVCB",
         "TLSA", "TXT")  # fmt: skip
"""(https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html)."""

ADDRESSES = {"A": 4, "AAAA": 6}
POLICIES = {
    "failoverRoutingPolicies": "failover", "latencyRoutingPolicies": "latency", "weightedRoutingPolicies": "weighted",
    "geolocationRoutingPolicies": "geolocation", "multivalueAnswerRoutingPolicy": "multivalue answer",
}  # fmt: skip
SIMPLE = "simple"
WEIGHTS = (0, 255)
TTL_SECONDS = (0, 2147483647)
CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"
"""The hosted zone of every distribution
(https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html)."""


def policy_of(props: Props) -> str:
    """The routing policy's name."""
    return next((name for key, name in POLICIES.items() if props.get(key)), SIMPLE)


def require_valid(props: Props, name: str, zone: str) -> None:
    """Refuse a record that Route 53 takes nowhere.

    Raises:
        ProviderError: with the value and what is allowed.
    """
    require_one_of("type", props["type"], TYPES, CODE)
    _require_content(props, name)
    given = [key for key in POLICIES if props.get(key)]
    require(len(given) <= 1, f"{CODE}: record {name} has {' and '.join(given)}; one routing policy is allowed")
    require(
        bool(given) == bool(props.get("setIdentifier")),
        f"{CODE}: record {name} is {policy_of(props)} with setIdentifier {props.get('setIdentifier')!r}; "
        "every policy but simple needs one, simple takes none",
    )
    _require_policy(props)
    require(props["type"] != "CNAME" or name != zone, f"{CODE}: RRSet of type CNAME is not permitted at apex of {zone}")


def _require_content(props: Props, name: str) -> None:
    aliased = bool(props.get("aliases"))
    plain = [key for key in ("ttl", "records") if props.get(key) is not None]
    require(
        len(plain) == (0 if aliased else 2),
        f"{CODE}: record {name} has {'aliases' if aliased else 'no aliases'} and {plain or 'neither ttl nor records'}; "
        "allowed are aliases, or ttl with records",
    )
    require_between("ttl", props.get("ttl"), TTL_SECONDS, CODE)
    for alias in rows(props, "aliases"):
        require(
            alias["zoneId"] != CLOUDFRONT_ZONE or not alias["evaluateTargetHealth"],
            f"{CODE}: evaluateTargetHealth is true for a CloudFront distribution; only false is allowed there",
        )
    version = ADDRESSES.get(props["type"])
    addresses: list[str] = props.get("records") or []
    for address in addresses if version else ():
        _require_address(address, version or 0)


def _require_address(text: str, version: int) -> None:
    try:
        known = ipaddress.ip_address(text).version
    except ValueError:
        known = 0
    require(known == version, f"{CODE}: records has {text!r}, which is no IPv{version} address")


def _require_policy(props: Props) -> None:
    for one in rows(props, "failoverRoutingPolicies"):
        require_one_of("failoverRoutingPolicies.type", one["type"], ("PRIMARY", "SECONDARY"), CODE)
        watched = props.get("healthCheckId") or any(alias["evaluateTargetHealth"] for alias in rows(props, "aliases"))
        require(
            one["type"] != "PRIMARY" or bool(watched),
            f"{CODE}: a PRIMARY failover record needs healthCheckId, or an alias with evaluateTargetHealth",
        )
    for one in rows(props, "weightedRoutingPolicies"):
        require_between("weightedRoutingPolicies.weight", one["weight"], WEIGHTS, CODE)
