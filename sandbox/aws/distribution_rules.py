"""What CloudFront refuses of a distribution and moto lets pass."""

from fnmatch import fnmatch
from typing import Any

from sandbox.aws.cloud import Cloud
from sandbox.aws.rules import require, require_between, require_one_of
from sandbox.plugin.wire import Props, rows, section

HOME = "us-east-1"
"""Where a distribution's certificate and firewall must be
(https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html)."""

CODE = "InvalidArgument"
METHODS = (
    {"GET", "HEAD"}, {"GET", "HEAD", "OPTIONS"}, {"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"},
)  # fmt: skip
VERSIONS = ("http1.1", "http2", "http3", "http2and3")
CLASSES = ("PriceClass_100", "PriceClass_200", "PriceClass_All", "None")
COMMENT = 128
"""(https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DistributionConfig.html)."""

ORIGIN = {"connectionAttempts": (1, 3), "connectionTimeout": (1, 10)}
CUSTOM_ORIGIN = {
    "originReadTimeout": (1, 120), "originKeepaliveTimeout": (1, 120), "httpPort": (1, 65535), "httpsPort": (1, 65535),
}  # fmt: skip
"""Tries, and seconds, without a raised quota
(https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html)."""


def require_valid(cloud: Cloud, props: Props, own: str = "") -> None:
    """Refuse a distribution that CloudFront would refuse.

    Raises:
        ProviderError: with CloudFront's code, the value and what is allowed.
    """
    require_one_of("httpVersion", props.get("httpVersion", "http2"), VERSIONS, CODE)
    require_one_of("priceClass", props.get("priceClass", "PriceClass_All"), CLASSES, CODE)
    comment = props.get("comment") or ""
    require(len(comment) <= COMMENT, f"{CODE}: comment has {len(comment)} characters; at most {COMMENT} are allowed")
    for origin in rows(props, "origins"):
        _require_origin(origin)
    for behaviour in [props["defaultCacheBehavior"], *rows(props, "orderedCacheBehaviors")]:
        _require_behaviour(props, behaviour)
    _require_certificate(cloud, props)
    _require_firewall(props)
    _require_aliases(cloud, props, own)


def _require_origin(origin: Props) -> None:
    for name, bounds in ORIGIN.items():
        require_between(f"origins.{name}", origin.get(name), bounds, CODE)
    custom = section(origin, "customOriginConfig")
    for name, bounds in CUSTOM_ORIGIN.items():
        require_between(f"origins.customOriginConfig.{name}", custom.get(name), bounds, CODE)


def _require_behaviour(props: Props, behaviour: Props) -> None:
    methods = set[str](behaviour["allowedMethods"])
    require(
        methods in METHODS,
        f"InvalidRequestMethod: allowedMethods are {sorted(methods)}; {[sorted(each) for each in METHODS]} are allowed",
    )
    chosen = [name for name in ("cachePolicyId", "forwardedValues") if behaviour.get(name)]
    require(len(chosen) == 1, f"{CODE}: a cache behaviour has {chosen}; one of cachePolicyId and forwardedValues")
    ttls = [behaviour[name] for name in ("minTtl", "defaultTtl", "maxTtl") if behaviour.get(name) is not None]
    require(
        not ttls or (chosen == ["forwardedValues"] and ttls == sorted(ttls)),
        f"InvalidTTLOrder: minTtl, defaultTtl and maxTtl are {ttls}; they rise in order, without cachePolicyId",
    )
    grpc = section(behaviour, "grpcConfig").get("enabled")
    require(
        not grpc or ("POST" in methods and "http2" in props.get("httpVersion", "http2")),
        f"{CODE}: grpcConfig.enabled needs POST in allowedMethods and HTTP/2; methods are {sorted(methods)}, "
        f"httpVersion {props.get('httpVersion', 'http2')}",
    )


def _require_certificate(cloud: Cloud, props: Props) -> None:
    shown = props["viewerCertificate"]
    arn = shown.get("acmCertificateArn")
    require(
        bool(arn or shown.get("iamCertificateId")) or not props.get("aliases"),
        f"InvalidViewerCertificate: aliases {props.get('aliases')} need a certificate in viewerCertificate",
    )
    if not arn:
        return
    require(
        arn.split(":")[3] == HOME,
        f"InvalidViewerCertificate: certificate {arn} is in {arn.split(':')[3]}; those of {HOME} alone are allowed",
    )
    require_one_of(
        "viewerCertificate.sslSupportMethod", shown.get("sslSupportMethod"), ("sni-only", "vip", "static-ip"), CODE
    )
    _require_issued(cloud, arn, props)


def _require_issued(cloud: Cloud, arn: str, props: Props) -> None:
    acm: Any = Cloud(cloud.paths, HOME).client("acm")
    certificate = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    require(
        certificate["Status"] == "ISSUED",
        f"InvalidViewerCertificate: certificate {arn} is {certificate['Status']}; wait for its CertificateValidation",
    )
    names: list[str] = [certificate["DomainName"], *certificate["SubjectAlternativeNames"]]
    aliases: list[str] = props.get("aliases") or []
    strange = [alias for alias in aliases if not any(_covers(name, alias) for name in names)]
    require(not strange, f"InvalidViewerCertificate: {strange} are not among the names {names} of certificate {arn}")


def _covers(name: str, alias: str) -> bool:
    return fnmatch(alias, name) and alias.count(".") == name.count(".")


def _require_firewall(props: Props) -> None:
    acl = props.get("webAclId")
    require(
        not acl or (f":{HOME}:" in acl and ":global/webacl/" in acl),
        f"InvalidWebACLId: webAclId is {acl!r}; the ARN of a web ACL of scope CLOUDFRONT in {HOME} is allowed",
    )


def _require_aliases(cloud: Cloud, props: Props, own: str) -> None:
    others = [row for row in cloud.ledger.find("aws:cloudfront/distribution:Distribution") if row.id != own]
    taken = {alias for row in others for alias in row.inputs.get("aliases") or ()}
    clash = sorted(taken & set[str](props.get("aliases") or ()))
    require(not clash, f"CNAMEAlreadyExists: {clash} belong to another distribution already")
