"""CloudFront distributions.

moto loses what NOT_HELD names: for these the ledger's word stands, and botocore alone checks their form.
"""

import secrets
from typing import Any, cast

from sandbox.aws.bags import camel, covers
from sandbox.aws.certificates import CERTIFICATE
from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.distribution_rules import require_valid
from sandbox.aws.firewall import WEB_ACL
from sandbox.aws.ledger import Row
from sandbox.aws.record_rules import CLOUDFRONT_ZONE
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.tags import mapping, pairs, reconcile
from sandbox.plugin.wire import Props, rows, section

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
NOT_HELD = frozenset({
    "GrpcConfig", "FunctionAssociations", "LambdaFunctionAssociations", "OriginAccessControlId", "S3OriginConfig",
    "VpcOriginConfig", "ResponseCompletionTimeout", "IpAddressType",
})  # fmt: skip
BEHAVIOUR = (
    "allowedMethods cachedMethods targetOriginId viewerProtocolPolicy cachePolicyId originRequestPolicyId "
    "responseHeadersPolicyId compress minTtl defaultTtl maxTtl grpcConfig.enabled functionAssociations.eventType "
    "functionAssociations.functionArn realtimeLogConfigArn fieldLevelEncryptionId smoothStreaming "
    "forwardedValues.queryString forwardedValues.headers forwardedValues.cookies.forward "
    "forwardedValues.cookies.whitelistedNames"
)
ORIGIN = (
    "domainName originId originPath connectionAttempts connectionTimeout responseCompletionTimeout "
    "originAccessControlId customHeaders.name customHeaders.value originShield.enabled originShield.originShieldRegion "
    "s3OriginConfig.originAccessIdentity customOriginConfig.httpPort customOriginConfig.httpsPort "
    "customOriginConfig.originProtocolPolicy customOriginConfig.originSslProtocols customOriginConfig.ipAddressType "
    "customOriginConfig.originKeepaliveTimeout customOriginConfig.originReadTimeout"
)
NAMES = {
    "minTtl": "MinTTL", "defaultTtl": "DefaultTTL", "maxTtl": "MaxTTL", "httpPort": "HTTPPort",
    "httpsPort": "HTTPSPort",
    "originId": "Id", "functionArn": "FunctionARN", "acmCertificateArn": "ACMCertificateArn",
    "iamCertificateId": "IAMCertificateId", "sslSupportMethod": "SSLSupportMethod",
    "errorCachingMinTtl": "ErrorCachingMinTTL",
    "cloudfrontDefaultCertificate": "CloudFrontDefaultCertificate", "name": "HeaderName", "value": "HeaderValue",
    "s3OriginConfig": "S3OriginConfig",
}  # fmt: skip
"""Names that are more than their first letter made big."""

SIMPLE = {
    "comment": "Comment", "enabled": "Enabled", "httpVersion": "HttpVersion", "isIpv6Enabled": "IsIPV6Enabled",
    "priceClass": "PriceClass", "webAclId": "WebACLId", "defaultRootObject": "DefaultRootObject",
}  # fmt: skip
DEFAULTS = {"comment": "", "httpVersion": "http2", "isIpv6Enabled": False, "priceClass": "PriceClass_All"}
"""What Pulumi's provider sends where nothing is given."""


def _shaped(value: Any) -> Any:
    """The service's names, and its lists, which carry their length."""
    if isinstance(value, dict):
        bag = cast("Props", value)
        return {NAMES.get(key, key[0].upper() + key[1:]): _shaped(below) for key, below in bag.items()}
    return _items(cast("list[Any]", value)) if isinstance(value, list) else value


def _items(values: list[Any]) -> dict[str, Any]:
    return {"Quantity": len(values), "Items": [_shaped(value) for value in values]}


def _behaviour(behaviour: Props) -> dict[str, Any]:
    rest = {key: value for key, value in behaviour.items() if key not in {"allowedMethods", "cachedMethods"}}
    methods = _items(behaviour["allowedMethods"]) | {"CachedMethods": _items(behaviour["cachedMethods"])}
    return _shaped(rest) | {"AllowedMethods": methods}


def _origin(origin: Props) -> dict[str, Any]:
    return {"OriginPath": "", "CustomHeaders": _items([])} | _shaped(origin)


def _config(props: Props) -> dict[str, Any]:
    given = DEFAULTS | props
    config: dict[str, Any] = {key: given[name] for name, key in SIMPLE.items() if name in given}
    origins = [_origin(origin) for origin in props["origins"]]
    ordered = [_behaviour(behaviour) for behaviour in rows(props, "orderedCacheBehaviors")]
    config |= {
        "Aliases": _items(props.get("aliases") or []), "Origins": {"Quantity": len(origins), "Items": origins},
        "DefaultCacheBehavior": _behaviour(props["defaultCacheBehavior"]),
        "CacheBehaviors": {"Quantity": len(ordered), "Items": ordered},
        "ViewerCertificate": _shaped(props["viewerCertificate"]),
        "CustomErrorResponses": _items(rows(props, "customErrorResponses")),
        "Restrictions": {"GeoRestriction": _restriction(props)},
    }  # fmt: skip
    return config


def _restriction(props: Props) -> dict[str, Any]:
    geo = section(props, "restrictions", "geoRestriction")
    return {"RestrictionType": geo["restrictionType"]} | _items(geo.get("locations") or [])


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    require_valid(cloud, props)
    reference = secrets.token_hex(16)
    config = _config(props) | {"CallerReference": reference}
    made = cloud.client("cloudfront").create_distribution_with_tags(
        DistributionConfigWithTags={"DistributionConfig": config, "Tags": {"Items": pairs(props.get("tags"))}}
    )
    held = made["Distribution"]
    return held["Id"], {
        "arn": held["ARN"], "domainName": held["DomainName"], "hostedZoneId": CLOUDFRONT_ZONE, "etag": made["ETag"],
        "status": _deployed(cloud, held["Id"]), "callerReference": reference,
    }  # fmt: skip


def _deployed(cloud: Cloud, identity: str) -> str:
    """The status when it is everywhere: moto's goes on with the first look at it."""
    return cloud.client("cloudfront").get_distribution(Id=identity)["Distribution"]["Status"]


def _get(cloud: Cloud, identity: str) -> Props:
    return found(lambda: cloud.client("cloudfront").get_distribution(Id=identity))


def _read(cloud: Cloud, row: Row) -> Props | None:
    answer = _get(cloud, row.id)
    if not answer:
        return None
    held: Props = answer["Distribution"]["DistributionConfig"]
    wanted, seen = _held(_config(row.inputs)), dict[str, Any]()
    for key, value in wanted.items():
        if not covers(_plain(held.get(key)), _plain(value)):
            seen[_input(key)] = held.get(key) if key in SIMPLE.values() else camel(held.get(key))
    listed = cloud.client("cloudfront").list_tags_for_resource(Resource=row.outputs["arn"])["Tags"]
    return seen | {"tags": mapping(listed.get("Items"))}


def _held(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _held(below) for key, below in cast("Props", value).items() if key not in NOT_HELD}
    return [_held(item) for item in cast("list[Any]", value)] if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    """A list of nothing has no items at all."""
    if isinstance(value, dict):
        bag = cast("Props", value)
        empty = bag.get("Quantity") == 0
        return {key: _plain(below) for key, below in bag.items() if not (empty and key == "Items")}
    return [_plain(item) for item in cast("list[Any]", value)] if isinstance(value, list) else value


def _input(key: str) -> str:
    names = {there: name for name, there in SIMPLE.items()} | {"CacheBehaviors": "orderedCacheBehaviors"}
    return names.get(key, key[0].lower() + key[1:])


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    require_valid(cloud, news, row.id)
    client, arn = cloud.client("cloudfront"), row.outputs["arn"]
    etag = _put(cloud, row, news)
    reconcile(
        row.inputs, news, lambda gone: client.untag_resource(Resource=arn, TagKeys={"Items": gone}),
        lambda tags: client.tag_resource(Resource=arn, Tags={"Items": pairs(tags)}),
    )  # fmt: skip
    return {"etag": etag, "status": _deployed(cloud, row.id)}


def _put(cloud: Cloud, row: Row, props: Props) -> str:
    config = _config(props) | {"CallerReference": row.outputs["callerReference"]}
    etag = _get(cloud, row.id)["ETag"]
    return cloud.client("cloudfront").update_distribution(Id=row.id, IfMatch=etag, DistributionConfig=config)["ETag"]


def _delete(cloud: Cloud, row: Row) -> None:
    """Disable it and then delete it, as AWS's provider does: one that is enabled is not deleted."""
    if not _get(cloud, row.id):
        return
    etag = _put(cloud, row, row.inputs | {"enabled": False})
    vanish(lambda: cloud.client("cloudfront").delete_distribution(Id=row.id, IfMatch=etag))


SPECS = (
    Spec(
        DISTRIBUTION,
        inputs(
            "enabled* aliases comment defaultRootObject httpVersion isIpv6Enabled priceClass webAclId "
            "waitForDeployment tags origins* defaultCacheBehavior* restrictions* viewerCertificate* "
            "restrictions.geoRestriction.restrictionType restrictions.geoRestriction.locations "
            "viewerCertificate.acmCertificateArn viewerCertificate.cloudfrontDefaultCertificate "
            "viewerCertificate.iamCertificateId viewerCertificate.minimumProtocolVersion "
            "viewerCertificate.sslSupportMethod customErrorResponses.errorCode customErrorResponses.errorCachingMinTtl "
            "customErrorResponses.responseCode customErrorResponses.responsePagePath orderedCacheBehaviors.pathPattern "
            + " ".join(f"origins.{name}" for name in ORIGIN.split())
            + " " + " ".join(f"defaultCacheBehavior.{name}" for name in BEHAVIOUR.split())
            + " " + " ".join(f"orderedCacheBehaviors.{name}" for name in BEHAVIOUR.split())
        ),
        _create, _read, _update, _delete, volatile=("etag", "status"),
        computed=("arn", "domainName", "hostedZoneId", "etag", "status", "callerReference"),
        references=(
            Reference("viewerCertificate.acmCertificateArn", CERTIFICATE, output="arn", blocks=True, everywhere=True),
            Reference("webAclId", WEB_ACL, output="arn", blocks=True, everywhere=True),
        ),
    ),
)  # fmt: skip
