"""Event subscriptions of RDS: held by moto, which can not modify one and takes any source."""

from collections.abc import Mapping
from typing import Any, Final

from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.ledger import Row
from sandbox.aws.rds_parameters import PARAMETERS
from sandbox.aws.rds_rules import INSTANCE
from sandbox.aws.rds_tags import tagged, tags_of
from sandbox.aws.rules import require, require_one_of
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.topic import TOPIC
from sandbox.plugin.wire import Props, rows

SUBSCRIPTION: Final = "aws:rds/eventSubscription:EventSubscription"
CATEGORIES: Final[Mapping[str, tuple[str, ...]]] = {
    "db-instance": (
        "availability", "backtrack", "backup", "configuration change", "creation", "deletion", "failover", "failure",
        "low storage", "maintenance", "notification", "read replica", "recovery", "restoration", "security",
        "security patching",
    ),
    "db-parameter-group": ("configuration change",),
    "db-snapshot": ("creation", "deletion", "notification", "restoration"),
}  # fmt: skip
"""Sources that the sandbox knows, and what can be heard of them
(https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html)."""

NAMED: Final[Mapping[str, tuple[str, str]]] = {
    "db-instance": (INSTANCE, "identifier"), "db-parameter-group": (PARAMETERS, "name"),
}  # fmt: skip
"""Sources that can be named, as type and the input that names them."""


def _require_valid(cloud: Cloud, props: Props) -> None:
    source, names = props.get("sourceType"), rows(props, "sourceIds")
    require(not names or bool(source), "InvalidParameterCombination: sourceIds without sourceType; give both")
    if source is None:
        return
    require_one_of("sourceType", source, CATEGORIES, "InvalidParameterValue")
    for category in rows(props, "eventCategories"):
        require_one_of(f"eventCategories of {source}", category, CATEGORIES[source], "SubscriptionCategoryNotFound")
    gone = sorted(set(map(str, names)) - _known(cloud, source))
    require(source not in NAMED or not gone, f"SourceNotFound: {source} {gone} is not there in {cloud.region}")


def _known(cloud: Cloud, source: str) -> set[str]:
    token, name = NAMED.get(source, ("", ""))
    return {row.inputs[name] for row in cloud.ledger.find(token, cloud.region)}


def _make(cloud: Cloud, props: Props) -> Props:
    given: dict[str, Any] = {"SourceType": props["sourceType"]} if props.get("sourceType") else {}
    return cloud.client("rds").create_event_subscription(
        SubscriptionName=props["name"], SnsTopicArn=props["snsTopic"], Enabled=props.get("enabled", True),
        EventCategories=rows(props, "eventCategories"), SourceIds=rows(props, "sourceIds"), **given, **tagged(props),
    )["EventSubscription"]  # fmt: skip


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_valid(cloud, props)
    made = _make(cloud, props)
    return props["name"], {"arn": made["EventSubscriptionArn"], "customerAwsId": cloud.caller["Account"]}


def _read(cloud: Cloud, row: Row) -> Props | None:
    rds = cloud.client("rds")
    known = found(lambda: rds.describe_event_subscriptions(SubscriptionName=row.id))
    held = rows(known, "EventSubscriptionsList")
    if not held:
        return None
    seen: Props = {
        "snsTopic": held[0]["SnsTopicArn"], "sourceType": held[0].get("SourceType"),
        "sourceIds": held[0].get("SourceIdsList") or [], "eventCategories": held[0].get("EventCategoriesList") or [],
        "tags": tags_of(cloud, row.outputs["arn"]),
    }  # fmt: skip
    on = held[0]["Enabled"]
    return seen if on == row.inputs.get("enabled", True) else seen | {"enabled": on}


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    """RDS modifies it; moto takes a new one of the same name."""
    _require_valid(cloud, news)
    _delete(cloud, row)
    _make(cloud, news)
    return {}


def _delete(cloud: Cloud, row: Row) -> None:
    vanish(lambda: cloud.client("rds").delete_event_subscription(SubscriptionName=row.id))


SPECS = (
    Spec(
        SUBSCRIPTION, inputs("name! snsTopic* sourceType sourceIds eventCategories enabled tags"),
        _create, _read, _update, _delete, computed=("arn", "customerAwsId"), identity=("name",),
        autoname=("name", 255), references=(Reference("snsTopic", TOPIC, output="arn"),),
    ),
)  # fmt: skip
