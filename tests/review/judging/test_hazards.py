"""Each danger: whether it is one, how bad, what it says, and that harmless changes are none."""

import importlib.util
from pathlib import Path

import pytest

from review.assessment import Danger, Level
from review.judging.hazards import hazards
from review.judging.kinds import KINDS
from review.judging.updates import _RULES, Impact
from review.plan import Operation, Order, Step
from review.values import Mark, Value
from tests.review import program
from tests.review.samples import HERE, NODE_GROUP, change, plan, step, urn

KEY, CLUSTER, LOGS = "aws:kms/key:Key", "aws:eks/cluster:Cluster", "aws:cloudwatch/logGroup:LogGroup"
SCALED, RELEASE = "kubernetes:keda.sh/v1alpha1:ScaledObject", "kubernetes:helm.sh/v3:Release"
DEPLOYMENT, SCALER = "kubernetes:apps/v1:Deployment", "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
HOLD_DATA = [
    CLUSTER,
    KEY,
    LOGS,
    "aws:rds/instance:Instance",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:memorydb/cluster:Cluster",
    "aws:memorydb/multiRegionCluster:MultiRegionCluster",
    "aws:s3/bucket:Bucket",
    "aws:ebs/volume:Volume",
    "aws:ecr/repository:Repository",
    "aws:secretsmanager/secret:Secret",
    "aws:sqs/queue:Queue",
    "kubernetes:core/v1:PersistentVolumeClaim",
    "kubernetes:core/v1:Namespace",
]


def _only(*steps: Step) -> Danger:
    (found,) = hazards(plan(*steps))
    return found.danger


@pytest.mark.parametrize("token", HOLD_DATA)
@pytest.mark.parametrize("operation", [Operation.DELETE, Operation.REPLACE])
def test_what_holds_data_is_blocked_whichever_way_it_goes(token: str, operation: Operation) -> None:
    found = _only(step(operation, token))
    assert (found.level, found.stateful) == (Level.BLOCKED, True)
    assert found.consequence.startswith("It loses ")
    assert found.avoid


@pytest.mark.parametrize("token", ["aws:ec2/natGateway:NatGateway", "aws:lb/loadBalancer:LoadBalancer", DEPLOYMENT])
def test_what_serves_needs_care(token: str) -> None:
    found = _only(step(Operation.DELETE, token))
    assert (found.level, found.stateful) == (Level.CARE, False)


@pytest.mark.parametrize("token", ["aws:new/thing:Thing", "kubernetes:new.io/v1:Thing", "random:index/pet:Pet"])
def test_an_unknown_type_needs_care_and_nothing_is_claimed_of_it(token: str) -> None:
    found = _only(step(Operation.DELETE, token))
    assert (found.level, found.stateful) == (Level.CARE, False)
    assert "look up what it holds" in found.avoid.lower()


def test_only_delete_first_leaves_a_gap_and_its_length_is_said_to_be_a_guess() -> None:
    first, last = (
        _only(step(Operation.REPLACE, "aws:ec2/natGateway:NatGateway", order=order)).consequence
        for order in (Order.CREATE_FIRST, Order.DELETE_FIRST)
    )
    assert "no gap" in first
    assert "a gap of about 5 min by our estimate" in last


def test_the_property_that_forces_a_replacement_can_be_ignored_instead() -> None:
    forced = change("bucket", "old", "new", forces_replacement=True)
    found = _only(step(Operation.REPLACE, "aws:s3/bucket:Bucket", changes=(forced, change("tags.a", "1", "2"))))
    assert 'ignore_changes=["bucket"]' in found.avoid


@pytest.mark.parametrize("token", ["inference-platform:compute:Cluster", "pulumi:providers:aws"])
def test_components_and_providers_are_no_dangers(token: str) -> None:
    assert not hazards(plan(step(Operation.DELETE, token, custom=not token.startswith("inference"))))


def test_creating_a_stack_has_no_danger() -> None:
    assert not hazards(program.created())


def test_a_stack_with_nothing_to_do_has_no_danger() -> None:
    assert not hazards(program.deployed())


@pytest.mark.parametrize(
    ("token", "path", "before", "after", "level", "impact"),
    [
        (CLUSTER, "version", "1.35", "1.36", Level.CARE, Impact.DISRUPTS),
        (CLUSTER, "deletionProtection", True, False, Level.CARE, Impact.NONE),
        (NODE_GROUP, "launchTemplate.version", "1", Mark.UNKNOWN, Level.CARE, Impact.DISRUPTS),
        (NODE_GROUP, "scalingConfig.minSize", 3, 2, Level.CARE, Impact.NONE),
        (DEPLOYMENT, "spec.template.spec.containers[0].image", "a:1", "a:2", Level.CARE, Impact.ROLLS),
        (SCALER, "spec.minReplicas", 2, 1, Level.CARE, Impact.NONE),
        (SCALER, "spec.maxReplicas", 6, 4, Level.CARE, Impact.NONE),
        (SCALED, "spec.minReplicaCount", 2, 1, Level.CARE, Impact.NONE),
        (SCALED, "spec.maxReplicaCount", 6, 4, Level.CARE, Impact.NONE),
        (SCALED, "spec.fallback.replicas", 3, 2, Level.CARE, Impact.NONE),
        (SCALED, "spec.fallback.behavior", "currentReplicas", "static", Level.CARE, Impact.NONE),
        (RELEASE, "version", "2.20.2", "2.21.0", Level.CARE, Impact.ROLLS),
        (RELEASE, "values.operator.replicaCount", 2, 3, Level.CARE, Impact.ROLLS),
        ("kubernetes:policy/v1:PodDisruptionBudget", "spec.maxUnavailable", 1, 2, Level.CARE, Impact.NONE),
        (LOGS, "retentionInDays", 90, 30, Level.BLOCKED, Impact.NONE),
        (KEY, "isEnabled", True, False, Level.BLOCKED, Impact.DISRUPTS),
        ("aws:rds/instance:Instance", "instanceClass", "db.r7g.large", "db.r7g.xlarge", Level.CARE, Impact.NONE),
        ("aws:rds/instance:Instance", "backupRetentionPeriod", 7, 0, Level.BLOCKED, Impact.NONE),
        ("aws:memorydb/cluster:Cluster", "numShards", 2, 1, Level.CARE, Impact.NONE),
        ("aws:elasticache/replicationGroup:ReplicationGroup", "multiAzEnabled", True, False, Level.CARE, Impact.NONE),
        ("aws:s3/bucket:Bucket", "forceDestroy", False, True, Level.CARE, Impact.NONE),
        (
            "aws:globalaccelerator/endpointGroup:EndpointGroup",
            "trafficDialPercentage",
            100,
            0,
            Level.CARE,
            Impact.ROLLS,
        ),
    ],
)
def test_updates_that_stop_or_weaken_service(
    token: str, path: str, before: Value, after: Value, level: Level, impact: Impact
) -> None:
    (found,) = hazards(plan(step(Operation.UPDATE, token, changes=(change(path, before, after),))))
    assert (found.danger.level, found.impact) == (level, impact)


@pytest.mark.parametrize(
    ("token", "path", "before", "after"),
    [
        (NODE_GROUP, "tags.owner", "a", "b"),
        (NODE_GROUP, "scalingConfig.minSize", 2, 3),
        (NODE_GROUP, "scalingConfig.maxSize", 8, 9),
        (SCALER, "spec.maxReplicas", 6, 7),
        (SCALER, "spec.minReplicas", 2, 3),
        (SCALED, "spec.maxReplicaCount", 6, 7),
        (SCALED, "spec.fallback.replicas", 2, 3),
        (RELEASE, "timeout", 300, 600),
        (CLUSTER, "enabledClusterLogTypes[4]", Mark.ABSENT, "api"),
        (CLUSTER, "versions", "1", "2"),
        (LOGS, "retentionInDays", 30, 90),
        (DEPLOYMENT, "metadata.labels.a", "1", "2"),
        ("kubernetes:policy/v1:PodDisruptionBudget", "spec.maxUnavailable", 2, 1),
        ("aws:rds/instance:Instance", "deletionProtection", False, True),
    ],
)
def test_harmless_updates(token: str, path: str, before: Value, after: Value) -> None:
    assert not hazards(plan(step(Operation.UPDATE, token, changes=(change(path, before, after),))))


def test_a_change_that_nobody_wrote_is_no_danger() -> None:
    assert not hazards(plan(step(Operation.UPDATE, CLUSTER, changes=(change("version", "1", "2", computed=True),))))


@pytest.mark.parametrize("strategy", [{"type": "Recreate"}, {"rollingUpdate": {"maxUnavailable": "100%"}}])
def test_a_deployment_that_stops_all_pods_first_disrupts(strategy: dict[str, Value]) -> None:
    inputs: dict[str, Value] = {"spec": {"strategy": strategy}}
    (found,) = hazards(
        plan(step(Operation.UPDATE, DEPLOYMENT, before=inputs, changes=(change("spec.template.a", 1, 2),)))
    )
    assert found.impact is Impact.DISRUPTS


def test_taking_protect_off_is_said_even_where_nothing_else_changes() -> None:
    kept = step(Operation.SAME, KEY, protect=True)
    assert kept.before
    freed = step(Operation.SAME, KEY)
    assert not hazards(plan(kept))
    found = _only(
        type(kept)(
            urn=kept.urn, type=KEY, name=kept.name, operation=Operation.SAME, before=kept.before, after=freed.after
        )
    )
    assert "protect is taken off" in found.consequence.lower()


def test_a_launch_template_speaks_only_where_its_node_group_does_not_roll() -> None:
    group = step(Operation.SAME)
    changed = (change("userData", "a", "b"),)
    template = step(Operation.UPDATE, TEMPLATE, changes=changed, dependents=(group.urn,))
    assert "until something rolls the group" in _only(template, group).consequence
    rolling = step(Operation.UPDATE, changes=(change("launchTemplate.version", "1", Mark.UNKNOWN),))
    assert _only(template, rolling).step.type == NODE_GROUP
    assert not hazards(
        plan(step(Operation.UPDATE, TEMPLATE, changes=(change("tags.a", "1", "2"),), dependents=(group.urn,)))
    )


def test_a_rename_is_recognised_and_its_alias_given() -> None:
    old = step(
        Operation.DELETE,
        KEY,
        "llm-prod-a",
        before={"description": "disks of llm-prod-a", "tags": {"Name": "llm-prod-a"}},
    )
    new = step(
        Operation.CREATE,
        KEY,
        "llm-prod-east",
        after={"description": "disks of llm-prod-east", "tags": {"Name": "llm-prod-east"}},
    )
    found = _only(old, new)
    assert found.level is Level.BLOCKED
    assert "renamed to llm-prod-east" in found.avoid
    assert "aliases=[pulumi.Alias(name='llm-prod-a')]" in found.avoid
    assert urn(KEY, "llm-prod-a") in found.avoid


def test_names_that_the_engine_makes_up_do_not_hide_a_rename() -> None:
    old = step(Operation.DELETE, "aws:sqs/queue:Queue", "jobs", before={"name": "jobs-1a2b3c4", "fifo": True})
    new = step(Operation.CREATE, "aws:sqs/queue:Queue", "work", after={"name": "work-9f8e7d6", "fifo": True})
    assert "renamed to work" in _only(old, new).avoid


def test_inputs_that_are_not_known_yet_do_not_hide_a_rename_if_it_is_the_only_one() -> None:
    old = step(Operation.DELETE, KEY, "one", before={"policy": "p", "description": "d"})
    new = step(Operation.CREATE, KEY, "two", after={"policy": Mark.UNKNOWN, "description": "d"})
    assert "renamed to two" in _only(old, new).avoid
    other = step(Operation.CREATE, KEY, "three", after={"policy": Mark.UNKNOWN, "description": "d"})
    assert "renamed" not in _only(old, new, other).avoid


def test_resources_that_differ_are_no_rename() -> None:
    old = step(Operation.DELETE, KEY, "one", before={"description": "d"})
    new = step(Operation.CREATE, KEY, "two", after={"description": "e"})
    assert "renamed" not in _only(old, new).avoid


def test_a_node_group_disrupts_its_site_in_any_order() -> None:
    (found,) = hazards(plan(step(Operation.REPLACE, NODE_GROUP, order=Order.CREATE_FIRST, place=HERE)))
    assert found.impact is Impact.DISRUPTS


def _sdk(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec
    assert spec.origin
    return Path(spec.origin).parent


@pytest.mark.parametrize("token", sorted({*KINDS, *_RULES} - {SCALED}))
def test_every_type_of_the_tables_is_one_of_the_providers(token: str) -> None:
    package = "pulumi_aws" if token.startswith("aws:") else "pulumi_kubernetes"
    module = token.split(":")[1].split("/", maxsplit=1)[0]
    folder = _sdk(package) / module if package == "pulumi_aws" else _sdk(package) / module.split(".")[0]
    assert any(token in path.read_text() for path in folder.rglob("*.py")), token


def test_a_kind_that_no_provider_knows_is_one_of_the_program() -> None:
    assert SCALED in {each.type for each in program.deployed().steps}


def test_every_type_with_rules_for_updates_is_known() -> None:
    assert not {*_RULES} - {*KINDS} - {"aws:s3/bucketVersioning:BucketVersioning"}
