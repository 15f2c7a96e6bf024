import gzip
from collections import Counter
from pathlib import Path

import pytest

from review.plan import Diagnostic, Operation, Order, Outcome, Plan
from review.reading.events import EventLogError, from_json, plan_of, read
from review.values import Mark
from tests.review import recordings, samples
from tests.review.recordings import preview


def counts(plan: Plan) -> Counter[str]:
    return Counter(step.operation.value for step in plan.steps)


def changes(plan: Plan) -> dict[str, list[tuple[object, ...]]]:
    return {
        f"{step.type.rpartition(':')[2]} {step.name}": [(c.path, c.before, c.after) for c in step.changes]
        for step in plan.changed
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("first-creation", {"create": 186}),
        ("nothing-changed", {"same": 186}),
        ("one-more-replica", {"same": 182, "update": 4}),
        ("other-reserved-gpu", {"same": 182, "replace": 4}),
        ("other-spot-gpu", {"same": 184, "replace": 2}),
        ("public-cidr", {"same": 184, "update": 2}),
        ("vpc-cidr", {"same": 136, "update": 3, "replace": 47}),
        ("no-reservation", {"same": 184, "delete": 2}),
        ("drift", {"same": 184, "update": 1, "delete": 1}),
        ("dr-first-creation", {"create": 124, "read": 1}),
    ],
)
def test_counts_are_those_of_the_engine_with_a_replacement_counted_once(name: str, expected: dict[str, int]) -> None:
    plan = preview(name)
    assert counts(plan) == expected
    assert plan.kept == expected.get("same", 0)
    assert len({step.urn for step in plan.steps}) == len(plan.steps)
    assert plan.policy_packs == {"inference-platform": "0.1.0"} or name == "drift"
    assert plan.seconds > 0


def test_one_more_replica_says_what_is_raised() -> None:
    nodes, replicas = [("scalingConfig.minSize", 2, 3)], [("spec.minReplicas", 2, 3)]
    assert changes(preview("one-more-replica")) == {
        "NodeGroup llm-prod-a-spot": nodes,
        "NodeGroup llm-prod-b-spot": nodes,
        "HorizontalPodAutoscaler llm-prod-a-inference": replicas,
        "HorizontalPodAutoscaler llm-prod-b-inference": replicas,
    }


def test_a_new_public_cidr_is_one_more_in_the_list() -> None:
    more = [("vpcConfig.publicAccessCidrs[1]", Mark.ABSENT, "198.51.100.0/24")]
    assert changes(preview("public-cidr")) == {"Cluster llm-prod-a": more, "Cluster llm-prod-b": more}


def test_another_gpu_type_replaces_nodes_delete_first_and_reservations_create_first() -> None:
    plan = preview("other-reserved-gpu")
    assert {(step.type.rpartition(":")[2], step.order) for step in plan.changed} == {
        ("NodeGroup", Order.DELETE_FIRST),
        ("CapacityReservation", Order.CREATE_FIRST),
    }
    for step in plan.changed:
        (reason,) = step.reasons
        assert (reason.before, reason.after) == ("p5en.48xlarge", "p5e.48xlarge")
        assert reason.path in {"instanceTypes[0]", "instanceType"}
        assert step.before
        assert step.after
        assert step.before.id
        assert not step.after.id


def test_a_new_vpc_cidr_replaces_the_network_and_the_nodes_with_it() -> None:
    plan = preview("vpc-cidr")
    (vpc,) = (step for step in plan.changed if step.type == "aws:ec2/vpc:Vpc")
    assert [(c.path, c.before, c.after) for c in vpc.reasons] == [("cidrBlock", "10.20.0.0/16", "10.22.0.0/16")]
    replaced = Counter(step.type.rpartition(":")[2] for step in plan.changed if step.operation is Operation.REPLACE)
    assert replaced["NodeGroup"] == 6
    assert replaced["Subnet"] == 8
    dependents = {urn.rpartition("::")[2] for urn in vpc.dependents}
    assert {"llm-prod-a-spot", "llm-prod-b-inference"} <= dependents
    nodes = next(step for step in plan.changed if step.name == "llm-prod-a-spot")
    assert [(c.path, c.after, c.computed) for c in nodes.reasons] == [("subnetIds[0]", Mark.UNKNOWN, False)]


def test_a_deletion_keeps_what_was_there() -> None:
    plan = preview("no-reservation")
    assert {(step.operation, step.name, step.after) for step in plan.changed} == {
        (Operation.DELETE, "llm-prod-a-reserved", None),
        (Operation.DELETE, "llm-prod-b-reserved", None),
    }
    assert all(step.before and step.before.inputs["instanceType"] == "p5en.48xlarge" for step in plan.changed)


def test_drift_is_told_as_a_refresh_found_it() -> None:
    assert changes(preview("drift")) == {
        "Vpc llm-prod": [("tags.owner", "platform-team", "somebody-else")],
        "Route llm-prod-a-public": [],
    }


@pytest.mark.parametrize("name", ["first-creation", "nothing-changed", "dr-nothing-changed"])
def test_components_and_the_stack_are_not_custom(name: str) -> None:
    for step in preview(name).steps:
        assert step.custom == (
            not step.type.startswith("inference-platform:") and step.type != "pulumi:pulumi:Stack"
        ), step.urn


def test_what_a_first_preview_can_not_know_is_unknown() -> None:
    plan = preview("first-creation")
    (nodes,) = (step for step in plan.steps if step.type == samples.NODE_GROUP and step.name == "llm-prod-a-spot")
    assert nodes.after
    assert nodes.after.inputs["nodeRoleArn"] is Mark.UNKNOWN
    assert nodes.after.inputs["subnetIds"] == [Mark.UNKNOWN]
    assert [(it.rule, it.outcome) for it in plan.policies] == [("require-secrets-encryption", Outcome.UNKNOWN)] * 2
    assert {it.message for it in plan.policies} == {
        f"llm-prod-{site}: encryptionConfig.provider.keyArn is not known before the update" for site in "ab"
    }


def test_outputs_are_taken_from_where_the_step_ended() -> None:
    (site,) = (s for s in preview("nothing-changed").steps if s.type.endswith(":Site") and s.name == "llm-prod-a")
    assert site.after
    assert site.after.outputs == {"cluster": "llm-prod-a"}


def test_a_preview_that_failed_says_why() -> None:
    plan = preview("wrong-setting")
    assert counts(plan) == {"same": 1}
    first = plan.diagnostics[0]
    assert first.severity == "error"
    assert first.message.startswith("platform.nodes.spot: Value error, instance_types ['p6-b200.48xlarge'] not of")


@pytest.mark.parametrize("name", [*recordings.CREATIONS, *recordings.CHANGES])
def test_warnings_about_the_machine_are_no_diagnostics_of_the_change(name: str) -> None:
    assert preview(name).diagnostics == ()


@pytest.mark.parametrize(
    ("message", "level", "expected"),
    [
        ("llm: no IMDSv2\n", "mandatory", ("account", Outcome.FAIL, "llm: no IMDSv2")),
        ("llm: no IMDSv2", "advisory", ("account", Outcome.WARN, "llm: no IMDSv2")),
        ("[unknown] llm: not known", "mandatory", ("account", Outcome.UNKNOWN, "llm: not known")),
        ("[unknown] E2 require-keys: a: not known", "advisory", ("require-keys", Outcome.UNKNOWN, "a: not known")),
        (
            "[waived: ops until 2027-01-31] E2 require-keys: a: none (reason: r)", "advisory",
            ("require-keys", Outcome.WAIVED, "[waived: ops until 2027-01-31] a: none (reason: r)"),
        ),
        ("can't run policy 'p' from policy pack 'k@v1' during preview: x", "advisory", ("account", Outcome.UNKNOWN, "x")),
    ],
)  # fmt: skip
def test_a_policy_fails_warns_can_not_tell_or_is_waived(
    message: str, level: str, expected: tuple[str, Outcome, str]
) -> None:
    urn = samples.urn(samples.NODE_GROUP, "it")
    raw = {"message": message, "enforcementLevel": level, "policyName": "account", "resourceUrn": urn}
    (result,) = plan_of("prod", [from_json({"policyEvent": raw})] * 2).policies
    assert (result.rule, result.outcome, result.message) == expected
    assert result.urn == urn


def test_policy_results_stand_in_one_order_whatever_the_engine_asked_first() -> None:
    said = [
        from_json({"policyEvent": {"message": message, "enforcementLevel": "mandatory", "policyName": name}})
        for message, name in (("O12: a balancer", "require-balancer-protection"), ("E12: a", "require-deletion-protection"))
    ]  # fmt: skip
    for each in (said, said[::-1]):
        rules = [it.rule for it in plan_of("prod", each).policies]
        assert rules == ["require-deletion-protection", "require-balancer-protection"]


def test_a_policy_of_the_stack_is_of_no_resource() -> None:
    urn = "urn:pulumi:prod::inference-platform::pulumi:pulumi:Stack::inference-platform-prod"
    event = from_json({"policyEvent": {"message": "zones", "policyName": "require-zones", "resourceUrn": urn}})
    assert [it.urn for it in plan_of("prod", [event]).policies] == [""]


def test_only_errors_and_warnings_are_kept_once_and_without_secrets() -> None:
    error = {"severity": "error", "message": "login password=c4nary failed\n", "urn": "u"}
    said = [error, error, {**error, "severity": "info"}, {**error, "ephemeral": True}]
    plan = plan_of("prod", [from_json({"diagnosticEvent": each}) for each in said])
    assert plan.diagnostics == (Diagnostic(severity="error", message="login password=[secret] failed", urn="u"),)


@pytest.mark.parametrize(
    "line",
    [
        '{"resourcePreEvent": {"metadata": {"op": "no-such-op"}}}',
        '{"resourcePreEvent": {',
        '{"summaryEvent": "x"}',
        "[]",
    ],
)
def test_a_line_that_is_no_event_is_said_by_its_number(tmp_path: Path, line: str) -> None:
    log = tmp_path / "events.jsonl"
    log.write_text(f'{{"sequence": 1, "cancelEvent": {{}}}}\n\n{line}\n')
    with pytest.raises(
        EventLogError, match=r"^events\.jsonl, line 3: no event of the engine \(.*run the preview again"
    ):
        read(log)


def test_a_log_may_be_compressed(tmp_path: Path) -> None:
    line = b'{"diagnosticEvent": {"severity": "error", "message": "m"}}\n'
    plain, packed = tmp_path / "e.jsonl", tmp_path / "e.jsonl.gz"
    plain.write_bytes(line)
    packed.write_bytes(gzip.compress(line))
    assert plan_of("prod", read(plain)) == plan_of("prod", read(packed))


def test_no_events_are_an_empty_plan() -> None:
    assert plan_of("prod", []) == Plan(stack="prod", steps=())
