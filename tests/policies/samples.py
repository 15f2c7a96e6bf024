"""Resources as rules see them: each builder makes one that passes, and a test changes what it is about."""

from collections.abc import Mapping
from dataclasses import replace

from rules import ALL
from rules._resource import Resource, Value
from rules._rule import AnyRule, Finding


def rule(name: str) -> AnyRule:
    return next(each for each in ALL if each.name == name)


def judged(name: str, *resources: Resource, **settings: int | tuple[str, ...]) -> list[Finding]:
    return list(rule(name).evaluate(resources, settings))


def said(name: str, *resources: Resource, **settings: int | tuple[str, ...]) -> list[tuple[str, str]]:
    """Return outcome and message of each finding."""
    return [(it.outcome.value, it.message) for it in judged(name, *resources, **settings)]


def resource(
    token: str, props: Mapping[str, Value], name: str = "it", *, protect: bool = False, provider: str = ""
) -> Resource:
    return Resource(type=token, name=name, urn=urn(token, name), props=props, protect=protect, provider=provider)


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:prod::inference-platform::{token}::{name}"


def linked(user: Resource, **targets: Resource) -> Resource:
    """Return `user` with the values of these inputs coming from `targets`."""
    return replace(user, references={key: (target.urn,) for key, target in targets.items()})


def cluster(**changes: Value) -> Resource:
    props: dict[str, Value] = {
        "name": "a",
        "version": "1.36",
        "vpcConfig": {
            "endpointPrivateAccess": True,
            "endpointPublicAccess": True,
            "publicAccessCidrs": ["203.0.113.0/24"],
        },
        "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
        "zonalShiftConfig": {"enabled": True},
        "deletionProtection": True,
        "encryptionConfig": {"provider": {"keyArn": "arn:aws:kms:key"}, "resources": ["secrets"]},
        "enabledClusterLogTypes": [
            "api",
            "audit",
            "authenticator",
            "controllerManager",
            "scheduler",
        ],
        "tags": {"owner": "platform", "site": "a", "cost": "inference"},
    }
    return resource("aws:eks/cluster:Cluster", props | changes, protect=True)
