"""One broken property breaks its own rule and no other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from rules import ALL
from rules._resource import Resource, Value
from rules._rule import Outcome

from tests.policies.estate import estate


@dataclass(frozen=True, slots=True)
class Mutation:
    """A property of one resource set to a bad value; no path means its protect option."""

    rule: str
    target: str
    path: tuple[str, ...]
    value: Value


MUTATIONS = (
    Mutation("require-distinct-zones", "subnet-b", ("availabilityZone",), "us-east-1a"),
    Mutation("require-gpu-capacity", "gpu-SPOT", ("taints",), []),
    Mutation("require-gpu-capacity", "gpu-SPOT", ("capacityType",), "ON_DEMAND"),
    Mutation(
        "forbid-open-cluster-endpoint",
        "cluster",
        ("vpcConfig", "publicAccessCidrs"),
        ["0.0.0.0/0"],
    ),
    Mutation("require-secrets-encryption", "cluster", ("encryptionConfig", "resources"), []),
    Mutation("require-control-plane-logs", "cluster", ("enabledClusterLogTypes",), ["api"]),
    Mutation("require-imdsv2", "template", ("metadataOptions", "httpTokens"), "optional"),
    Mutation("require-imdsv2", "template", ("metadataOptions", "httpPutResponseHopLimit"), 3),
    Mutation("require-imdsv2", "gpu-SPOT", ("launchTemplate",), None),
    Mutation("require-disk-encryption", "template", ("blockDeviceMappings",), [{"ebs": {}}]),
    Mutation("require-protection", "key", (), None),
    Mutation("require-tags", "key", ("tags", "cost"), None),
    Mutation("require-spare-replicas", "scaler", ("spec", "minReplicas"), 1),
    Mutation("require-spare-replicas", "budget", ("spec", "maxUnavailable"), 0),
    Mutation("require-spare-replicas", "budget", ("spec", "selector"), None),
)


def test_every_rule_holds_on_the_sound_estate() -> None:
    assert failing(list(estate().values())) == set()


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_only_its_own_rule_fails(mutation: Mutation) -> None:
    resources = estate()
    resources[mutation.target] = broken(resources[mutation.target], mutation)
    assert failing(list(resources.values())) == {mutation.rule}


def test_every_rule_has_a_mutation() -> None:
    assert {mutation.rule for mutation in MUTATIONS} == {rule.name for rule in ALL}


def failing(resources: Sequence[Resource]) -> set[str]:
    return {rule.name for rule in ALL for finding in rule.evaluate(resources) if finding.outcome is Outcome.FAIL}


def broken(resource: Resource, mutation: Mutation) -> Resource:
    if not mutation.path:
        return replace(resource, protect=False)
    return replace(resource, props=with_value(dict(resource.props), mutation.path, mutation.value))


def with_value(props: dict[str, Value], path: tuple[str, ...], value: Value) -> dict[str, Value]:
    head, *rest = path
    if not rest:
        return {**props, head: value}
    below = props.get(head)
    return {**props, head: with_value(below if isinstance(below, dict) else {}, tuple(rest), value)}
