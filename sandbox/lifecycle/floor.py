"""The floor of a preview: the same resources as a stack's, registered flat, with no program around them."""

import json
from collections.abc import Callable
from typing import Any, cast

import pulumi

AWS, KUBERNETES = "pulumi:providers:aws", "pulumi:providers:kubernetes"
STACK = "pulumi:pulumi:Stack"
_SIGNATURE = "4dabf18193072939515e22adb298388d"


def flat_program(resources: list[dict[str, Any]]) -> Callable[[], None]:
    """A program that registers every resource of a state, the custom ones with their recorded inputs.

    The Kubernetes providers get a kubeconfig that the preview cannot know, as they have in the real program, where it
    comes from a cluster that is still to be made: otherwise the floor would ask API servers and the program would not.
    """
    custom = [resource for resource in resources if resource.get("custom")]

    def run() -> None:
        for component in resources:
            if not component.get("custom") and component["type"] != STACK:
                pulumi.ComponentResource(component["type"], _name(component))
        providers = {r["urn"]: _provider(r) for r in custom if r["type"] == AWS}
        clusters = [_register(r, providers) for r in custom if r["type"] == "aws:eks/cluster:Cluster"]
        unknown = clusters[0].id
        providers |= {r["urn"]: _provider(r, kubeconfig=unknown) for r in custom if r["type"] == KUBERNETES}
        for resource in custom:
            if not resource["type"].startswith("pulumi:") and resource["type"] != "aws:eks/cluster:Cluster":
                _register(resource, providers)

    return run


def _provider(resource: dict[str, Any], **overrides: Any) -> pulumi.ProviderResource:
    package = resource["type"].removeprefix("pulumi:providers:")
    inputs = {key: value for key, value in resource.get("inputs", {}).items() if key != "version"}
    options = pulumi.ResourceOptions(version=resource.get("inputs", {}).get("version"))
    return pulumi.ProviderResource(package, _name(resource), inputs | overrides, options)


def _register(resource: dict[str, Any], providers: dict[str, pulumi.ProviderResource]) -> pulumi.CustomResource:
    provider = providers.get(resource.get("provider", "").rsplit("::", 1)[0])
    inputs = {key: sent(value) for key, value in resource.get("inputs", {}).items() if not key.startswith("__")}
    options = pulumi.ResourceOptions(provider=provider)
    return pulumi.CustomResource(resource["type"], _name(resource), inputs, options)


def sent(value: Any) -> Any:
    """An input as a program would give it: what the state marks as secret, in plain text, is a secret again."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        if _SIGNATURE in fields:
            return pulumi.Output.secret(json.loads(fields["plaintext"]))
        return {key: sent(each) for key, each in fields.items()}
    return [sent(each) for each in cast("list[Any]", value)] if isinstance(value, list) else value


def _name(resource: dict[str, Any]) -> str:
    return resource["urn"].rsplit("::", maxsplit=1)[-1]
