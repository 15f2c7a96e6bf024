"""G5: a site's least replicas never hang on spot nodes.

Asked of each site by itself: in the minute in which AWS takes its spot nodes back, the node groups of the other kinds
at their least size, which is what T4 has reserved, hold the floor of the site's own deployments. A node counts for as
many whole pods as it has room for, by the smallest pod with GPUs, as in T1.
"""

from collections.abc import Iterator, Sequence

from rules._capacity import offers_gpus
from rules._demand import least_gpus, tiers, uncounted, unknown
from rules._resource import Resource
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import by_cluster, home, of_type, users
from rules._types import DEPLOYMENT, NODE_GROUP

_KIND = ("capacityType",)
_SPOT = "SPOT"


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    groups = [group for group in of_type(resources, NODE_GROUP) if offers_gpus(group)]
    blocked = unknown(resources, _KIND) or list(uncounted(groups))
    yield from blocked
    for provider, objects in () if blocked else by_cluster(resources).items():
        yield from _check_cluster(home(provider, resources), objects, groups)


def _check_cluster(
    cluster: Resource | None, objects: Sequence[Resource], groups: Sequence[Resource]
) -> Iterator[Finding]:
    needs = list(tiers(objects))
    if not needs:
        return
    if cluster is None:
        yield undecided(of_type(objects, DEPLOYMENT)[0], "provider")
        return
    steady = [group for group in users(cluster, "clusterName", groups) if group.get(*_KIND) != _SPOT]
    pod = min(tier.gpus for tier in needs)
    held, needed = sum(least_gpus(group, pod) for group in steady), sum(tier.gpus * tier.replicas for tier in needs)
    if held < needed:
        yield failure(cluster, f"without spot its node groups hold {held} GPUs at their least size, floor {needed}")


RULE = StackRule(
    id="G5",
    name="require-steady-floor",
    severity=Severity.HIGH,
    what="Without its spot nodes a site still holds the least replicas of its own deployments.",
    why=(
        "AWS takes spot nodes back with two minutes of warning, many at once when GPUs run short; a floor that counts"
        " on them is no floor."
    ),
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-interruptions.html",
    fix="In the settings raise nodes.reserved.minimum, or lower inference.replicas.minimum.",
    check=_check,
)
