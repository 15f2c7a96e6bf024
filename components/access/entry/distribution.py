"""The CloudFront distribution: HTTP/3 and TLS towards clients, one origin behind, and no cache."""

from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws.cloudfront import Distribution as CloudFrontDistribution
from pulumi_aws.cloudfront import DistributionDefaultCacheBehaviorArgsDict, DistributionOriginArgsDict
from pulumi_aws.cloudwatch import LogDelivery, LogDeliveryDestination, LogDeliverySource
from pulumi_aws.route53 import Record

from components.access.entry import names
from components.access.log_bucket import LogBucket
from components.base import Component
from components.ports import HTTPS

ORIGIN_HEADER: Final = "x-origin-verify"
"""Header in which the distribution shows the gateways its token; a client's own is overwritten."""

# CachingDisabled, with which errors are not cached either:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
_NO_CACHE = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
# AllViewerAndCloudFrontHeaders-2022-06, with CloudFront-Viewer-Address among them:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
_ALL_HEADERS = "33f36d7e-f396-46d9-90e0-52428a34d9dc"
# Needs TLS 1.2 and forward secrecy, and takes 1.3:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html
_TLS_POLICY = "TLSv1.2_2021"
_METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
# The wait for the first byte and between two, not for a whole stream; 60 s is the most without a raised quota.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
_READ_SECONDS = 60
_KEEP_ALIVE_SECONDS = 60
# Two tries of 2 s, where the defaults are three of 10: an accelerator's address answers at once or is not there.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html
_CONNECT_TRIES, _CONNECT_SECONDS = 2, 2
_ORIGIN = "gateways"


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionArgs:
    """What it answers for, what it goes through and where it logs; `token` is what it shows the gateways."""

    domain: str
    zone_id: pulumi.Input[str]
    certificate: pulumi.Input[str]
    firewall: pulumi.Input[str]
    token: pulumi.Input[str]
    logs: LogBucket


class Distribution(Component):
    """The API's public face. It keeps nothing: answers are cached where tenants are told apart, in the gateways."""

    type_path = "access:Distribution"

    def __init__(self, name: str, args: DistributionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        made = self._distribution()
        self._log(made)
        self._records(made)
        self.publish()

    def _distribution(self) -> CloudFrontDistribution:
        return CloudFrontDistribution(
            self._name,
            enabled=True,
            comment=f"API of {self._name}",
            aliases=[names.api(self._args.domain)],
            http_version="http2and3",
            is_ipv6_enabled=True,
            price_class="PriceClass_All",
            origins=[self._origin()],
            default_cache_behavior=_behaviour(),
            restrictions={"geo_restriction": {"restriction_type": "none"}},
            viewer_certificate={
                "acm_certificate_arn": self._args.certificate,
                "minimum_protocol_version": _TLS_POLICY,
                "ssl_support_method": "sni-only",
            },
            web_acl_id=self._args.firewall,
            tags={"Name": self._name},
            opts=self.child(),
        )

    def _origin(self) -> DistributionOriginArgsDict:
        return {
            "origin_id": _ORIGIN,
            "domain_name": names.origin(self._args.domain),
            "connection_attempts": _CONNECT_TRIES,
            "connection_timeout": _CONNECT_SECONDS,
            "custom_headers": [{"name": ORIGIN_HEADER, "value": self._args.token}],
            "custom_origin_config": {
                "http_port": 80,
                "https_port": HTTPS,
                "origin_protocol_policy": "https-only",
                "origin_ssl_protocols": ["TLSv1.2"],
                "origin_read_timeout": _READ_SECONDS,
                "origin_keepalive_timeout": _KEEP_ALIVE_SECONDS,
            },
        }

    def _log(self, made: CloudFrontDistribution) -> None:
        """Write access logs, which hold no header that clients authenticate with.

        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
        """
        tags = {"Name": self._name}
        source = LogDeliverySource(
            self._name, log_type="ACCESS_LOGS", resource_arn=made.arn, tags=tags, opts=self.child()
        )
        destination = LogDeliveryDestination(
            self._name,
            output_format="json",
            delivery_destination_configuration={"destination_resource_arn": self._args.logs.arn},
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self._args.logs.writable]),
        )
        LogDelivery(
            self._name,
            delivery_source_name=source.name,
            delivery_destination_arn=destination.arn,
            tags=tags,
            opts=self.child(),
        )

    def _records(self, made: CloudFrontDistribution) -> None:
        """Point the API's name here; the HTTPS record tells clients of HTTP/3 before they first connect.

        https://aws.amazon.com/blogs/networking-and-content-delivery/boost-application-performance-amazon-cloudfront-enables-https-record/
        """
        for kind in ("A", "AAAA", "HTTPS"):
            Record(
                f"{self._name}-{kind.lower()}",
                zone_id=self._args.zone_id,
                name=names.api(self._args.domain),
                type=kind,
                aliases=[{"name": made.domain_name, "zone_id": made.hosted_zone_id, "evaluate_target_health": False}],
                opts=self.child(),
            )


def _behaviour() -> DistributionDefaultCacheBehaviorArgsDict:
    return {
        "target_origin_id": _ORIGIN,
        # Not redirected: a key that was sent in the clear is lost already, and the client must notice.
        "viewer_protocol_policy": "https-only",
        "allowed_methods": _METHODS,
        "cached_methods": ["GET", "HEAD"],
        "cache_policy_id": _NO_CACHE,
        "origin_request_policy_id": _ALL_HEADERS,
        "compress": False,
        "grpc_config": {"enabled": True},
    }
