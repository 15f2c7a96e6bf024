"""WAF web ACLs and their logging.

Rules go to WAF as they are, names apart: what it does not know in them botocore refuses by name. The capacity that
rules take (5,000 units at most) is asked of nobody.
"""

from typing import Any, cast

from sandbox.aws.bags import camel, covers
from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.ledger import Row
from sandbox.aws.rules import require, require_between, require_one_of
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.tags import mapping, pairs, reconcile
from sandbox.plugin.wire import Props, rows, section

WEB_ACL = "aws:wafv2/webAcl:WebAcl"
CODE = "WAFInvalidParameterException"
HOME = "us-east-1"
SCOPES = ("CLOUDFRONT", "REGIONAL")
KEYS = ("IP", "FORWARDED_IP", "CUSTOM_KEYS", "CONSTANT")
WINDOWS = (60, 120, 300, 600)
LIMIT = (10, 2_000_000_000)
MOST_KEYS = 5
WINDOW = 300
"""Requests a window, windows in seconds, keys of a rule
(https://docs.aws.amazon.com/waf/latest/APIReference/API_RateBasedStatement.html)."""

LOG_PREFIX = "aws-waf-logs-"
"""(https://docs.aws.amazon.com/waf/latest/developerguide/logging-destinations.html)."""

NAMES = {
    "cloudwatchMetricsEnabled": "CloudWatchMetricsEnabled", "arn": "ARN", "ip": "IP", "forwardedIp": "ForwardedIP",
    "httpMethod": "HTTPMethod", "ipSetReferenceStatement": "IPSetReferenceStatement",
    "ja3Fingerprint": "JA3Fingerprint",     "ipSetForwardedIpConfig": "IPSetForwardedIPConfig",
    "forwardedIpConfig": "ForwardedIPConfig",
    "ja4Fingerprint": "JA4Fingerprint", "awsManagedRulesBotControlRuleSet": "AWSManagedRulesBotControlRuleSet",
    "awsManagedRulesAntiDdosRuleSet": "AWSManagedRulesAntiDDoSRuleSet",
}  # fmt: skip
GROUPS = ("managedRuleGroupStatement", "ruleGroupReferenceStatement")


def _shaped(value: Any) -> Any:
    if isinstance(value, list):
        return [_shaped(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    bag = cast("Props", value)
    made = {NAMES.get(key, key[0].upper() + key[1:]): _shaped(below) for key, below in bag.items()}
    if "NotStatement" in made:  # a list of one in Pulumi's type
        made["NotStatement"] = {"Statement": made["NotStatement"]["Statements"][0]}
    return made


def _bodies(props: Props) -> dict[str, Any]:
    kept = ("content", "contentType")
    return {body["key"]: _shaped({name: body[name] for name in kept}) for body in rows(props, "customResponseBodies")}


def _config(props: Props) -> dict[str, Any]:
    config = {
        "DefaultAction": _shaped(props["defaultAction"]), "Rules": [_shaped(rule) for rule in rows(props, "rules")],
        "VisibilityConfig": _shaped(props["visibilityConfig"]),
    }  # fmt: skip
    if props.get("description"):
        config["Description"] = props["description"]
    if props.get("customResponseBodies"):
        config["CustomResponseBodies"] = _bodies(props)
    return config


def _require_valid(cloud: Cloud, props: Props) -> None:
    require_one_of("scope", props["scope"], SCOPES, CODE)
    require(
        props["scope"] != "CLOUDFRONT" or cloud.region == HOME,
        f"{CODE}: scope CLOUDFRONT in {cloud.region}; such a web ACL is made in {HOME} alone",
    )
    rules = rows(props, "rules")
    for name in ("name", "priority"):
        values = [rule[name] for rule in rules]
        require(len(set(values)) == len(values), f"WAFDuplicateItemException: rules.{name} are {values}; each once")
    for rule in rules:
        _require_rule(rule)


def _require_rule(rule: Props) -> None:
    statement: Props = rule["statement"]
    needed = "overrideAction" if any(name in statement for name in GROUPS) else "action"
    given = [name for name in ("action", "overrideAction") if name in rule]
    require(
        given == [needed],
        f"{CODE}: rule {rule['name']} has {given or 'no action'}; overrideAction goes with rule groups, "
        "action with all others",
    )
    require(
        len(statement) == 1, f"{CODE}: rule {rule['name']} has {sorted(statement)}; exactly one statement is allowed"
    )
    code = section(rule, "action", "block", "customResponse").get("responseCode")
    require_between(f"responseCode of rule {rule['name']}", code, (200, 599), CODE)
    if "rateBasedStatement" in statement:
        _require_rate(rule["name"], statement["rateBasedStatement"])


def _require_rate(rule: str, rate: Props) -> None:
    require_between(f"limit of rule {rule}", rate["limit"], LIMIT, CODE)
    require_one_of(f"evaluationWindowSec of rule {rule}", rate.get("evaluationWindowSec", WINDOW), WINDOWS, CODE)
    kind, keys = rate.get("aggregateKeyType", "IP"), rows(rate, "customKeys")
    require_one_of(f"aggregateKeyType of rule {rule}", kind, KEYS, CODE)
    require(
        (1 <= len(keys) <= MOST_KEYS) if kind == "CUSTOM_KEYS" else not keys,
        f"{CODE}: rule {rule} has aggregateKeyType {kind} and {len(keys)} customKeys; "
        f"CUSTOM_KEYS takes 1 to {MOST_KEYS}, the others none",
    )


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_valid(cloud, props)
    tags = {"Tags": pairs(props["tags"])} if props.get("tags") else {}
    made = cloud.client("wafv2").create_web_acl(Name=props["name"], Scope=props["scope"], **_config(props), **tags)
    summary = made["Summary"]
    held = _get(cloud, props, summary["Id"])
    return summary["Id"], {
        "arn": summary["ARN"], "capacity": section(held, "WebACL").get("Capacity", 0), "lockToken": held["LockToken"],
    }  # fmt: skip


def _get(cloud: Cloud, props: Props, identity: str) -> Props:
    return found(lambda: cloud.client("wafv2").get_web_acl(Name=props["name"], Scope=props["scope"], Id=identity))


def _read(cloud: Cloud, row: Row) -> Props | None:
    held = section(_get(cloud, row.inputs, row.id), "WebACL")
    if not held:
        return None
    names = {
        "DefaultAction": "defaultAction", "Rules": "rules", "VisibilityConfig": "visibilityConfig",
        "Description": "description",
    }  # fmt: skip
    wanted = _config(row.inputs)
    changed = [key for key in names if key in wanted and not covers(held.get(key), wanted[key])]
    seen = {names[key]: camel(held.get(key)) for key in changed}
    tags = cloud.client("wafv2").list_tags_for_resource(ResourceARN=row.outputs["arn"])["TagInfoForResource"]
    return seen | {"tags": mapping(tags.get("TagList"))}


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    _require_valid(cloud, news)
    client, arn = cloud.client("wafv2"), row.outputs["arn"]
    token = _get(cloud, row.inputs, row.id)["LockToken"]
    answer = client.update_web_acl(
        Name=news["name"], Scope=news["scope"], Id=row.id, LockToken=token, **_config(news)
    )  # fmt: skip
    reconcile(
        row.inputs, news, lambda gone: client.untag_resource(ResourceARN=arn, TagKeys=gone),
        lambda tags: client.tag_resource(ResourceARN=arn, Tags=pairs(tags)),
    )  # fmt: skip
    return {"lockToken": answer["NextLockToken"]}


def _delete(cloud: Cloud, row: Row) -> None:
    token = _get(cloud, row.inputs, row.id).get("LockToken")
    if token:
        names = {"Name": row.inputs["name"], "Scope": row.inputs["scope"], "Id": row.id}
        vanish(lambda: cloud.client("wafv2").delete_web_acl(**names, LockToken=token))


def _logging(props: Props) -> dict[str, Any]:
    filters = {"LoggingFilter": _shaped(props["loggingFilter"])} if props.get("loggingFilter") else {}
    redacted = {"RedactedFields": _shaped(props["redactedFields"])} if props.get("redactedFields") else {}
    return {
        "ResourceArn": props["resourceArn"], "LogDestinationConfigs": props["logDestinationConfigs"],
    } | filters | redacted  # fmt: skip


def _log(cloud: Cloud, props: Props) -> tuple[str, Props]:
    (target, *others) = props["logDestinationConfigs"]
    require(not others, f"WAFLimitsExceededException: {len(others) + 1} logDestinationConfigs; exactly one is allowed")
    name = target.removesuffix(":*").rsplit(":", 1)[1].rsplit("/", 1)[-1]
    require(
        name.startswith(LOG_PREFIX),
        f"WAFLogDestinationPermissionIssueException: log destination {name!r}; its name must begin with {LOG_PREFIX}",
    )
    cloud.client("wafv2").put_logging_configuration(LoggingConfiguration=_logging(props))
    return props["resourceArn"], {}


def _read_log(cloud: Cloud, row: Row) -> Props | None:
    answer = found(lambda: cloud.client("wafv2").get_logging_configuration(ResourceArn=row.id))
    held = section(answer, "LoggingConfiguration")
    if not held:
        return None
    wanted = _logging(row.inputs)
    return {
        key[0].lower() + key[1:]: camel(held.get(key)) for key in wanted if not covers(held.get(key), wanted[key])
    }  # fmt: skip


SPECS = (
    Spec(
        WEB_ACL,
        inputs(
            "name! scope!* description defaultAction* visibilityConfig* visibilityConfig.cloudwatchMetricsEnabled "
            "visibilityConfig.metricName visibilityConfig.sampledRequestsEnabled rules.name rules.priority "
            "rules.action rules.overrideAction rules.statement rules.visibilityConfig rules.ruleLabels "
            "rules.captchaConfig customResponseBodies.key customResponseBodies.content "
            "customResponseBodies.contentType tags"
        ),
        _create, _read, _update, _delete, computed=("arn", "capacity", "lockToken"), volatile=("lockToken",),
        identity=("name", "scope"), autoname=("name", 128),
    ),
    Spec(
        "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
        inputs("resourceArn!* logDestinationConfigs* loggingFilter redactedFields"),
        _log, _read_log, lambda cloud, row, news: _log(cloud, row.inputs | news)[1],
        lambda cloud, row: vanish(
            lambda: cloud.client("wafv2").delete_logging_configuration(ResourceArn=row.id)
        ),
        identity=("resourceArn",), references=(Reference("resourceArn", WEB_ACL, output="arn"),),
    ),
)  # fmt: skip
