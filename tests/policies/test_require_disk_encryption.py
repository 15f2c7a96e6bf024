import pytest
from rules._resource import UNKNOWN, Value
from rules._types import LAUNCH_TEMPLATE

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-disk-encryption"
MUTATIONS = (changed(LAUNCH_TEMPLATE, "llm-prod-a-system", ("blockDeviceMappings", 0, "ebs", "encrypted"), "false"),)
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
INSTANCE = "aws:ec2/instance:Instance"
VOLUME = "aws:ebs/volume:Volume"


def template(encrypted: Value) -> dict[str, Value]:
    return {"blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"encrypted": encrypted}}]}


@pytest.mark.parametrize(
    ("token", "props"),
    [
        (TEMPLATE, template("true")),
        (TEMPLATE, {"blockDeviceMappings": [{"virtualName": "ephemeral0"}]}),
        (INSTANCE, {"rootBlockDevice": {"encrypted": True}}),
        (VOLUME, {"encrypted": True}),
    ],
    ids=str,
)
def test_holds(token: str, props: dict[str, Value]) -> None:
    assert said(NAME, resource(token, props)) == []


@pytest.mark.parametrize(
    ("token", "props", "message"),
    [
        (
            TEMPLATE,
            template("false"),
            "blockDeviceMappings.ebs.encrypted of /dev/xvda is not true",
        ),
        (TEMPLATE, {}, "blockDeviceMappings is not set, so its root disk is as the image has it"),
        (INSTANCE, {}, "rootBlockDevice is not set, so its root disk is as the image has it"),
        (INSTANCE, {"rootBlockDevice": {}}, "rootBlockDevice.encrypted is not true"),
        (
            INSTANCE,
            {"rootBlockDevice": {"encrypted": True}, "ebsBlockDevices": [{"deviceName": "/dev/b"}]},
            "ebsBlockDevices.encrypted of /dev/b is not true",
        ),
        (VOLUME, {"encrypted": False}, "encrypted is not true"),
    ],
    ids=str,
)
def test_fails(token: str, props: dict[str, Value], message: str) -> None:
    assert said(NAME, resource(token, props)) == [("fail", message)]


@pytest.mark.parametrize(
    ("token", "props", "path"),
    [
        (TEMPLATE, template(UNKNOWN), "blockDeviceMappings.ebs.encrypted"),
        (TEMPLATE, {"blockDeviceMappings": UNKNOWN}, "blockDeviceMappings.ebs.encrypted"),
        (INSTANCE, {"rootBlockDevice": UNKNOWN}, "rootBlockDevice.encrypted"),
        (VOLUME, {"encrypted": UNKNOWN}, "encrypted"),
    ],
    ids=str,
)
def test_undecided_while_unknown(token: str, props: dict[str, Value], path: str) -> None:
    assert said(NAME, resource(token, props)) == [("unknown", f"{path} is not known before the update")]
