from rules._stack import by_cluster, of_type, sources, users
from rules._types import CLUSTER, DEPLOYMENT, DISRUPTION_BUDGET, KEY

from tests.policies.samples import linked, resource

OBJECTS = [
    resource(DEPLOYMENT, {}, "a-pods", provider="a"),
    resource(DEPLOYMENT, {}, "b-pods", provider="b"),
    resource(DISRUPTION_BUDGET, {}, "a-budget", provider="a"),
]


def test_resources_of_types_keep_their_order() -> None:
    assert of_type(OBJECTS, DISRUPTION_BUDGET, DEPLOYMENT) == OBJECTS
    assert of_type(OBJECTS, DISRUPTION_BUDGET) == OBJECTS[2:]


def test_a_cluster_has_the_objects_of_its_provider_and_no_aws_resource() -> None:
    found = by_cluster([*OBJECTS, resource(KEY, {}, provider="aws-us-east-1")])
    assert {name: [each.name for each in objects] for name, objects in found.items()} == {
        "a": ["a-pods", "a-budget"],
        "b": ["b-pods"],
    }


def test_sources_of_an_input_are_found_by_its_references() -> None:
    keys = [resource(KEY, {}, "one"), resource(KEY, {}, "two")]
    cluster = linked(resource(CLUSTER, {}), encryptionConfig=keys[1])
    assert sources(cluster, "encryptionConfig", [*keys, cluster]) == [keys[1]]
    assert sources(cluster, "vpcConfig", keys) == []


def test_users_of_a_resource_are_found_by_their_references() -> None:
    keys = [resource(KEY, {}, "one"), resource(KEY, {}, "two")]
    cluster = linked(resource(CLUSTER, {}), encryptionConfig=keys[1])
    assert users(keys[1], "encryptionConfig", [*keys, cluster]) == [cluster]
    assert users(keys[0], "encryptionConfig", [cluster]) == []
    assert users(keys[1], "vpcConfig", [cluster]) == []
