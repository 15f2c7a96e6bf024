"""The web firewall in front of the distribution: AWS's own rule groups, and limits on floods."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws.cloudwatch import LogGroup
from pulumi_aws.wafv2 import (
    WebAcl,
    WebAclLoggingConfiguration,
    WebAclLoggingConfigurationLoggingFilterArgsDict,
    WebAclRuleActionArgsDict,
    WebAclRuleActionBlockCustomResponseResponseHeaderArgsDict,
    WebAclRuleArgsDict,
    WebAclRuleStatementArgsDict,
    WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideArgsDict,
    WebAclRuleStatementRateBasedStatementArgsDict,
    WebAclRuleStatementRateBasedStatementCustomKeyArgsDict,
    WebAclRuleVisibilityConfigArgsDict,
)

from components import naming
from components.base import Component
from components.traffic import Firewall as FirewallSettings

# Groups and rules: https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
# A prompt may hold markup, paths or an exploit that somebody asks about; nothing here interprets it. So rules on bodies
# only count.
_MANAGED: Final[Mapping[str, Sequence[str]]] = {
    "AWSManagedRulesAmazonIpReputationList": (),
    "AWSManagedRulesKnownBadInputsRuleSet": ("JavaDeserializationRCE_BODY", "Log4JRCE_BODY"),
    "AWSManagedRulesCommonRuleSet": (
        "SizeRestrictions_BODY",
        "EC2MetaDataSSRF_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
        "CrossSiteScripting_BODY",
    ),
}
_KEY_HEADERS: Final = ("authorization", "x-api-key")
"""Where a client's API key is: the two that the gateway reads."""

_WHAT_IS_LOGGED: Final[WebAclLoggingConfigurationLoggingFilterArgsDict] = {
    "default_behavior": "DROP",
    "filters": [
        {
            "behavior": "KEEP",
            "requirement": "MEETS_ANY",
            "conditions": [
                {"action_condition": {"action": "BLOCK"}},
                {"action_condition": {"action": "COUNT"}},
                {"action_condition": {"action": "EXCLUDED_AS_COUNT"}},
            ],
        }
    ],
}
_WINDOW_SECONDS = 300
_RETRY_AFTER_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallArgs:
    """Its limits, and where and how long it logs; `key` encrypts the logs."""

    limits: FirewallSettings
    stack: str
    key: pulumi.Input[str]
    retention_days: int


class Firewall(Component):
    """A web ACL of the distribution; with its log group it exists in us-east-1 only.

    https://docs.aws.amazon.com/waf/latest/developerguide/how-aws-waf-works-resources.html
    """

    type_path = "access:Firewall"
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: FirewallArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name = name
        made = WebAcl(
            name,
            scope="CLOUDFRONT",
            description="In front of the API",
            default_action={"allow": {}},
            rules=rules(args.limits),
            visibility_config=_visible("all"),
            tags={"Name": name},
            opts=self.child(),
        )
        self._log(made, args)
        self.arn = made.arn
        self.publish()

    def _log(self, made: WebAcl, args: FirewallArgs) -> None:
        """Keep what was blocked or counted, without keys; the distribution's log has every request.

        https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
        """
        group = LogGroup(
            self._name,
            name=naming.firewall_logs(args.stack),
            retention_in_days=args.retention_days,
            kms_key_id=args.key,
            opts=self.child(),
        )
        WebAclLoggingConfiguration(
            self._name,
            resource_arn=made.arn,
            log_destination_configs=[group.arn],
            redacted_fields=[{"single_header": {"name": header}} for header in (*_KEY_HEADERS, "cookie")],
            logging_filter=_WHAT_IS_LOGGED,
            opts=self.child(),
        )


def rules(limits: FirewallSettings) -> list[WebAclRuleArgsDict]:
    """Return the rules in the order in which they are asked: cheap ones first."""
    return [{**rule, "priority": priority} for priority, rule in enumerate([*_floods(limits), *_managed_groups()])]


def _floods(limits: FirewallSettings) -> Iterator[WebAclRuleArgsDict]:
    """Yield the rate rules; a request without a key's header is not counted by that key's rule.

    https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-aggregation-options.html
    """
    yield _flood("per-address", {"aggregate_key_type": "IP", "limit": limits.per_address})
    for header in _KEY_HEADERS:
        # Keys differ in case, so nothing is changed before they are told apart.
        key: WebAclRuleStatementRateBasedStatementCustomKeyArgsDict = {
            "header": {"name": header, "text_transformations": [{"priority": 0, "type": "NONE"}]}
        }
        yield _flood(
            f"per-{header}", {"aggregate_key_type": "CUSTOM_KEYS", "limit": limits.per_key, "custom_keys": [key]}
        )


def _flood(name: str, rate: WebAclRuleStatementRateBasedStatementArgsDict) -> WebAclRuleArgsDict:
    headers: list[WebAclRuleActionBlockCustomResponseResponseHeaderArgsDict] = [
        {"name": "retry-after", "value": str(_RETRY_AFTER_SECONDS)}
    ]
    too_many: WebAclRuleActionArgsDict = {
        "block": {"custom_response": {"response_code": 429, "response_headers": headers}}
    }
    statement: WebAclRuleStatementArgsDict = {
        "rate_based_statement": {**rate, "evaluation_window_sec": _WINDOW_SECONDS}
    }
    return {
        "name": name,
        "priority": 0,
        "action": too_many,
        "statement": statement,
        "visibility_config": _visible(name),
    }


def _managed_groups() -> Iterator[WebAclRuleArgsDict]:
    for group, counted in _MANAGED.items():
        overrides: list[WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideArgsDict] = [
            {"name": rule, "action_to_use": {"count": {}}} for rule in counted
        ]
        yield {
            "name": group,
            "priority": 0,
            "override_action": {"none": {}},
            "statement": {
                "managed_rule_group_statement": {
                    "vendor_name": "AWS",
                    "name": group,
                    "rule_action_overrides": overrides,
                }
            },
            "visibility_config": _visible(group),
        }


def _visible(name: str) -> WebAclRuleVisibilityConfigArgsDict:
    # Samples would show headers, and with them API keys, to whoever opens the console.
    return {"cloudwatch_metrics_enabled": True, "metric_name": name, "sampled_requests_enabled": False}
