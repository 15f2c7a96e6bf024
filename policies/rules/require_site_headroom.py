"""T1: whichever site is lost, the others hold the replicas of all without waiting for a node.

A site is a cell, and the sites of one stack stand in for each other. Lost is the site with the most GPUs; left are the
node groups of the others at their least size, which are running whatever the load. They must hold the floor of every
site's deployments: what each is held at when nobody asks for anything. A node counts for as many whole pods as it has
room for, by the smallest pod with GPUs. Spot nodes count: losing a site and a spot market at once is a second failure.
A stack of one site has nobody to stand in for it.
"""

from collections.abc import Iterator, Mapping, Sequence

from rules._capacity import by_site, offers_gpus
from rules._demand import Tier, least_gpus, tiers, uncounted, unknown
from rules._resource import Resource
from rules._rule import Finding, Severity, StackRule, failure
from rules._stack import by_cluster, of_type
from rules._types import NODE_GROUP


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    groups = [group for group in of_type(resources, NODE_GROUP) if offers_gpus(group)]
    blocked = unknown(resources) or list(uncounted(groups))
    yield from blocked
    if not blocked:
        needs = [tier for objects in by_cluster(resources).values() for tier in tiers(objects)]
        yield from _check_loss(by_site(groups), needs)


def _check_loss(sites: Mapping[str, list[Resource]], needs: Sequence[Tier]) -> Iterator[Finding]:
    if len(sites) < 2 or not needs:  # noqa: PLR2004 - one site has no other
        return
    pod = min(tier.gpus for tier in needs)
    held = {site: sum(least_gpus(group, pod) for group in groups) for site, groups in sites.items()}
    lost = max(held, key=held.__getitem__)
    left, needed = sum(held.values()) - held[lost], sum(tier.gpus * tier.replicas for tier in needs)
    if left < needed:
        first = next(group for site, groups in sites.items() if site != lost for group in groups)
        yield failure(
            first,
            f"without site {lost} node groups hold {left} GPUs at their least size; all sites' floors need {needed}",
        )


RULE = StackRule(
    id="T1",
    name="require-site-headroom",
    severity=Severity.CRITICAL,
    what="Without the largest site of a stack, the others hold the least replicas of all sites on nodes they have.",
    why=(
        "GPU nodes cannot be had in the minute in which everybody who lost the zone asks for them: only what already"
        " runs elsewhere carries on."
    ),
    source="https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/static-stability.html",
    fix="In the settings raise nodes.reserved.minimum or nodes.spot.minimum, or lower inference.replicas.minimum.",
    check=_check,
)
