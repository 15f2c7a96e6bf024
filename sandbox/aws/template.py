"""Launch templates, and capacity reservations, which moto has no API for."""

import hashlib
from typing import Any, cast

from sandbox.aws.bags import pascal, same
from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.ledger import Row
from sandbox.aws.network import retagged
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.tags import at_creation, held, mapping, pairs
from sandbox.plugin.provider import ProviderError
from sandbox.plugin.wire import Props, rows, section

RESERVATION = "aws:ec2/capacityReservation:CapacityReservation"
DATA = (
    "metadataOptions", "blockDeviceMappings", "userData", "monitoring", "tagSpecifications",
    "capacityReservationSpecification",
)  # fmt: skip
TEXTS = ("encrypted", "deleteOnTermination")
"""Settings of a disk that the upstream provider takes as text and EC2 as booleans."""


def _data(props: Props) -> dict[str, Any]:
    data = {name[0].upper() + name[1:]: pascal(props[name]) for name in DATA if name in props}
    for device in data.get("BlockDeviceMappings", ()):
        ebs = device.get("Ebs", {})
        texts = [text[0].upper() + text[1:] for text in TEXTS]
        ebs.update({key: str(ebs[key]).lower() == "true" for key in texts if key in ebs})
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
    return _newest(cloud, row) | {"tags": held(cloud, row.id)}


def _newest(cloud: Cloud, row: Row) -> Props:
    """The inputs of the newest version that differ from the ledger's."""
    answer = cloud.ec2.describe_launch_template_versions(LaunchTemplateId=row.id, Versions=["$Latest"])
    version = rows(answer, "LaunchTemplateVersions")[0]
    wanted, data = _data(row.inputs), section(version, "LaunchTemplateData")
    tagged = rows(data, "TagSpecifications")
    # moto puts the template's own tags among those of what is started from it.
    data = data | {"TagSpecifications": [tags for tags in tagged if tags["ResourceType"] != "launch-template"] or None}
    names = {name: name[0].upper() + name[1:] for name in DATA} | {"vpcSecurityGroupIds": "SecurityGroupIds"}
    seen = {n: _camel(data.get(key)) for n, key in names.items() if not same(wanted.get(key), data.get(key))}
    return seen | {"description": version.get("VersionDescription")}


def _camel(value: Any) -> Any:
    """EC2's spelling back to Pulumi's: a list of tags is a map, a disk's two booleans are text."""
    if isinstance(value, list):
        return [_camel(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    bag = cast("Props", value)
    camel = {key[0].lower() + key[1:]: _camel(below) for key, below in bag.items() if key != "Tags"}
    tags = {"tags": mapping(bag["Tags"])} if "Tags" in bag else {}
    return camel | tags | {key: str(camel[key]).lower() for key in TEXTS if key in camel}


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    retagged(cloud, row, news)
    if _data(row.inputs) != _data(news) or row.inputs.get("description") != news.get("description"):
        described = {"VersionDescription": news["description"]} if news.get("description") else {}
        cloud.ec2.create_launch_template_version(LaunchTemplateId=row.id, LaunchTemplateData=_data(news), **described)
    return _versions(cloud, row, news)


def _versions(cloud: Cloud, row: Row, news: Props) -> Props:
    """The numbers that EC2 counts: a version may have been made that the ledger never heard of."""
    template = cloud.ec2.describe_launch_templates(LaunchTemplateIds=[row.id])["LaunchTemplates"][0]
    latest, default = template["LatestVersionNumber"], template["DefaultVersionNumber"]
    if news.get("updateDefaultVersion") and default != latest:
        cloud.ec2.modify_launch_template(LaunchTemplateId=row.id, DefaultVersion=str(latest))
        default = latest
    return {"latestVersion": latest, "defaultVersion": default}


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
