"""N11: nodes start and pods get their credentials while every way to the internet is down."""

from collections.abc import Iterator, Sequence

from rules._flags import is_true
from rules._resource import UNKNOWN, Resource, Value
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._setting import Names
from rules._stack import of_type, sources, users
from rules._types import NODE_GROUP, SUBNET, VPC, VPC_ENDPOINT

# ec2: nodes name themselves; ecr: add-ons' images; eks-auth and sts: credentials of pods; logs: their logs.
_SERVICES = Names(
    name="services",
    what="AWS services that a VPC with nodes reaches by an interface endpoint",
    default=("ec2", "ecr.api", "ecr.dkr", "eks-auth", "logs", "sts"),
)
_resolves = is_true("privateDnsEnabled")


def _check(resources: Sequence[Resource], *, services: tuple[str, ...]) -> Iterator[Finding]:
    groups, subnets = of_type(resources, NODE_GROUP), of_type(resources, SUBNET)
    with_nodes = [subnet for subnet in subnets if users(subnet, "subnetIds", groups)]
    for vpc in of_type(resources, VPC):
        here = users(vpc, "vpcId", with_nodes)
        endpoints = users(vpc, "vpcId", of_type(resources, VPC_ENDPOINT))
        if here:
            yield from _check_services(vpc, endpoints, services)
        for endpoint in endpoints:
            if endpoint.get("vpcEndpointType") == "Interface":
                yield from _resolves(endpoint)
                yield from _check_zones(endpoint, here, subnets)


def _check_services(vpc: Resource, endpoints: Sequence[Resource], services: Sequence[str]) -> Iterator[Finding]:
    names = [endpoint.get("serviceName") for endpoint in endpoints]
    missing = [service for service in services if not any(_is_of(name, service) for name in names)]
    if missing and UNKNOWN in names:
        yield undecided(endpoints[names.index(UNKNOWN)], "serviceName")
    elif missing:
        yield failure(vpc, f"has nodes and no interface endpoint of {', '.join(missing)}")


def _is_of(name: Value, service: str) -> bool:
    return isinstance(name, str) and name.endswith(f".{service}")


def _check_zones(endpoint: Resource, here: Sequence[Resource], subnets: Sequence[Resource]) -> Iterator[Finding]:
    own = sources(endpoint, "subnetIds", subnets)
    unknown = [subnet for subnet in (*own, *here) if subnet.get("availabilityZone") is UNKNOWN]
    if unknown:
        yield undecided(unknown[0], "availabilityZone")
        return
    missing = {str(subnet.get("availabilityZone")) for subnet in here} - {
        str(subnet.get("availabilityZone")) for subnet in own
    }
    if missing:
        yield failure(endpoint, f"is not in {', '.join(sorted(missing))}, where nodes are")


RULE = StackRule(
    id="N11",
    name="require-service-endpoints",
    severity=Severity.MEDIUM,
    what="Nodes and pods reach AWS by interface endpoints with private DNS, in every zone that has nodes.",
    why=(
        "Without them a lost NAT gateway stops new nodes and the credentials of pods, and an endpoint in one zone alone"
        " makes every other site depend on that zone."
    ),
    source="https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html",
    fix="Add the service to components/network/endpoints.py, with every site's private subnet and private DNS.",
    settings=(_SERVICES,),
    check=_check,
)
