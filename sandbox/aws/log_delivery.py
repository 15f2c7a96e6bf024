"""Deliveries of a service's logs (CloudWatch vended logs): what writes, where to, and the two joined.

moto can change neither tags nor fields of one that stands: for these the ledger's word stands.
"""

from typing import Any

from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.distribution import DISTRIBUTION
from sandbox.aws.distribution_rules import HOME
from sandbox.aws.ledger import Row
from sandbox.aws.rules import require, require_one_of
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.plugin.wire import Props, rows, section

SOURCE = "aws:cloudwatch/logDeliverySource:LogDeliverySource"
DESTINATION = "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination"
DELIVERY = "aws:cloudwatch/logDelivery:LogDelivery"
FORMATS = ("json", "plain", "w3c", "raw", "parquet")
"""(https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliveryDestination.html)."""


def _create_source(cloud: Cloud, props: Props) -> tuple[str, Props]:
    require(
        ":cloudfront:" not in props["resourceArn"] or cloud.region == HOME,
        f"ValidationException: a distribution's log source in {cloud.region}; it is made in {HOME} alone",
    )
    made = cloud.client("logs").put_delivery_source(
        name=props["name"], resourceArn=props["resourceArn"], logType=props["logType"], tags=section(props, "tags")
    )["deliverySource"]
    return props["name"], {"arn": made["arn"], "service": made["service"]}


def _create_destination(cloud: Cloud, props: Props) -> tuple[str, Props]:
    target = section(props, "deliveryDestinationConfiguration").get("destinationResourceArn")
    shape = {"outputFormat": props["outputFormat"]} if "outputFormat" in props else {}
    require_one_of("outputFormat", props.get("outputFormat", FORMATS[0]), FORMATS, "ValidationException")
    made = cloud.client("logs").put_delivery_destination(
        name=props["name"], deliveryDestinationConfiguration={"destinationResourceArn": target},
        tags=section(props, "tags"), **shape,
    )["deliveryDestination"]  # fmt: skip
    return props["name"], {"arn": made["arn"], "deliveryDestinationType": made["deliveryDestinationType"]}


def _create_delivery(cloud: Cloud, props: Props) -> tuple[str, Props]:
    given: dict[str, Any] = {name: props[name] for name in ("recordFields", "fieldDelimiter") if name in props}
    for one in rows(props, "s3DeliveryConfigurations"):
        given["s3DeliveryConfiguration"] = one
    made = cloud.client("logs").create_delivery(
        deliverySourceName=props["deliverySourceName"], deliveryDestinationArn=props["deliveryDestinationArn"],
        tags=section(props, "tags"), **given,
    )["delivery"]  # fmt: skip
    return made["id"], {"arn": made["arn"]}


def _reader(operation: str, argument: str) -> Any:
    def read(cloud: Cloud, row: Row) -> Props | None:
        return {} if found(lambda: getattr(cloud.client("logs"), operation)(**{argument: row.id})) else None

    return read


def _remover(operation: str, argument: str) -> Any:
    def delete(cloud: Cloud, row: Row) -> None:
        vanish(lambda: getattr(cloud.client("logs"), operation)(**{argument: row.id}))

    return delete


SPECS = (
    Spec(
        SOURCE, inputs("name! resourceArn!* logType!* tags"), _create_source,
        _reader("get_delivery_source", "name"), delete=_remover("delete_delivery_source", "name"),
        computed=("arn", "service"), identity=("name",), autoname=("name", 60),
        references=(Reference("resourceArn", DISTRIBUTION, output="arn", everywhere=True),),
    ),
    Spec(
        DESTINATION,
        inputs("name! outputFormat deliveryDestinationConfiguration.destinationResourceArn! tags"),
        _create_destination, _reader("get_delivery_destination", "name"),
        delete=_remover("delete_delivery_destination", "name"), computed=("arn", "deliveryDestinationType"),
        identity=("name",), autoname=("name", 60),
    ),
    Spec(
        DELIVERY,
        inputs(
            "deliverySourceName!* deliveryDestinationArn!* recordFields fieldDelimiter "
            "s3DeliveryConfigurations.enableHiveCompatiblePath s3DeliveryConfigurations.suffixPath tags"
        ),
        _create_delivery, _reader("get_delivery", "id"), delete=_remover("delete_delivery", "id"), computed=("arn",),
        identity=("deliverySourceName", "deliveryDestinationArn"),
        references=(
            Reference("deliverySourceName", SOURCE, blocks=True),
            Reference("deliveryDestinationArn", DESTINATION, output="arn", blocks=True),
        ),
    ),
)  # fmt: skip
