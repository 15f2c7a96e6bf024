"""The real program's own resources, as the engine would show them to the rules."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import engine
import wire
from rules._resource import Resource, Value, mapping

STACKS: Mapping[str, Mapping[str, Any] | None] = {"prod": None, "dr": engine.UPSTREAM}
"""The shipped stacks, and what each reads of its upstream."""


@cache
def estate(stack: str) -> tuple[Resource, ...]:
    """Return every resource of a shipped stack, in the order of registration."""
    requests = engine.run(stack, engine.values(stack), STACKS[stack]).requests
    resources = {urn: _resource(urn, request) for urn, request in requests.items()}
    return tuple(_with_default_tags(each, resources, requests[urn].provider) for urn, each in resources.items())


def _resource(urn: str, request: Any) -> Resource:
    return Resource(
        type=request.type,
        name=request.name,
        urn=urn,
        props=wire.plain(wire.sent(request.object)),
        protect=request.protect,
        provider=_urn(request.provider).rpartition("::")[2],
        references={key: tuple(found.urns) for key, found in request.propertyDependencies.items() if found.urns},
    )


def _urn(provider: str) -> str:
    """Return the URN of a provider reference, which ends in the provider's id."""
    return provider.rpartition("::")[0]


def _with_default_tags(resource: Resource, resources: Mapping[str, Resource], provider: str) -> Resource:
    """Return `resource` after the check of the AWS provider, which adds its default tags where a type has tags.

    A type that has none gets them as well here, which no rule reads.
    https://www.pulumi.com/registry/packages/aws/api-docs/provider/#defaulttags_yaml
    """
    if not resource.type.startswith("aws:"):
        return resource
    settings = resources[_urn(provider)].props["defaultTags"]  # nested settings of a provider are sent as JSON
    defaults: dict[str, Value] = json.loads(str(settings))["tags"]
    tags: dict[str, Value] = {**defaults, **mapping(resource.get("tags"))}
    return replace(resource, props={**resource.props, "tags": tags})
