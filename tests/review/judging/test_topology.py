"""The sites of the real program before and after changes: what goes down together, what is left, how pods drain."""

from dataclasses import replace

import pytest

from review.assessment import Fact, Level
from review.estate.sites import GPUS_PER_INSTANCE, sites
from review.judging import ranges, topology
from review.judging.hazards import hazards
from review.plan import Operation, Order, Place, Plan
from review.values import Mark
from tests.review import program, samples

GROUP, CLUSTER = "aws:eks/nodeGroup:NodeGroup", "aws:eks/cluster:Cluster"
DEPLOYMENT, SCALER = "kubernetes:apps/v1:Deployment", "kubernetes:keda.sh/v1alpha1:ScaledObject"
RESERVED = ["llm-prod-a-reserved", "llm-prod-b-reserved"]
SPOT = ["llm-prod-a-spot", "llm-prod-b-spot"]
INFERENCE = ["llm-prod-a-inference", "llm-prod-b-inference"]
TOGETHER = "sites that this change disrupts or rolls"
LEFT = "GPUs left after losing the largest site"


def _facts(*plans: Plan) -> list[Fact]:
    return topology.facts(sites(plans), [hazard for plan in plans for hazard in hazards(plan)])


def _fact(plan: Plan, quantity: str, subject: str = "sites a and b") -> Fact:
    (found,) = (fact for fact in _facts(plan) if fact.quantity == quantity and fact.subject == subject)
    return found


def test_the_program_has_three_sites_of_which_two_stand_in_for_each_other() -> None:
    found = sites([program.deployed("prod"), program.deployed("dr")])
    assert [(site.stack, site.region, site.name) for site in found] == [
        ("prod", "us-east-1", "a"),
        ("prod", "us-east-1", "b"),
        ("dr", "us-west-2", "c"),
    ]
    assert {fact.subject for fact in _facts(program.deployed("dr"))} == {"site c", "site c, deepseek-inference"}


def test_nothing_to_do_changes_no_fact_and_worries_nobody() -> None:
    assert not [fact for fact in _facts(program.deployed(), program.deployed("dr")) if fact.changed or fact.level]


def test_creating_the_stack_worries_nobody() -> None:
    found = _facts(program.created())
    assert not [fact for fact in found if fact.level]
    assert not [fact for fact in found if fact.before not in {"", "none"}]


def test_the_gpus_of_the_shipped_settings() -> None:
    # Per site 3 reserved and 2 spot nodes of 8 GPUs; 2 replicas of 8 GPUs at the floor.
    assert _fact(program.deployed(), LEFT).after == "40"
    assert _fact(program.deployed(), "of these, without spot").after == "24"
    (first, *_) = sites([program.deployed()])
    assert (first.after.gpus, first.after.floor) == (40, 16)


@pytest.mark.parametrize("kind", GPUS_PER_INSTANCE)
def test_every_instance_type_of_the_table_counts(kind: str) -> None:
    plan = program.replaced(program.deployed(), GROUP, RESERVED + SPOT, {"instanceTypes": [kind]})
    assert _fact(plan, LEFT).after == str(5 * GPUS_PER_INSTANCE[kind])


@pytest.mark.parametrize("order", Order)
def test_replacing_the_gpu_nodes_of_both_sites_is_blocked(order: Order) -> None:
    found = _fact(
        program.replaced(program.deployed(), GROUP, RESERVED, {"instanceTypes": ["p5.48xlarge"]}, order), TOGETHER
    )
    assert (found.after, found.level) == ("a and b", Level.BLOCKED)


def test_replacing_those_of_one_site_leaves_the_other() -> None:
    found = _fact(
        program.replaced(program.deployed(), GROUP, RESERVED[:1], {"instanceTypes": ["p5.48xlarge"]}), TOGETHER
    )
    assert (found.after, found.level) == ("a", Level.SAFE)


def test_upgrading_both_clusters_is_blocked_and_one_is_not() -> None:
    both = program.updated(program.deployed(), CLUSTER, ["llm-prod-a", "llm-prod-b"], {"version": "1.37"})
    one = program.updated(program.deployed(), CLUSTER, ["llm-prod-a"], {"version": "1.37"})
    assert _fact(both, TOGETHER).level is Level.BLOCKED
    assert _fact(one, TOGETHER).level is Level.SAFE


@pytest.mark.parametrize(
    ("now", "says"), [("1.37", "not taken back"), ("1.38", "one minor version"), ("1.35", "one minor version")]
)
def test_a_version_moves_up_by_one(now: str, says: str) -> None:
    plan = program.updated(program.deployed(), CLUSTER, ["llm-prod-a"], {"version": now})
    found = _fact(plan, "Kubernetes version", "site a")
    assert (found.level, says in found.note) == (Level.CARE, True)


def test_pods_that_roll_in_both_sites_need_care_as_no_capacity_is_lost() -> None:
    image = program.updated(program.deployed(), DEPLOYMENT, INFERENCE, {"spec.template.spec.priorityClassName": "x"})
    assert (_fact(image, TOGETHER).after, _fact(image, TOGETHER).level) == ("a and b", Level.CARE)


def test_one_more_replica_and_a_tag_touch_nothing() -> None:
    more = program.updated(
        program.deployed(), SCALER, INFERENCE, {"spec.maxReplicaCount": 7, "spec.minReplicaCount": 2}
    )
    tags = program.updated(program.deployed(), GROUP, RESERVED, {"tags.owner": "others"})
    for plan in (more, tags):
        assert (_fact(plan, TOGETHER).after, _fact(plan, TOGETHER).level) == ("none", Level.SAFE)


def test_what_the_region_shares_takes_both_sites_along_and_the_witness_none() -> None:
    shared = program.gone(program.deployed(), "aws:ec2/internetGateway:InternetGateway", "llm-prod-igw")
    assert _fact(shared, TOGETHER).level is Level.BLOCKED
    alone = Place(region="us-east-1", zone="us-east-1c")
    witness = samples.step(Operation.DELETE, "aws:ec2/subnet:Subnet", "llm-prod-witness", place=alone)
    kept = program.deployed()
    assert _fact(replace(kept, steps=(*kept.steps, witness)), TOGETHER).level is Level.SAFE


def test_capacity_below_the_floor_after_a_loss_is_blocked() -> None:
    found = _fact(program.updated(program.deployed(), GROUP, RESERVED, {"scalingConfig.minSize": 1}), LEFT)
    assert (found.before, found.after, found.level) == ("40", "24", Level.BLOCKED)
    assert "floor needs 32" in found.note


def test_a_higher_floor_than_the_other_site_holds_is_blocked() -> None:
    found = _fact(program.updated(program.deployed(), SCALER, INFERENCE, {"spec.minReplicaCount": 3}), LEFT)
    assert (found.level, "floor needs 48" in found.note) == (Level.BLOCKED, True)


def test_an_old_shortage_is_said_but_a_change_that_does_not_deepen_it_is_not_blocked() -> None:
    short = program.updated(program.deployed(), SCALER, INFERENCE, {"spec.minReplicaCount": 3})
    settled = program.settled(short)
    assert _fact(settled, LEFT).level is Level.CARE
    worse = program.updated(settled, GROUP, SPOT, {"scalingConfig.minSize": 1})
    assert _fact(worse, LEFT).level is Level.BLOCKED


def test_removing_a_site_leaves_nothing_after_a_loss() -> None:
    plan = program.without_site(program.deployed(), "b")
    assert (_fact(plan, LEFT).after, _fact(plan, LEFT).level) == ("0", Level.BLOCKED)


def test_a_site_that_can_not_hold_its_own_floor_is_blocked() -> None:
    plan = program.updated(program.deployed(), SCALER, INFERENCE[:1], {"spec.minReplicaCount": 6})
    assert _fact(plan, "GPUs, minimum", "site a").level is Level.BLOCKED


@pytest.mark.parametrize(
    ("grace", "left", "level"), [(400, "380", Level.SAFE), (200, "180", Level.CARE), (20, "0", Level.BLOCKED)]
)
def test_streams_have_the_grace_less_the_wait_before_the_stop(grace: int, left: str, level: Level) -> None:
    plan = program.updated(
        program.deployed(), DEPLOYMENT, INFERENCE[:1], {"spec.template.spec.terminationGracePeriodSeconds": grace}
    )
    found = _fact(plan, "time to end a stream at a drain", "site a, deepseek-inference")
    assert (found.before, found.after, found.level) == ("310", left, level)


def test_an_instance_type_that_the_table_has_not_is_said_and_counts_for_none() -> None:
    plan = program.replaced(program.deployed(), GROUP, RESERVED[:1], {"instanceTypes": ["p9.48xlarge"]})
    found = _fact(plan, "GPU instance types", "site a")
    assert (found.level, "p9.48xlarge counts as without GPUs" in found.note) == (Level.CARE, True)
    assert _fact(plan, "GPUs, minimum", "site a").after == "16"


def test_a_version_that_is_not_known_yet_is_still_a_cluster() -> None:
    plan = program.updated(program.deployed(), CLUSTER, ["llm-prod-a"], {"version": Mark.UNKNOWN})
    assert _fact(plan, "Kubernetes version", "site a").after == "not known yet"
    assert _fact(plan, LEFT).after == "40"


def test_a_shorter_stabilisation_needs_care() -> None:
    path = "spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.stabilizationWindowSeconds"
    plan = program.updated(program.deployed(), SCALER, INFERENCE[:1], {path: 60})
    found = _fact(plan, "scale-down stabilisation", "site a, deepseek-inference")
    assert (found.before, found.after, found.level) == ("300", "60", Level.CARE)


def test_a_cold_start_is_said_by_phase() -> None:
    path = "metadata.annotations.inference-platform/cold-start"
    less = "node=300,image=60,weights=600,load=300,compile=300"
    plan = program.updated(program.deployed(), DEPLOYMENT, INFERENCE[:1], {path: less})
    found = _fact(plan, "cold start of a replica", "site a, deepseek-inference")
    assert found.before == "node 300 + image 300 + weights 600 + load 300 + compile 300 = 1800"
    assert found.after == "node 300 + image 60 + weights 600 + load 300 + compile 300 = 1560"
    assert found.unit == "s"


def test_a_cold_start_that_nobody_says_is_no_fact() -> None:
    gone = program.updated(program.deployed(), DEPLOYMENT, INFERENCE[:1], {"metadata.annotations": {}})
    said = [fact.subject for fact in _facts(program.settled(gone)) if fact.quantity == "cold start of a replica"]
    assert said == ["site b, deepseek-inference"]


def test_ranges_of_both_regions_do_not_meet() -> None:
    found = ranges.facts([program.deployed("prod"), program.deployed("dr")])
    assert not [fact for fact in found if fact.level]
    assert ("us-east-1", "10.20.0.0/16") in {(fact.subject, fact.after) for fact in found}


def test_networks_that_overlap_are_blocked() -> None:
    moved = program.replaced(program.deployed("dr"), "aws:ec2/vpc:Vpc", ["llm-dr"], {"cidrBlock": "10.20.128.0/17"})
    (found,) = (fact for fact in ranges.facts([program.deployed(), moved]) if fact.level is Level.BLOCKED)
    assert (found.before, "10.20.0.0/16" in found.after) == ("", True)
