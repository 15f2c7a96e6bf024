"""The server for real: what it held before a kill -9 it holds after, ids included."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from botocore.config import Config

from sandbox import cloud
from sandbox.cloud.identity import assume
from sandbox.cloud.rollback import forget
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


def client(service: str, endpoints: cloud.Endpoints, region: str = REGION, **session: str) -> Any:
    credentials = {
        "aws_access_key_id": session.get("AWS_ACCESS_KEY_ID", "test"),
        "aws_secret_access_key": session.get("AWS_SECRET_ACCESS_KEY", "test"),
        "aws_session_token": session.get("AWS_SESSION_TOKEN"),
    }
    config = Config(retries={"max_attempts": 0})
    return cast("Any", boto3).client(
        service, region_name=region, endpoint_url=endpoints.moto, config=config, **credentials
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


def inventory(endpoints: cloud.Endpoints, region: str = REGION) -> list[Any]:
    ec2, iam = client("ec2", endpoints, region), client("iam", endpoints)
    return [
        sorted(v["VpcId"] for v in ec2.describe_vpcs()["Vpcs"]),
        sorted(s["SubnetId"] for s in ec2.describe_subnets()["Subnets"]),
        [g["InternetGatewayId"] for g in ec2.describe_internet_gateways()["InternetGateways"]],
        sorted(g["GroupId"] for g in ec2.describe_security_groups()["SecurityGroups"]),
        sorted(t["RouteTableId"] for t in ec2.describe_route_tables()["RouteTables"]),
        [k["KeyId"] for k in client("kms", endpoints, region).list_keys()["Keys"]],
        [r["RoleId"] for r in iam.list_roles()["Roles"]],
        [g["logGroupName"] for g in client("logs", endpoints, region).describe_log_groups()["logGroups"]],
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


def test_a_session_that_aws_lost_is_made_anew(paths: Paths) -> None:
    endpoints = cloud.start(paths)
    lost = assume(paths, endpoints, ROLE, REGION)
    cloud.stop(paths)
    paths.journal.unlink()
    endpoints = cloud.start(paths)
    assert client("sts", endpoints, **lost).get_caller_identity()["Account"] != "111122223333"
    made = assume(paths, endpoints, ROLE, REGION)
    assert client("sts", endpoints, **made).get_caller_identity()["Account"] == "111122223333"
    assert assume(paths, endpoints, ROLE, REGION) == made


def test_two_starts_with_one_journal_give_the_same_ids_whatever_is_asked_first(paths: Paths, tmp_path: Path) -> None:
    endpoints = cloud.start(paths)
    inventory(endpoints, "us-west-2")
    furnish(endpoints)
    other = Paths.of_checkout(tmp_path / "other")
    other.journal.parent.mkdir(parents=True)
    other.journal.write_bytes(paths.journal.read_bytes())
    before = [inventory(endpoints, region) for region in (REGION, "us-west-2")]
    try:
        again = cloud.start(other)
        assert [inventory(again, region) for region in ("us-west-2", REGION)] == before[::-1]
    finally:
        cloud.stop(other)


def mark(request: Any, **_: Any) -> None:
    request.headers[cloud.OPERATION] = "cut"


def test_what_an_operation_asked_is_taken_back_and_all_other_ids_stay(paths: Paths) -> None:
    endpoints = cloud.start(paths)
    ec2 = client("ec2", endpoints)
    ec2.meta.events.register("before-send", mark)
    vpc = ec2.create_vpc(CidrBlock="10.32.0.0/16")["Vpc"]["VpcId"]
    furnish(endpoints)
    with_it = inventory(endpoints)
    assert forget(paths, {"cut", "never"}) == {"cut"}
    without = inventory(endpoints)
    assert without[0] == [one for one in with_it[0] if one != vpc]
    assert set(without[3]) < set(with_it[3])
    assert without[1:3] + without[5:] == with_it[1:3] + with_it[5:]
    assert forget(paths, {"cut"}) == set()


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
