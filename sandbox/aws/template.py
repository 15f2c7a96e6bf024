"""Launch templates, and capacity reservations, which moto has no API for."""

import hashlib
from typing import Any, cast

from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.ledger import Row
from sandbox.aws.network import retagged
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.tags import at_creation, mapping, pairs
from sandbox.plugin.provider import ProviderError
from sandbox.plugin.wire import Props, rows

RESERVATION = "aws:ec2/capacityReservation:CapacityReservation"
DATA = (
    "metadataOptions", "blockDeviceMappings", "userData", "monitoring", "tagSpecifications",
    "capacityReservationSpecification",
)  # fmt: skip


def _pascal(value: Any) -> Any:
    """Pulumi's camel case to EC2's; entries of tags are data and stay."""
    if isinstance(value, dict):
        return {key[0].upper() + key[1:]: _pascal(below) for key, below in cast("Props", value).items()}
    return [_pascal(item) for item in cast("list[Any]", value)] if isinstance(value, list) else value


def _data(props: Props) -> dict[str, Any]:
    data = {name[0].upper() + name[1:]: _pascal(props[name]) for name in DATA if name in props}
    for device in data.get("BlockDeviceMappings", ()):
        ebs = device.get("Ebs", {})
        # The upstream provider takes these two as text, EC2 as booleans.
        ebs.update({k: str(ebs[k]).lower() == "true" for k in ("Encrypted", "DeleteOnTermination") if k in ebs})
    if "tagSpecifications" in props:
        data["TagSpecifications"] = [
            {"ResourceType": s["resourceType"], "Tags": pairs(s.get("tags"))} for s in props["tagSpecifications"]
        ]
    if props.get("vpcSecurityGroupIds"):
        data["SecurityGroupIds"] = props["vpcSecurityGroupIds"]
    return data


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    described = {"VersionDescription": props["description"]} if props.get("description") else {}
    made = cloud.ec2.create_launch_template(
        LaunchTemplateName=props["name"], LaunchTemplateData=_data(props), **described,
        **at_creation("launch-template", props),
    )["LaunchTemplate"]  # fmt: skip
    template = made["LaunchTemplateId"]
    arn = cloud.arn("ec2", f"launch-template/{template}")
    return template, {"arn": arn, "latestVersion": 1, "defaultVersion": 1}


def _read(cloud: Cloud, row: Row) -> Props | None:
    if not rows(found(lambda: cloud.ec2.describe_launch_templates(LaunchTemplateIds=[row.id])), "LaunchTemplates"):
        return None
    mine = [{"Name": "resource-id", "Values": [row.id]}]
    return {"tags": mapping(cloud.ec2.describe_tags(Filters=mine)["Tags"])}


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    retagged(cloud, row, news)
    if _data(row.inputs) == _data(news) and row.inputs.get("description") == news.get("description"):
        return {name: row.outputs[name] for name in ("latestVersion", "defaultVersion")}
    described = {"VersionDescription": news["description"]} if news.get("description") else {}
    made = cloud.ec2.create_launch_template_version(
        LaunchTemplateId=row.id, LaunchTemplateData=_data(news), **described
    )
    latest = int(made["LaunchTemplateVersion"]["VersionNumber"])
    if not news.get("updateDefaultVersion"):
        return {"latestVersion": latest, "defaultVersion": row.outputs["defaultVersion"]}
    cloud.ec2.modify_launch_template(LaunchTemplateId=row.id, DefaultVersion=str(latest))
    return {"latestVersion": latest, "defaultVersion": latest}


def _reserve(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_reservable(cloud, props)
    kept = len(cloud.ledger.find(RESERVATION))
    text = repr((cloud.region, sorted(props.items(), key=repr), kept))
    reservation = f"cr-{hashlib.sha256(text.encode()).hexdigest()[:17]}"
    arn = cloud.arn("ec2", f"capacity-reservation/{reservation}")
    return reservation, {"arn": arn, "ownerId": cloud.caller["Account"]}


def _require_reservable(cloud: Cloud, props: Props) -> None:
    if int(props["instanceCount"]) < 1:
        raise ProviderError(f"InvalidParameterValue: instanceCount is {props['instanceCount']}; at least 1 is allowed")
    if not str(props["availabilityZone"]).startswith(cloud.region):
        raise ProviderError(
            f"InvalidParameterValue: availabilityZone {props['availabilityZone']!r} is not a zone of {cloud.region}"
        )
    cloud.ec2.describe_instance_types(InstanceTypes=[props["instanceType"]])


def _resize(cloud: Cloud, row: Row, news: Props) -> Props:
    del row
    _require_reservable(cloud, news)
    return {}


SPECS = (
    Spec(
        "aws:ec2/launchTemplate:LaunchTemplate",
        inputs(
            "name! description metadataOptions.httpTokens metadataOptions.httpEndpoint "
            "metadataOptions.httpPutResponseHopLimit metadataOptions.instanceMetadataTags "
            "blockDeviceMappings.deviceName blockDeviceMappings.ebs.volumeSize blockDeviceMappings.ebs.volumeType "
            "blockDeviceMappings.ebs.encrypted blockDeviceMappings.ebs.kmsKeyId "
            "blockDeviceMappings.ebs.deleteOnTermination blockDeviceMappings.ebs.throughput "
            "blockDeviceMappings.ebs.iops userData monitoring.enabled tagSpecifications.resourceType "
            "tagSpecifications.tags capacityReservationSpecification.capacityReservationPreference "
            "capacityReservationSpecification.capacityReservationTarget.capacityReservationId "
            "vpcSecurityGroupIds updateDefaultVersion tags"
        ),
        _create, _read, _update,
        lambda cloud, row: vanish(lambda: cloud.ec2.delete_launch_template(LaunchTemplateId=row.id)),
        computed=("arn", "latestVersion", "defaultVersion"), volatile=("latestVersion", "defaultVersion"),
        identity=("name",), autoname=("name", 125),
        references=(
            Reference("vpcSecurityGroupIds", "aws:ec2/securityGroup:SecurityGroup", blocks=True),
            Reference(
                "capacityReservationSpecification.capacityReservationTarget.capacityReservationId", RESERVATION
            ),
        ),
    ),
    Spec(
        RESERVATION,
        inputs(
            "availabilityZone!* instanceCount* instancePlatform!* instanceType!* "
            "instanceMatchCriteria! endDateType tags"
        ),
        _reserve, update=_resize, computed=("arn", "ownerId"), held="recorded",
    ),
)  # fmt: skip
