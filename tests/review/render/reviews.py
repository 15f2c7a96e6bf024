"""Reviews to render, each about one thing; numbers are invented, names are the program's."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TypedDict, Unpack

from review.assessment import Cost, Danger, Fact, Level, Review, Verdict
from review.plan import Diagnostic, Operation, Order, Outcome, Place, Plan, PolicyResult, Step
from review.values import Mark, Value
from tests.review.samples import NODE_GROUP, change, plan, policy, step, urn

CLUSTER = "aws:eks/cluster:Cluster"
DATABASE = "aws:rds/instance:Instance"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
ROUTE = "aws:ec2/route:Route"
BUCKET = "aws:s3/bucket:Bucket"
TOOLS: Mapping[str, str] = {"pulumi": "3.259.0", "aws": "7.51.1", "kubernetes": "4.33.0"}
PRICES = "on-demand list prices of 2026-11-01, https://aws.amazon.com/ec2/pricing/on-demand/"
A = Place(region="us-east-1", site="a", zone="us-east-1a")
B = Place(region="us-east-1", site="b", zone="us-east-1b")
C = Place(region="us-west-2", site="c", zone="us-west-2a")
EAST = Place(region="us-east-1")
WEST = Place(region="us-west-2")
GPU_SUM = "{} x p5en.48xlarge x 730 h x 63.296 USD/h"
GPU_MONTH = Decimal("46206.08")


def resting(stack: str, *places: Place, count: int = 12) -> tuple[Step, ...]:
    """Resources that stay as they are."""
    return tuple(
        step(Operation.SAME, ROUTE, f"llm-{stack}-{place.site or 'shared'}-{number}", stack=stack, place=place)
        for place in places
        for number in range(count)
    )


class Parts(TypedDict, total=False):
    """Fields of `Review` beside its verdict and plans."""

    dangers: tuple[Danger, ...]
    facts: tuple[Fact, ...]
    costs: tuple[Cost, ...]
    prices: str
    fingerprint: str
    commit: str
    tools: Mapping[str, str]


def review(verdict: Verdict, *plans: Plan, **parts: Unpack[Parts]) -> Review:
    """A review of these plans with the tools and commit that all samples have."""
    made = Review(
        verdict=verdict, plans=plans, fingerprint="9f2c41d07ab3e5688812", commit="e10cf1e", tools=TOOLS, prices=PRICES
    )
    return replace(made, **parts)


def cost(place: Place, before: int, after: int, *, stack: str = "prod", unpriced: tuple[str, ...] = ()) -> Cost:
    """GPU nodes of a site before and after, and 900 dollars of other things."""
    other = Decimal(900)
    return Cost(
        stack=stack, region=place.region, site=place.site, unpriced=unpriced,
        before=before * GPU_MONTH + other, after=after * GPU_MONTH + other,
        formula=(GPU_SUM.format(after), "2 x m7i.2xlarge x 730 h x 0.4032 USD/h") if place.site else (),
    )  # fmt: skip


FACTS = (
    Fact(subject="us-east-1", quantity="sites touched by this change", before="none", after="none"),
    Fact(subject="us-east-1", quantity="GPUs left after losing the largest site", unit="GPUs", before="40", after="40"),
    Fact(subject="dr", quantity="database members that vote", unit="members", before="3", after="3"),
)


def nothing() -> Review:
    """No stack changes."""
    return review(
        Verdict(level=Level.SAFE, reason="nothing changes in prod and dr"),
        plan(*resting("prod", A, B, EAST)),
        plan(*resting("dr", C, WEST), stack="dr"),
        facts=FACTS,
        costs=(cost(A, 5, 5), cost(B, 5, 5), cost(C, 4, 4, stack="dr")),
    )


def broken() -> Review:
    """The preview of prod did not come to its end; dr's did."""
    said = Diagnostic(severity="error", message="platform.nodes.spot.minimum: got 0, must be 1 or more")
    verdict = Verdict(level=Level.BLOCKED, reason=f"The preview of prod failed: {said.message}.")
    stopped = replace(plan(*resting("prod", EAST, count=1)), diagnostics=(said,))
    return review(verdict, stopped, plan(*resting("dr", C), stack="dr"), costs=(cost(C, 4, 4, stack="dr"),))


def small() -> Review:
    """One more replica and a new bucket."""
    scaled = step(
        Operation.UPDATE, DEPLOYMENT, "llm-prod-a-vllm", place=A,
        changes=(
            change("metadata.generation", 4, Mark.UNKNOWN, computed=True),
            change("spec.replicas", 2, 3),
        ),
    )  # fmt: skip
    bucket = step(Operation.CREATE, BUCKET, "llm-prod-logs", place=EAST, after={"bucketPrefix": "llm-prod-logs-"})
    return review(
        Verdict(level=Level.SAFE, reason="2 resources change in place or are new, nothing is replaced or deleted"),
        plan(scaled, bucket, *resting("prod", A, B, EAST)),
        plan(*resting("dr", C, WEST), stack="dr"),
        facts=(
            Fact(subject="site a", quantity="replicas ready at rest", unit="replicas", before="2", after="3"),
            *FACTS,
        ),
        costs=(cost(A, 5, 6, unpriced=("aws:s3/bucket:Bucket",)), cost(B, 5, 5), cost(EAST, 0, 0)),
    )


def _replaced(site: str, place: Place, order: Order = Order.CREATE_FIRST) -> Step:
    return step(
        Operation.REPLACE, NODE_GROUP, f"llm-prod-{site}-reserved", place=place, order=order,
        before={"instanceTypes": ["p5en.48xlarge"]}, after={"instanceTypes": ["p6-b200.48xlarge"]},
        changes=(
            change("arn", f"arn:aws:eks:us-east-1:123456789012:nodegroup/llm-prod-{site}", Mark.UNKNOWN, computed=True),
            change("instanceTypes[0]", "p5en.48xlarge", "p6-b200.48xlarge", forces_replacement=True),
            change("resources", Mark.ABSENT, Mark.UNKNOWN, computed=True),
            change("scalingConfig.maxSize", 8, 6),
            change("userData", Mark.SECRET, Mark.SECRET),
        ),
        dependents=tuple(
            urn(DEPLOYMENT, f"llm-prod-{site}-{name}") for name in ("vllm", "gateway", "dcgm", "warmup", "budget")
        ),
    )  # fmt: skip


def _danger(changed: Step, level: Level, *, stateful: bool, consequence: str, avoid: str) -> Danger:
    return Danger(stack="prod", step=changed, level=level, stateful=stateful, consequence=consequence, avoid=avoid)


def _pool_danger(changed: Step, level: Level) -> Danger:
    return _danger(
        changed, level, stateful=False,
        consequence="24 GPUs drain; streams of up to 300 s are cut after 320 s, new nodes serve after a cold start of 14 min.",
        avoid="Add a second pool of the new type, move the replicas, then delete this pool in a change of its own.",
    )  # fmt: skip


def _policies() -> tuple[PolicyResult, ...]:
    reserved = urn(NODE_GROUP, "llm-prod-a-reserved")
    return (
        policy(Outcome.UNKNOWN, "require-disk-encryption", "encrypted is known after apply: look again at the update", reserved),
        policy(Outcome.WARN, "require-spare-replicas", "2 replicas where 3 survive a lost node: set replicas.minimum: 3"),
        policy(Outcome.WAIVED, "require-control-plane-logs", "waived by platform-team until 2027-01-31: audit logs go to the SIEM", urn(CLUSTER, "llm-prod-a")),
    )  # fmt: skip


def dangerous() -> Review:
    """A larger GPU type in one site: its node group is replaced."""
    pool = _replaced("a", A)
    alarm = step(
        Operation.UPDATE, CLUSTER, "llm-prod-a", place=A,
        changes=(change("accessConfig", {"mode": "API"}, {"mode": "API", "bootstrap": False}), change('tags["cost.center"]', Mark.ABSENT, "llm-serving")),
    )  # fmt: skip
    old = step(Operation.DELETE, ROUTE, "llm-prod-a-to-dr", place=A, before={"destinationCidrBlock": "10.30.0.0/16"})
    return review(
        Verdict(level=Level.CARE, reason="replaces the reserved GPU pool of site a: 24 of 80 GPUs drain while site b serves"),
        plan(pool, alarm, old, *resting("prod", A, B, EAST), policies=_policies()),
        plan(*resting("dr", C, WEST), stack="dr"),
        dangers=(
            _pool_danger(pool, Level.CARE),
            _danger(
                old, Level.CARE, stateful=False,
                consequence="Site a reaches dr through the transit peering alone.",
                avoid="Keep the route until the new one has carried traffic.",
            ),
        ),
        facts=(
            Fact(subject="us-east-1", quantity="sites touched by this change", before="none", after="a", level=Level.CARE, note="one active site at a time is allowed"),
            Fact(subject="us-east-1", quantity="GPUs left after losing the largest site", unit="GPUs", before="40", after="64"),
            Fact(subject="site a", quantity="autoscaling bounds of the reserved pool", unit="nodes", before="3 to 8", after="3 to 6", level=Level.CARE, note="the most that can serve falls"),
            FACTS[2],
        ),
        costs=(cost(A, 5, 7, unpriced=("aws:ec2/capacityReservation:CapacityReservation p6-b200.48xlarge (1)",)), cost(B, 5, 5), cost(EAST, 0, 0), cost(C, 4, 4, stack="dr")),
    )  # fmt: skip


def blocked() -> Review:
    """Both active sites lose their GPUs at once, and a database goes."""
    pools = _replaced("a", A, Order.DELETE_FIRST), _replaced("b", B, Order.DELETE_FIRST)
    data = step(
        Operation.DELETE,
        DATABASE,
        "llm-prod-ledger",
        place=EAST,
        before={"engine": "mysql", "password": Mark.SECRET},
        protect=True,
    )
    failed = policy(
        Outcome.FAIL,
        "limit-sites-per-change",
        "sites a and b change together: split the change, one site in each",
        urn(NODE_GROUP, "llm-prod-b-reserved"),
    )
    base = plan(*pools, data, *resting("prod", A, B, EAST), policies=(failed, *_policies()))
    return review(
        Verdict(level=Level.BLOCKED, reason="takes both active sites of us-east-1 down together and deletes the database llm-prod-ledger"),
        Plan(stack="prod", steps=base.steps, policies=base.policies, diagnostics=(Diagnostic(severity="error", message="resource is protected and cannot be deleted", urn=data.urn),), seconds=14.2),
        plan(*resting("dr", C, WEST), stack="dr"),
        dangers=(
            _danger(data, Level.BLOCKED, stateful=True, consequence="Usage records of all tenants are lost.", avoid="Keep it; take a final snapshot and delete it in a change of its own."),
            *(_pool_danger(pool, Level.BLOCKED) for pool in pools),
        ),
        facts=(
            Fact(subject="us-east-1", quantity="sites touched by this change", before="none", after="a and b", level=Level.BLOCKED, note="no site is left to serve"),
            Fact(subject="us-east-1", quantity="GPUs left after losing the largest site", unit="GPUs", before="40", after="0", level=Level.BLOCKED, note="below the floor of 16"),
            Fact(subject="prod", quantity="database members that vote", unit="members", before="3", after="2", level=Level.BLOCKED, note="no quorum once one zone is lost"),
        ),
        costs=(cost(A, 5, 5), cost(B, 5, 5), cost(EAST, 1, 0)),
    )  # fmt: skip


def several() -> Review:
    """Changes in both stacks, in three sites and in what regions share."""
    images = [
        step(
            Operation.UPDATE, DEPLOYMENT, f"llm-{stack}-{place.site}-vllm", stack=stack, place=place,
            changes=(change("spec.template.spec.containers[0].image", "vllm/vllm-openai:v0.11.0", "vllm/vllm-openai:v0.12.1"),),
        )
        for stack, place in (("prod", A), ("prod", B), ("dr", C))
    ]  # fmt: skip
    zone = step(
        Operation.UPDATE,
        BUCKET,
        "llm-dr-weights",
        stack="dr",
        place=WEST,
        changes=(change("arn", "arn:aws:s3:::w", Mark.UNKNOWN, computed=True),),
    )
    return review(
        Verdict(level=Level.CARE, reason="rolls a new image through all three sites in one change"),
        plan(*images[:2], *resting("prod", A, B, EAST)),
        plan(images[2], zone, *resting("dr", C, WEST), stack="dr"),
        plan(*resting("lab", Place(region="eu-west-1")), stack="lab"),
        plan(*resting("edge", Place()), stack="edge"),
        facts=FACTS,
        costs=(cost(A, 5, 5), cost(B, 5, 5), cost(C, 4, 4, stack="dr")),
    )  # fmt: skip


EVIL = "<script>document.title='owned'</script>--> | `x` **b** @octocat #1 GH-2 [l](https://evil.example/?q=1) \u202egnp.exe\u2066\n# h\x00"


def hostile() -> Review:
    """Every text that comes from outside tries to leave its place."""
    long = f"{EVIL}{'A' * 5_000}"
    bad = step(
        Operation.REPLACE, f"t:{EVIL}", long, stack=EVIL, place=Place(region=EVIL, site=EVIL),
        changes=(
            change(f"k.{EVIL}", f"```\n{EVIL}", f"{long}b", forces_replacement=True),
            change("secret", Mark.SECRET, "(secret)"),
            change("markup", "</details></summary>", ["```", {"</pre>": "~~~"}]),
        ),
        dependents=(EVIL,),
    )  # fmt: skip
    base = plan(bad, stack=EVIL, policies=(policy(Outcome.FAIL, EVIL, long, EVIL),))
    return review(
        Verdict(level=Level.BLOCKED, reason=EVIL),
        Plan(stack=EVIL, steps=base.steps, policies=base.policies, diagnostics=(Diagnostic(severity=EVIL, message=long),)),
        dangers=(Danger(stack=EVIL, step=bad, level=Level.BLOCKED, stateful=True, consequence=long, avoid=EVIL),),
        facts=(Fact(subject=EVIL, quantity=EVIL, unit=EVIL, before=EVIL, after=long, level=Level.CARE, note=EVIL),),
        costs=(Cost(stack=EVIL, region=EVIL, site=EVIL, before=Decimal(0), after=Decimal(1), unpriced=(EVIL,), formula=(EVIL,)),),
        prices=EVIL, commit=EVIL, tools={EVIL: EVIL}, fingerprint=EVIL,
    )  # fmt: skip


def broken_name() -> Review:
    """A name that is no Unicode text: half of a surrogate pair."""
    name = "half-\ud800"
    return review(Verdict(level=Level.SAFE, reason=name), plan(step(Operation.CREATE, name=name, after={name: name})))


def five_sites() -> Review:
    """A region larger than this platform's: five sites, each with thousands of changes of every kind."""
    operations = (Operation.UPDATE, Operation.CREATE, Operation.DELETE, Operation.REPLACE)
    steps = [
        step(operation, name=f"{site}{number}", place=Place(region="us-east-1", site=site))
        for site in "abcde"
        for operation in operations
        for number in range(1_234)
    ]
    return review(Verdict(level=Level.CARE, reason="all at once"), plan(*steps))


def many(count: int = 10_000) -> Review:
    """As many resources, of every operation in every place; each hundredth is a danger."""
    operations = (Operation.SAME, Operation.UPDATE, Operation.CREATE, Operation.DELETE, Operation.REPLACE)
    steps = tuple(_numbered(number, operations[number % len(operations)]) for number in range(count))
    dangers = tuple(_pool_danger(each, Level.CARE) for each in steps if each.operation is Operation.REPLACE)
    return review(
        Verdict(level=Level.CARE, reason=f"replaces {len(dangers):,} resources"),
        plan(*steps, policies=_policies()),
        dangers=dangers[:100],
        facts=dangerous().facts,
        costs=dangerous().costs,
    )


def _numbered(number: int, operation: Operation) -> Step:
    inputs: dict[str, Value] = {
        "name": f"node-{number}",
        "size": number,
        "labels": {"zone": "us-east-1a", "index": str(number)},
    }
    changes = (
        change("labels.index", str(number), str(number + 1), forces_replacement=operation is Operation.REPLACE),
        change("arn", f"arn:aws:eks:{number}", Mark.UNKNOWN, computed=True),
    )
    return step(
        operation, NODE_GROUP, f"llm-prod-node-{number:05}", place=(A, B, EAST, C, WEST)[number // 5 % 5],
        before=inputs, after={**inputs, "size": number + 1},
        changes=changes if operation in {Operation.UPDATE, Operation.REPLACE} else (),
    )  # fmt: skip
