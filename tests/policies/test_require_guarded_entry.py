import pytest
from rules._remedy import Path, edited
from rules._resource import UNKNOWN, Resource, Value
from rules._types import DISTRIBUTION, LISTENER

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-guarded-entry"
VERSION: Path = ("viewerCertificate", "minimumProtocolVersion")
VIEWERS: Path = ("defaultCacheBehavior", "viewerProtocolPolicy")
ORIGIN: Path = ("origins", 0, "customOriginConfig")
MUTATIONS = (
    changed(DISTRIBUTION, "llm-prod-entry", ("webAclId",), None),
    changed(DISTRIBUTION, "llm-prod-entry", VERSION, "TLSv1.1_2016"),
    changed(DISTRIBUTION, "llm-prod-entry", VIEWERS, "allow-all"),
    changed(DISTRIBUTION, "llm-prod-entry", (*ORIGIN, "originProtocolPolicy"), "match-viewer"),
    changed(DISTRIBUTION, "llm-prod-entry", (*ORIGIN, "originSslProtocols"), ["TLSv1.1", "TLSv1.2"]),
    changed(LISTENER, "llm-prod-a", ("sslPolicy",), "ELBSecurityPolicy-2016-08"),
    changed(LISTENER, "llm-dr-c", ("sslPolicy",), None, "dr"),
)
SOUND: dict[str, Value] = {
    "webAclId": "arn:aws:wafv2:acl",
    "viewerCertificate": {"minimumProtocolVersion": "TLSv1.2_2021"},
    "defaultCacheBehavior": {"viewerProtocolPolicy": "redirect-to-https"},
    "orderedCacheBehaviors": [{"viewerProtocolPolicy": "https-only"}],
    "origins": [
        {"customOriginConfig": {"originProtocolPolicy": "https-only", "originSslProtocols": ["TLSv1.2"]}},
        {"domainName": "bucket"},
    ],
}


def distribution(path: Path, value: Value) -> Resource:
    return resource(DISTRIBUTION, edited(SOUND, {path: value}))


def listener(protocol: Value, policy: Value = None) -> Resource:
    return resource(LISTENER, {"protocol": protocol, "sslPolicy": policy})


def test_holds() -> None:
    assert said(NAME, resource(DISTRIBUTION, SOUND), distribution(VERSION, "TLSv1.3_2025")) == []
    assert said(NAME, listener("TLS", "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"), listener("TCP")) == []


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (distribution(("webAclId",), None), "webAclId is not set"),
        (distribution(VERSION, None), "viewerCertificate.minimumProtocolVersion is None, must be"),
        (distribution(VIEWERS, "allow-all"), "defaultCacheBehavior.viewerProtocolPolicy is allow-all, must be https-o"),
        (distribution(("orderedCacheBehaviors", 0), {}), "orderedCacheBehaviors.viewerProtocolPolicy is None, must be"),
        (distribution((*ORIGIN, "originProtocolPolicy"), "http-only"), "origins.originProtocolPolicy is http-only"),
        (distribution((*ORIGIN, "originSslProtocols"), ["TLSv1"]), "origins.originSslProtocols has TLSv1"),
        (listener("HTTP"), "protocol is HTTP, must be encrypted"),
        (listener("TLS", "ELBSecurityPolicy-TLS-1-1-2017-01"), "sslPolicy is ELBSecurityPolicy-TLS-1-1-2017-01, must"),
    ],
    ids=range(8),
)
def test_fails(broken: Resource, message: str) -> None:
    ((outcome, found),) = said(NAME, broken)
    assert (outcome, found[: len(message)]) == ("fail", message)


def test_the_policies_are_settings() -> None:
    strict = listener("TLS", "ELBSecurityPolicy-TLS13-1-2-2021-06")
    assert len(said(NAME, strict, listener_policies=("ELBSecurityPolicy-TLS13-1-3",))) == 1
    assert len(said(NAME, resource(DISTRIBUTION, SOUND), viewer_policies=("TLSv1.3_2025",))) == 1


@pytest.mark.parametrize(
    ("blank", "path"),
    [
        (distribution(("webAclId",), UNKNOWN), "webAclId"),
        (distribution(VERSION, UNKNOWN), ".".join(map(str, VERSION))),
        (distribution((*ORIGIN, "originSslProtocols"), UNKNOWN), "origins.originSslProtocols"),
        (listener("TLS", UNKNOWN), "sslPolicy"),
        (listener(UNKNOWN), "protocol"),
    ],
    ids=range(5),
)
def test_unknown_is_undecided(blank: Resource, path: str) -> None:
    assert said(NAME, blank) == [("unknown", f"{path} is not known before the update")]
