"""W8: nothing talks in or out of a namespace unless a policy says so, and names still resolve."""

from collections.abc import Iterator, Sequence

from rules._namespaces import with_neighbours
from rules._resource import UNKNOWN, Resource, Value, dig, is_known, items, mapping, strings
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._types import NETWORK_POLICY

_DNS_PORT = 53


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    for namespace, policies in with_neighbours(resources, NETWORK_POLICY):
        missing: list[str] = []
        if not any(map(_denies_all, policies)):
            missing.append("no NetworkPolicy closes it both ways for all pods")
        if not any(map(_lets_dns_out, policies)):
            missing.append("no NetworkPolicy lets all its pods ask DNS over UDP and TCP")
        unknown = [
            each for each in policies if not is_known(each.get("spec")) or each.get("metadata", "namespace") is UNKNOWN
        ]
        if missing and unknown:
            yield undecided(unknown[0], "spec")
        else:
            yield from (failure(namespace, each) for each in missing)


def _denies_all(policy: Resource) -> bool:
    rules = [*items(policy.get("spec", "ingress")), *items(policy.get("spec", "egress"))]
    return _is_of_all(policy) and not rules and set(strings(policy.get("spec", "policyTypes"))) == {"Ingress", "Egress"}


def _is_of_all(policy: Resource) -> bool:
    """Tell whether it is certain that a policy selects all pods of its namespace."""
    place, selector = policy.get("metadata", "namespace"), policy.get("spec", "podSelector")
    return place is not UNKNOWN and selector in ({}, None)


def _lets_dns_out(policy: Resource) -> bool:
    ports = [port for rule in items(policy.get("spec", "egress")) for port in items(dig(rule, "ports"))]
    return _is_of_all(policy) and {"UDP", "TCP"} <= {_protocol(port) for port in ports if _is_dns(port)}


def _is_dns(port: Value) -> bool:
    return mapping(port).get("port") == _DNS_PORT


def _protocol(port: Value) -> str:
    return str(mapping(port).get("protocol") or "TCP")


RULE = StackRule(
    id="W8",
    name="require-closed-namespaces",
    severity=Severity.HIGH,
    what="Every namespace of the program denies all traffic both ways by default, and lets DNS out.",
    why=(
        "Without a policy every pod reaches every pod: one that is broken into goes on from there. Closed without"
        " DNS, nothing in it finds anything."
    ),
    source="https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    fix=(
        "Add a NetworkPolicy with podSelector {} and policyTypes [Ingress, Egress] and no rules, and one with an egress"
        " rule for port 53, UDP and TCP."
    ),
    check=_check,
)
