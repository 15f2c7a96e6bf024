"""A kill between AWS's answer and our ledger: the next run takes the creation back, and makes exactly one."""

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from moto.core.base_backend import AccountSpecificBackend, BackendDict
from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import BaseWSGIServer, make_server

from sandbox import cloud as server
from sandbox.aws import cloud, orphans
from sandbox.aws.cloud import Cloud
from sandbox.aws.ledger import Ledger
from sandbox.aws.provider import AwsProvider
from sandbox.aws.table import TABLE
from sandbox.cloud.backends import seeded
from sandbox.cloud.journal import Journal
from sandbox.paths import Paths
from tests.sandbox.aws.case import Case
from tests.sandbox.aws.cases import CASES
from tests.sandbox.aws.conftest import FakePlane
from tests.sandbox.aws.estate import Estate

Count = Callable[[Cloud, Estate], int]


class KilledError(BaseException):
    """Stands for a kill: nothing catches it."""


class JournaledMoto:
    """moto behind its journal in this process; starting it again forgets all and replays."""

    def __init__(self, file: Path) -> None:
        self.application = DomainDispatcherApplication(create_backend_app)
        self.file = file
        self.journal = Journal(self.application, file, mock_random.seed)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        return self.journal(environ, start_response)

    def stop(self, paths: Paths) -> bool:
        return paths.journal == self.file

    def start(self, paths: Paths) -> None:
        assert paths.journal == self.file
        services = cast("Any", BackendDict)._instances
        for service in services:
            service.clear()
        services.clear()
        cast("Any", s3_backends).bucket_accounts.clear()  # of the class that a process has once: names are global
        self.journal = Journal(self.application, self.file, mock_random.seed)
        self.journal.replay()


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = Paths.of_checkout(tmp_path)
    paths.journal.parent.mkdir(parents=True)
    return paths


@pytest.fixture
def journaled(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> Iterator[JournaledMoto]:
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    backends = cast("Any", AccountSpecificBackend)
    monkeypatch.setattr(backends, "__getitem__", seeded(backends.__getitem__))
    moto = JournaledMoto(paths.journal)
    moto.start(paths)
    monkeypatch.setattr(server, "stop", moto.stop)
    monkeypatch.setattr(server, "start", moto.start)
    listener: BaseWSGIServer = make_server("127.0.0.1", 0, moto)
    Thread(target=listener.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{listener.server_port}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    cloud.reset_clients()
    yield moto
    listener.shutdown()
    listener.server_close()


@pytest.fixture
def estate(journaled: JournaledMoto, plane: FakePlane, paths: Paths) -> Estate:
    del journaled, plane
    provider = AwsProvider(paths)
    provider.configure({"region": "us-east-1"})
    return Estate(provider)


def ec2(operation: str, key: str, below: str = "") -> Count:
    def count(aws: Cloud, estate: Estate) -> int:
        del estate
        listed: list[dict[str, Any]] = getattr(aws.ec2, f"describe_{operation}")()[key]
        return sum(len(item[below]) for item in listed) if below else len(listed)

    return count


def listed(service: str, operation: str, key: str, **arguments: str) -> Count:
    def count(aws: Cloud, estate: Estate) -> int:
        given = {name: estate.id(case) for name, case in arguments.items()}
        return len(getattr(aws.client(service), operation)(**given)[key])

    return count


def found(service: str, operation: str, **arguments: str) -> Count:
    """One of a kind that is only set or not."""

    def count(aws: Cloud, estate: Estate) -> int:
        given = {name: estate.made[case.partition(".")[0]].outputs["arn"] if case.endswith(".arn") else estate.id(case)
                 for name, case in arguments.items()}  # fmt: skip
        try:
            answer = getattr(aws.client(service), operation)(**given)
        except ClientError:
            return 0
        return len(answer.keys() - {"ResponseMetadata"})

    return count


def distributions(aws: Cloud, estate: Estate) -> int:
    del estate
    return int(aws.client("cloudfront").list_distributions()["DistributionList"]["Quantity"])


def attached(aws: Cloud, estate: Estate) -> int:
    name = estate.made["nodes"].outputs["resources"][0]["autoscalingGroups"][0]["name"]
    answer = aws.client("autoscaling").describe_load_balancer_target_groups(AutoScalingGroupName=name)
    return len(answer["LoadBalancerTargetGroups"])


def walls(aws: Cloud, estate: Estate) -> int:
    del estate
    return len(aws.client("wafv2").list_web_acls(Scope="CLOUDFRONT")["WebACLs"])


def versions(aws: Cloud, estate: Estate) -> int:
    client = aws.client("secretsmanager")
    return len(client.describe_secret(SecretId=estate.id("secret")).get("VersionIdsToStages") or {})


def publishers(aws: Cloud, estate: Estate) -> int:
    held = aws.client("sns").get_topic_attributes(TopicArn=estate.id("topic"))
    return str(held["Attributes"]["Policy"]).count("events.rds.amazonaws.com")


def far_keys(aws: Cloud, estate: Estate) -> int:
    del estate
    return len(Cloud(aws.paths, "us-west-2").client("kms").list_keys()["Keys"])


def sent(aws: Cloud, estate: Estate) -> int:
    del estate
    return len(aws.client("ecr").describe_registry()["replicationConfiguration"]["rules"])


def locked(aws: Cloud, estate: Estate) -> int:
    held = aws.client("backup").describe_backup_vault(BackupVaultName=estate.id("vault"))
    return int(held.get("MinRetentionDays") is not None)


RECORDS = listed("route53", "list_resource_record_sets", "ResourceRecordSets", HostedZoneId="zone")
HELD: dict[str, Count] = {
    "vpc": ec2("vpcs", "Vpcs"),
    "a": ec2("subnets", "Subnets"),
    "b": ec2("subnets", "Subnets"),
    "igw": ec2("internet_gateways", "InternetGateways"),
    "eip": ec2("addresses", "Addresses"),
    "nat": ec2("nat_gateways", "NatGateways"),
    "rtb": ec2("route_tables", "RouteTables"),
    "rtb2": ec2("route_tables", "RouteTables"),
    "route": ec2("route_tables", "RouteTables", "Routes"),
    "rta": ec2("route_tables", "RouteTables", "Associations"),
    "sg": ec2("security_groups", "SecurityGroups"),
    "in": ec2("security_group_rules", "SecurityGroupRules"),
    "out": ec2("security_group_rules", "SecurityGroupRules"),
    "default": ec2("tags", "Tags"),
    "endpoint": ec2("vpc_endpoints", "VpcEndpoints"),
    "interface": ec2("vpc_endpoints", "VpcEndpoints"),
    "role": listed("iam", "list_roles", "Roles"),
    "attached": listed("iam", "list_attached_role_policies", "AttachedPolicies", RoleName="role"),
    "inline": listed("iam", "list_role_policies", "PolicyNames", RoleName="role"),
    "key": listed("kms", "list_keys", "Keys"),
    "alias": listed("kms", "list_aliases", "Aliases"),
    "logs": listed("logs", "describe_log_groups", "logGroups"),
    "flow": ec2("flow_logs", "FlowLogs"),
    "template": ec2("launch_templates", "LaunchTemplates"),
    "cluster": listed("eks", "list_clusters", "clusters"),
    "nodes": listed("eks", "list_nodegroups", "nodegroups", clusterName="cluster"),
    "zone": listed("route53", "list_hosted_zones", "HostedZones"),
    "check": listed("route53", "list_health_checks", "HealthChecks"),
    "certificate": listed("acm", "list_certificates", "CertificateSummaryList"),
    **dict.fromkeys(("proof", "proof2", "regional", "origin", "api"), RECORDS),
    "balancer": listed("elbv2", "describe_load_balancers", "LoadBalancers"),
    "targets": listed("elbv2", "describe_target_groups", "TargetGroups"),
    "listener": listed("elbv2", "describe_listeners", "Listeners", LoadBalancerArn="balancer"),
    "attachment": attached,
    "growth": listed("autoscaling", "describe_policies", "ScalingPolicies"),
    "secret": listed("secretsmanager", "list_secrets", "SecretList"),
    "value": versions,
    "wall": walls,
    "waflogs": listed("logs", "describe_log_groups", "logGroups"),
    "walllogs": found("wafv2", "get_logging_configuration", ResourceArn="wall.arn"),
    "distribution": distributions,
    "bucket": listed("s3", "list_buckets", "Buckets"),
    "blocked": found("s3", "get_public_access_block", Bucket="bucket"),
    "encrypted": found("s3", "get_bucket_encryption", Bucket="bucket"),
    "versioned": found("s3", "get_bucket_versioning", Bucket="bucket"),
    "owned": found("s3", "get_bucket_ownership_controls", Bucket="bucket"),
    "aged": found("s3", "get_bucket_lifecycle_configuration", Bucket="bucket"),
    "writable": found("s3", "get_bucket_policy", Bucket="bucket"),
    "alarm": listed("cloudwatch", "describe_alarms", "MetricAlarms"),
    "source": listed("logs", "describe_delivery_sources", "deliverySources"),
    "sink": listed("logs", "describe_delivery_destinations", "deliveryDestinations"),
    "delivery": listed("logs", "describe_deliveries", "deliveries"),
    "images": listed("ecr", "describe_repositories", "repositories"),
    "aging": found("ecr", "get_lifecycle_policy", repositoryName="images"),
    **dict.fromkeys(("weights", "copies"), listed("s3", "list_buckets", "Buckets")),
    "weightskept": found("s3", "get_bucket_versioning", Bucket="weights"),
    "copieskept": found("s3", "get_bucket_versioning", Bucket="copies"),
    "replicated": found("s3", "get_bucket_replication", Bucket="weights"),
    "farkey": far_keys,
    "sent": sent,
    "vault": listed("backup", "list_backup_vaults", "BackupVaultList"),
    "locked": locked,
    "topic": listed("sns", "list_topics", "Topics"),
    "publishers": publishers,
    "members": listed("rds", "describe_db_parameter_groups", "DBParameterGroups"),
    "placed": listed("rds", "describe_db_subnet_groups", "DBSubnetGroups"),
    **dict.fromkeys(("member", "plain"), listed("rds", "describe_db_instances", "DBInstances")),
    "events": listed("rds", "describe_event_subscriptions", "EventSubscriptionsList"),
}
"""How many of a case's kind AWS holds."""


def recorded(estate: Estate, case: Case) -> int:
    """Of a kind that moto has no API for, the ledger holds all there is."""
    return len(estate.provider.cloud.ledger.find(case.type))


def held(estate: Estate, case: Case) -> int:
    if TABLE[case.type].held == "recorded":
        return recorded(estate, case)
    return HELD[case.name](estate.provider.cloud, estate)


def kill_while_making(estate: Estate, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: Any) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "put", killed)
        with pytest.raises(KilledError):
            estate.create(case)


def waves() -> Iterator[list[Case]]:
    """The cases in the fewest rounds of which each needs only what earlier rounds made."""
    left, made = list(CASES), set[str]()
    while left:
        wave = [case for case in left if needs(case) <= made]
        left = [case for case in left if case not in wave]
        made |= {case.name for case in wave}
        yield wave


def needs(case: Case) -> set[str]:
    named = set(re.findall(r'"@(\w+)', json.dumps(case.inputs)))
    return named | ({"entry"} if case.name == "policy" else set())


def census(estate: Estate, wave: list[Case]) -> dict[str, int]:
    return {case.name: held(estate, case) for case in wave}


def test_each_type_is_taken_back_and_made_once(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    for wave in waves():
        in_moto = {case.name for case in wave if TABLE[case.type].held == "moto"}
        before = census(estate, wave)
        for case in wave:
            kill_while_making(estate, case, monkeypatch)
        killed = census(estate, wave)
        assert {name for name in before if killed[name] > before[name]} == in_moto, "nothing was left behind"
        taken = orphans.roll_back(estate.provider.paths)
        assert taken == [f"{case.type} {case.name}" for case in wave if case.name in in_moto]
        assert census(estate, wave) == before, "not taken back"
        for case in wave:
            estate.create(case)
        made = census(estate, wave)
        assert {name: made[name] for name in in_moto} == {name: killed[name] for name in in_moto}, "not exactly one"
        assert all(made[name] > before[name] for name in before)
    assert orphans.roll_back(estate.provider.paths) == []
    estate.require_no_drift()


def test_what_is_outside_moto_is_taken_away_unless_another_creation_owns_it(
    estate: Estate, plane: FakePlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    *before, cluster = [case for case in CASES if case.name in {"vpc", "a", "b", "role", "key", "cluster"}]
    for case in before:
        estate.create(case)
    kill_while_making(estate, cluster, monkeypatch)
    assert plane.running
    orphans.roll_back(estate.provider.paths)
    assert not plane.running
    estate.create(cluster)
    with pytest.raises(Exception, match="there is a cluster site-a"):
        estate.create(cluster)
    orphans.roll_back(estate.provider.paths)
    assert plane.running
    nodes = next(case for case in CASES if case.name == "nodes")
    bare = Case("nodes", nodes.type, {k: v for k, v in nodes.inputs.items() if k != "launchTemplate"})
    kill_while_making(estate, bare, monkeypatch)
    assert plane.nodes
    orphans.roll_back(estate.provider.paths)
    assert not plane.nodes
