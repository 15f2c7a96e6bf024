"""The pack as the engine is served, and what the engine sends."""

import json
from collections.abc import Callable, Mapping
from datetime import date

from analyzer import Analyzer
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import proto
from rules._resource import Resource, Value

from tests.policies.samples import cluster, urn

UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How the engine sends a text that it does not know yet."""

SUBNET = "aws:ec2/subnet:Subnet"


Make = Callable[..., Analyzer]
TODAY = date(2026, 11, 21)


def environment(stack: str = "prod", role: str = "primary") -> dict[str, str]:
    """Return what the engine sets for the pack of a stack."""
    config = {"inference-platform:platform": json.dumps({"role": role})}
    return {"PULUMI_PROJECT": "inference-platform", "PULUMI_STACK": stack, "PULUMI_CONFIG": json.dumps(config)}


def struct(props: Mapping[str, Value]) -> Struct:
    return ParseDict(dict(props), Struct())


def cluster_request(**changes: Value) -> proto.AnalyzeRequest:
    sample = cluster(**changes)
    return proto.AnalyzeRequest(
        type=sample.type,
        name="a",
        urn=sample.urn,
        properties=struct(sample.props),
        options=proto.AnalyzerResourceOptions(protect=True),
    )


def told(response: proto.AnalyzeResponse) -> list[tuple[str, str, str]]:
    return [
        (it.policyName, proto.EnforcementLevel.Name(it.enforcementLevel), it.message) for it in response.diagnostics
    ]


def shown(stack: proto.AnalyzeStackRequest, resource: Resource, servicer: Analyzer) -> list[tuple[str, str, str]]:
    """Show a resource as a preview of a new stack does: inputs to resource validation, no outputs to the stack's."""
    request = proto.AnalyzeRequest(
        type=resource.type, name=resource.name, urn=resource.urn, properties=struct(resource.props),
        options=proto.AnalyzerResourceOptions(protect=resource.protect), provider=provider(resource),
    )  # fmt: skip
    listed = stack.resources.add(
        type=resource.type, name=resource.name, urn=resource.urn, options=request.options, provider=request.provider
    )
    for key, urns in resource.references.items():
        listed.propertyDependencies[key].urns.extend(urns)
    return told(servicer.Analyze(request, None))


def provider(resource: Resource) -> proto.AnalyzerProviderResource | None:
    if not resource.provider:
        return None
    kind = f"pulumi:providers:{resource.type.partition(':')[0]}"
    return proto.AnalyzerProviderResource(type=kind, name=resource.provider, urn=urn(kind, resource.provider))
