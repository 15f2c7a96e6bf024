"""CloudWatch metric alarms: held, and never evaluated, since no metric is measured here."""

from typing import Any

from sandbox.aws.bags import camel, covers, pascal
from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.ledger import Row
from sandbox.aws.rules import require, require_between, require_one_of
from sandbox.aws.scaling_policy import POLICY
from sandbox.aws.spec import Spec, inputs
from sandbox.aws.tags import mapping, pairs, reconcile
from sandbox.plugin.wire import Props, rows

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
SHORT = (10, 20, 30)
MINUTE, HOUR, DAY = 60, 3600, 86400
WEEK = 7 * DAY
"""Periods in seconds: a short one, or whole minutes; all evaluated ones within a day, of an hour or more in a week
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html)."""

MISSING = ("breaching", "notBreaching", "ignore", "missing")
STATISTICS = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
NAMED = {
    "alarmDescription": "AlarmDescription", "comparisonOperator": "ComparisonOperator", "threshold": "Threshold",
    "evaluationPeriods": "EvaluationPeriods", "datapointsToAlarm": "DatapointsToAlarm", "metricName": "MetricName",
    "namespace": "Namespace", "period": "Period", "statistic": "Statistic", "extendedStatistic": "ExtendedStatistic",
    "treatMissingData": "TreatMissingData", "unit": "Unit", "actionsEnabled": "ActionsEnabled",
    "alarmActions": "AlarmActions", "okActions": "OKActions", "insufficientDataActions": "InsufficientDataActions",
    "thresholdMetricId": "ThresholdMetricId",
    "evaluateLowSampleCountPercentiles": "EvaluateLowSampleCountPercentile",
}  # fmt: skip


def _require_valid(cloud: Cloud, props: Props) -> None:
    model = cloud.client("cloudwatch").meta.service_model
    require_one_of("comparisonOperator", props["comparisonOperator"], model.shape_for("ComparisonOperator").enum)
    require_one_of("treatMissingData", props.get("treatMissingData", "missing"), MISSING)
    require_one_of("statistic", props.get("statistic", STATISTICS[0]), STATISTICS)
    subject = [name for name in ("metricName", "metricQueries") if props.get(name)]
    require(len(subject) == 1, f"ValidationError: an alarm has {subject or 'no metric'}; metricName or metricQueries")
    _require_actions(cloud, rows(props, "alarmActions"))
    periods = props["evaluationPeriods"]
    require_between("datapointsToAlarm", props.get("datapointsToAlarm"), (1, periods))
    if "period" in props:
        _require_period(props["period"], periods)


def _require_actions(cloud: Cloud, actions: list[Any]) -> None:
    """What an alarm does to a scaling group is a policy that stands; other actions are their services' to know."""
    policies = {row.outputs["arn"] for row in cloud.ledger.find(POLICY, cloud.region)}
    gone = [action for action in actions if ":scalingPolicy:" in str(action) and action not in policies]
    require(not gone, f"ValidationError: alarmActions {gone} are no scaling policies of {cloud.region}")


def _require_period(period: int, periods: int) -> None:
    require(
        period in SHORT or (period > 0 and period % MINUTE == 0),
        f"ValidationError: period is {period} s; {SHORT} or a multiple of {MINUTE} are allowed",
    )
    most = WEEK if period >= HOUR else DAY
    require(
        period * periods <= most,
        f"ValidationError: {periods} evaluationPeriods of {period} s are {period * periods} s; at most {most} go",
    )


def _config(props: Props) -> dict[str, Any]:
    config = {key: props[name] for name, key in NAMED.items() if name in props}
    if props.get("dimensions"):
        config["Dimensions"] = [{"Name": name, "Value": value} for name, value in sorted(props["dimensions"].items())]
    if props.get("metricQueries"):
        config["Metrics"] = [_query(query) for query in props["metricQueries"]]
    return config


def _query(query: Props) -> dict[str, Any]:
    made: dict[str, Any] = pascal({key: value for key, value in query.items() if key != "metric"})
    if "metric" not in query:
        return made
    metric: Props = query["metric"]
    dimensions = [
        {"Name": name, "Value": value} for name, value in sorted(dict[str, str](metric.get("dimensions") or {}).items())
    ]
    named = {"MetricName": metric["metricName"], "Namespace": metric.get("namespace"), "Dimensions": dimensions}
    return made | {"MetricStat": {"Metric": named, "Period": metric["period"], "Stat": metric["stat"]}}


def _put(cloud: Cloud, name: str, props: Props) -> None:
    _require_valid(cloud, props)
    cloud.client("cloudwatch").put_metric_alarm(AlarmName=name, **_config(props))


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    name = props["name"]
    _put(cloud, name, props)
    arn = cloud.arn("cloudwatch", f"alarm:{name}")
    if props.get("tags"):
        cloud.client("cloudwatch").tag_resource(ResourceARN=arn, Tags=pairs(props["tags"]))
    return name, {"arn": arn}


def _read(cloud: Cloud, row: Row) -> Props | None:
    client = cloud.client("cloudwatch")
    held = rows(found(lambda: client.describe_alarms(AlarmNames=[row.id])), "MetricAlarms")
    if not held:
        return None
    wanted = _config(row.inputs)
    names = {key: name for name, key in NAMED.items()} | {"Metrics": "metricQueries"}
    changed = [key for key in wanted if key in names and not covers(held[0].get(key), wanted[key])]
    seen: Props = {names[key]: camel(held[0].get(key)) for key in changed}
    dimensions = mapping(held[0].get("Dimensions"), "Name", "Value")
    if dimensions != (row.inputs.get("dimensions") or {}):
        seen["dimensions"] = dimensions
    tags = client.list_tags_for_resource(ResourceARN=row.outputs["arn"])["Tags"]
    return seen | {"tags": mapping(tags)}


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    _put(cloud, row.id, news)
    client, arn = cloud.client("cloudwatch"), row.outputs["arn"]
    reconcile(
        row.inputs, news, lambda gone: client.untag_resource(ResourceARN=arn, TagKeys=gone),
        lambda tags: client.tag_resource(ResourceARN=arn, Tags=pairs(tags)),
    )  # fmt: skip
    return {}


SPECS = (
    Spec(
        ALARM,
        inputs(
            "name! comparisonOperator* evaluationPeriods* dimensions metricQueries.id metricQueries.expression "
            "metricQueries.label metricQueries.period metricQueries.returnData metricQueries.metric.metricName "
            "metricQueries.metric.namespace metricQueries.metric.period metricQueries.metric.stat "
            "metricQueries.metric.dimensions tags "
            + " ".join(name for name in NAMED if name not in {"comparisonOperator", "evaluationPeriods"})
        ),
        _create, _read, _update,
        lambda cloud, row: vanish(lambda: cloud.client("cloudwatch").delete_alarms(AlarmNames=[row.id])),
        computed=("arn",), identity=("name",), autoname=("name", 255),
    ),
)  # fmt: skip
