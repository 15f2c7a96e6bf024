"""The server for real: what it held before a kill -9 it holds after, ids included."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from botocore.config import Config

from sandbox import cloud
from sandbox.cloud.identity import assume
from sandbox.errors import SandboxError
from sandbox.paths import Paths
from sandbox.process import Daemon

REGION = "us-east-1"
ROLE = "arn:aws:iam::111122223333:role/deployer"


@pytest.fixture
def paths(tmp_path: Path) -> Iterator[Paths]:
    paths = Paths.of_checkout(tmp_path)
    yield paths
    cloud.stop(paths)


def client(service: str, endpoints: cloud.Endpoints, **session: str) -> Any:
    credentials = {
        "aws_access_key_id": session.get("AWS_ACCESS_KEY_ID", "test"),
        "aws_secret_access_key": session.get("AWS_SECRET_ACCESS_KEY", "test"),
        "aws_session_token": session.get("AWS_SESSION_TOKEN"),
    }
    config = Config(retries={"max_attempts": 0})
    return cast("Any", boto3).client(
        service, region_name=REGION, endpoint_url=endpoints.moto, config=config, **credentials
    )


def furnish(endpoints: cloud.Endpoints) -> None:
    ec2 = client("ec2", endpoints)
    vpc = ec2.create_vpc(CidrBlock="10.16.0.0/16")["Vpc"]["VpcId"]
    ec2.create_subnet(VpcId=vpc, CidrBlock="10.16.0.0/24")
    ec2.create_internet_gateway()
    with pytest.raises(ec2.exceptions.ClientError):
        ec2.create_subnet(VpcId=vpc, CidrBlock="10.16.0.0/24")
    client("kms", endpoints).create_key(Description="key")
    client("iam", endpoints).create_role(RoleName="node", AssumeRolePolicyDocument="{}")
    client("logs", endpoints).create_log_group(logGroupName="/flow")


def inventory(endpoints: cloud.Endpoints) -> list[Any]:
    ec2, iam = client("ec2", endpoints), client("iam", endpoints)
    return [
        sorted(v["VpcId"] for v in ec2.describe_vpcs()["Vpcs"]),
        sorted(s["SubnetId"] for s in ec2.describe_subnets()["Subnets"]),
        [g["InternetGatewayId"] for g in ec2.describe_internet_gateways()["InternetGateways"]],
        [k["KeyId"] for k in client("kms", endpoints).list_keys()["Keys"]],
        [r["RoleId"] for r in iam.list_roles()["Roles"]],
        [g["logGroupName"] for g in client("logs", endpoints).describe_log_groups()["logGroups"]],
    ]


def test_a_killed_server_comes_back_on_its_ports_with_its_memory(paths: Paths) -> None:
    endpoints = cloud.start(paths)
    furnish(endpoints)
    before = inventory(endpoints)
    Daemon("cloud", paths.cloud).kill()
    assert not cloud.is_running(paths)
    with paths.journal.open("a") as journal:
        journal.write('{"torn')
    assert cloud.start(paths) == endpoints
    assert inventory(endpoints) == before


def test_a_session_of_the_role_survives_too(paths: Paths) -> None:
    endpoints = cloud.start(paths)
    session = assume(paths, endpoints, ROLE, REGION)
    Daemon("cloud", paths.cloud).kill()
    endpoints = cloud.start(paths)
    assert assume(paths, endpoints, ROLE, REGION) == session
    caller = client("sts", endpoints, **session).get_caller_identity()
    assert caller["Account"] == "111122223333"
    assert caller["Arn"].startswith("arn:aws:sts::111122223333:assumed-role/deployer/")


def test_an_arn_that_is_no_role_is_refused(paths: Paths) -> None:
    nowhere = cloud.Endpoints("http://127.0.0.1:1", "http://127.0.0.1:1/authenticate")
    with pytest.raises(SandboxError, match=r"'arn:aws:iam::1:user/x' is no IAM role; write it as"):
        assume(paths, nowhere, "arn:aws:iam::1:user/x", REGION)


def test_reads_are_not_written_down(paths: Paths) -> None:
    endpoints = cloud.start(paths)
    furnish(endpoints)
    written = paths.journal.read_bytes()
    inventory(endpoints)
    assert paths.journal.read_bytes() == written
    assert written.count(b"\n") == 6
