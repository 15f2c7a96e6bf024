"""N1: every machine asks for a session token at its metadata service."""

from collections.abc import Iterator

from rules._remedy import Edits, Remedy
from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._setting import WholeNumber
from rules._types import INSTANCE, LAUNCH_TEMPLATE, NODE_GROUP

# One hop for the machine and one for a container behind its bridge; AWS's own advice for containers. EC2 takes 1 to 64:
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplateInstanceMetadataOptionsRequest.html
_MAX_HOPS = WholeNumber(name="max_hops", what="most hops of a metadata answer", default=2, minimum=1, maximum=64)
_TOKENS = ("metadataOptions", "httpTokens")
_HOPS = ("metadataOptions", "httpPutResponseHopLimit")


def _check(resource: Resource, *, max_hops: int) -> Iterator[Finding]:
    if resource.type == NODE_GROUP:
        yield from _check_group(resource)
        return
    yield from _check_tokens(resource)
    yield from _check_hops(resource, max_hops)


def _check_group(group: Resource) -> Iterator[Finding]:
    template = group.get("launchTemplate")
    if template is UNKNOWN:
        yield undecided(group, "launchTemplate")
    elif template is None:
        yield failure(group, "has no launch template, so nothing requires IMDSv2 of its nodes")


def _check_tokens(resource: Resource) -> Iterator[Finding]:
    tokens = resource.get(*_TOKENS)
    if tokens is UNKNOWN:
        yield undecided(resource, *_TOKENS)
    elif tokens != "required":
        yield failure(resource, f"metadataOptions.httpTokens is {tokens or 'not set'}, must be required")


def _check_hops(resource: Resource, most: int) -> Iterator[Finding]:
    hops = resource.get(*_HOPS)
    if hops is UNKNOWN:
        yield undecided(resource, *_HOPS)
    elif isinstance(hops, int | float) and hops > most:
        yield failure(
            resource,
            f"metadataOptions.httpPutResponseHopLimit is {hops:g}, must be at most {most}",
        )


def _edits(resource: Resource, *, max_hops: int) -> Edits:
    if resource.type == NODE_GROUP:
        return {}  # setting an input makes no launch template
    hops = resource.get(*_HOPS)
    too_many = isinstance(hops, int | float) and hops > max_hops
    return {_TOKENS: "required", **({_HOPS: max_hops} if too_many else {})}


RULE = ResourceRule(
    id="N1",
    name="require-imdsv2",
    severity=Severity.HIGH,
    what="Launch templates and instances require IMDSv2, with as few hops as a container needs.",
    why="With IMDSv1 any request that a service can be tricked into making reads the node's credentials.",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
    fix="Set metadataOptions to {httpTokens: required, httpPutResponseHopLimit: 2} on the launch template.",
    settings=(_MAX_HOPS,),
    remedy=Remedy(what="Sets httpTokens to required, and a higher hop limit to the highest allowed.", edits=_edits),
    matches={LAUNCH_TEMPLATE, INSTANCE, NODE_GROUP}.__contains__,
    check=_check,
)
