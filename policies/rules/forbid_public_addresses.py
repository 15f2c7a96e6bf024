"""N6: nothing gets a public address by being started in a subnet."""

from collections.abc import Iterator

from rules._remedy import Edits, Remedy
from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._types import SUBNET

_GIVES = ("mapPublicIpOnLaunch", "assignIpv6AddressOnCreation")


def _check(subnet: Resource) -> Iterator[Finding]:
    for key in _GIVES:
        value = subnet.get(key)
        if value is UNKNOWN:
            yield undecided(subnet, key)
        elif value is True:
            yield failure(subnet, f"{key} is true")


def _edits(subnet: Resource) -> Edits:
    return {(key,): False for key in _GIVES if subnet.get(key) is True}


# Public subnets too: what belongs there, NAT gateways and load balancers, brings addresses of its own.
RULE = ResourceRule(
    id="N6",
    name="forbid-public-addresses",
    severity=Severity.HIGH,
    what="No subnet gives a public address to what is started in it.",
    why="A node with a public address is one security-group mistake away from the internet, and nobody asked for it.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",
    fix="Set mapPublicIpOnLaunch to false; what must be public gets an Elastic IP or a load balancer.",
    remedy=Remedy(what="Sets mapPublicIpOnLaunch and assignIpv6AddressOnCreation to false.", edits=_edits),
    matches={SUBNET}.__contains__,
    check=_check,
)
