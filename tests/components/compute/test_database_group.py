"""The pods of the bootstrap and the exporter: where they are, what they may do, and that the program takes its part."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import engine
import pulumi
import pytest

from components.compute.database_group import DatabaseGroup, DatabaseGroupArgs
from components.compute.database_pod import Told
from components.database import MONITOR
from components.storage.mysql.secret import ReplicationSecret
from database import exporter, secret, settings

GROUP = "6f0c3a52-0a4e-4f3e-9d0c-6b1f3c1f7a11"
IMAGE = f"{engine.ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/llm-prod-database@sha256:{'a' * 64}"
PASSWORD = "not-to-be-seen"


def _declare(*, forms: bool) -> None:
    told = Told(
        members={"b": pulumi.Output.from_input("b.example"), "a": pulumi.Output.from_input("a.example")},
        group_name=GROUP,
        parameter_group="llm-prod-db-1",
        master_secret="arn:master",
        replication_secret="arn:replication",
        region="us-east-1",
    )
    args = DatabaseGroupArgs(
        told=told,
        key="arn:key",
        monitor_password=pulumi.Output.secret(PASSWORD),
        networks=["10.0.1.0/24", "10.0.2.0/24"],
        image=IMAGE,
        account=engine.ACCOUNT,
        cluster="llm-prod-a",
        site="a",
        forms=forms,
        after=[],
    )
    DatabaseGroup("llm-prod-a-database", args)


@cache
def _made(*, forms: bool = True) -> engine.Engine:
    return engine.declare(lambda: _declare(forms=forms))


def _one(kind: str, name: str) -> Mapping[str, Any]:
    (found,) = [each.inputs for each in _made().of(kind) if each.inputs["metadata"]["name"] == name]
    return found


def _pod(kind: str, name: str) -> Mapping[str, Any]:
    return _one(kind, name)["spec"]["template"]["spec"]


JOB = ("batch/v1:Job", "database-bootstrap")
EXPORTER = ("apps/v1:Deployment", "database-exporter")


def _environment(pod: Mapping[str, Any], monitor: str) -> dict[str, str]:
    (container,) = pod["containers"]
    found = {each["name"]: each["value"] for each in container["env"]}
    (mount,) = container["volumeMounts"]
    assert found["MONITOR_PASSWORD_FILE"] == f"{mount['mountPath']}/password"
    return {**found, "MONITOR_PASSWORD_FILE": monitor}


def test_the_program_takes_what_the_pods_are_told() -> None:
    bootstrap = settings.for_bootstrap(_environment(_pod(*JOB), __file__))
    assert [(each.name, each.address) for each in bootstrap.where.members] == [
        ("b", "b.example:3306"),
        ("a", "a.example:3306"),
    ]
    assert (bootstrap.group_name, bootstrap.parameter_groups) == (GROUP, ["llm-prod-db-1"])
    assert (bootstrap.master_secret, bootstrap.replication_secret) == ("arn:master", "arn:replication")
    exporter = settings.for_export(_environment(_pod(*EXPORTER), __file__))
    assert exporter.where.members == bootstrap.where.members
    (container,) = _pod(*EXPORTER)["containers"]
    assert container["ports"] == [{"name": "metrics", "containerPort": exporter.listen_port}]


def test_the_job_ends_and_its_engine_waits_for_it() -> None:
    spec = _one(*JOB)["spec"]
    tries, longest = spec["backoffLimit"] + 1, spec["activeDeadlineSeconds"]
    one = settings.for_bootstrap(_environment(_pod(*JOB), __file__)).deadline_seconds
    assert longest > tries * one
    [(_, request)] = [(urn, each) for urn, each in _made().requests.items() if "batch/v1:Job" in urn]
    assert int(request.customTimeouts.create.removesuffix("s")) > longest


@pytest.mark.parametrize("place", [JOB, EXPORTER])
def test_pods_are_restricted_and_hold_no_password(place: tuple[str, str]) -> None:
    pod = _pod(*place)
    (container,) = pod["containers"]
    assert container["image"] == IMAGE
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["automountServiceAccountToken"] is False
    assert container["resources"]["requests"] == container["resources"]["limits"]
    assert PASSWORD not in json.dumps(pod)


def test_the_job_reaches_members_and_aws_and_the_exporter_members_alone() -> None:
    members = [{"ipBlock": {"cidr": "10.0.1.0/24"}}, {"ipBlock": {"cidr": "10.0.2.0/24"}}]
    bootstrap = _one("networking.k8s.io/v1:NetworkPolicy", "database-bootstrap")["spec"]
    assert bootstrap["ingress"] == []
    assert [(each.get("to"), each["ports"][0]["port"]) for each in bootstrap["egress"]] == [
        (members, 3306),
        ([{"ipBlock": {"cidr": "169.254.170.23/32"}}], 80),
        (None, 443),
    ]
    exporter = _one("networking.k8s.io/v1:NetworkPolicy", "database-exporter")["spec"]
    assert [(each.get("to"), each["ports"][0]["port"]) for each in exporter["egress"]] == [(members, 3306)]
    assert [each["ports"][0]["port"] for each in exporter["ingress"]] == [9104]


def test_its_role_reads_two_secrets_and_writes_one_parameter_group() -> None:
    (policy,) = _made().of("iam/rolePolicy:RolePolicy")
    rights: dict[str, Any] = {}
    for each in json.loads(policy.inputs["policy"])["Statement"]:
        actions = [each["Action"]] if isinstance(each["Action"], str) else each["Action"]
        rights |= dict.fromkeys(actions, each["Resource"])
    group = f"arn:aws:rds:us-east-1:{engine.ACCOUNT}:pg:llm-prod-db-1"
    assert rights == {
        "rds:DescribeDBParameters": group,
        "rds:ModifyDBParameterGroup": group,
        "secretsmanager:GetSecretValue": ["arn:master", "arn:replication"],
        "kms:Decrypt": "arn:key",
    }


def test_other_sites_watch_and_form_nothing() -> None:
    made = _made(forms=False)
    assert not made.of("batch/v1:Job")
    assert not made.of("iam/role:Role")
    assert len(made.of("apps/v1:Deployment")) == 1


@cache
def _stack(stack: str) -> engine.Engine:
    return engine.run(stack, engine.values(stack), engine.UPSTREAM if stack == "dr" else None)


def _named(made: engine.Engine, kind: str, part: str) -> list[str]:
    return sorted(each.name for each in made.of(kind) if each.inputs["metadata"]["name"] == part)


def test_each_site_of_a_group_watches_it_and_the_first_forms_it() -> None:
    assert _named(_stack("prod"), *JOB) == ["llm-prod-a-database"]
    assert _named(_stack("prod"), *EXPORTER) == ["llm-prod-a-database", "llm-prod-b-database"]


def test_where_there_is_no_group_nothing_forms_or_watches_one() -> None:
    values = engine.values("prod")
    alone = engine.run("prod", values | {"sites": values["sites"][:1]}, None)
    for made in (_stack("dr"), alone):
        assert not _named(made, *JOB)
        assert not _named(made, *EXPORTER)


def test_the_job_is_told_of_the_groups_own_members_and_waits_for_all_that_it_reads() -> None:
    made = _stack("prod")
    (job,) = (each.inputs["spec"] for each in made.of(JOB[0]) if each.name == "llm-prod-a-database")
    told = settings.for_bootstrap(_environment(job["template"]["spec"], __file__))
    assert [each.address for each in told.where.members] == [
        f"llm-prod-db-{each}.abc.rds.example:3306" for each in ("a", "b", "witness")
    ]
    (parameters,) = made.of("rds/parameterGroup:ParameterGroup")
    given = {each["name"]: each["value"] for each in parameters.inputs["parameters"]}
    assert told.group_name == given["group_replication_group_name"]
    waits = " ".join(_waits(made, f"{JOB[0]}::llm-prod-a-database"))
    instances = [f"rds/instance:Instance::llm-prod-db-{each}" for each in ("a", "b", "witness")]
    reads = ["parameterGroup:ParameterGroup::llm-prod-db", "SecretVersion::llm-prod-db-replication"]
    rights = ["RolePolicy::llm-prod-a-database-bootstrap", "Association::llm-prod-a-database-bootstrap"]
    assert [each for each in (*instances, *reads, *rights) if each not in waits] == []


def _waits(made: engine.Engine, end: str) -> list[str]:
    (request,) = (each for urn, each in made.requests.items() if urn.endswith(end))
    return [*request.dependencies, *(urn for found in request.propertyDependencies.values() for urn in found.urns)]


def test_its_secrets_are_what_the_program_takes() -> None:
    assert ReplicationSecret.characters <= secret.LONGEST_REPLICATION_PASSWORD
    assert MONITOR == settings.MONITOR


def test_proxysql_looks_at_members_and_copies_as_the_account_that_the_job_makes() -> None:
    for stack, site in (("prod", "llm-prod-b"), ("dr", "llm-dr-c")):
        made = _stack(stack)
        (files,) = (each.inputs["data"] for each in made.of("v1:ConfigMap") if each.name == f"{site}-proxysql")
        assert f'monitor_username="{MONITOR}"' in files["proxysql.cnf"]
    (words,) = (each.inputs["stringData"] for each in made.of("v1:Secret") if each.name == "llm-dr-c-proxysql")
    assert words["value"]["monitor.cnf"] == 'monitor_password="monitor\'s word"\n'
    secrets = _waits(_stack("prod"), "v1:Secret::llm-prod-b-proxysql")
    assert any(each.endswith("SecretVersion::llm-prod-db-monitor") for each in secrets)


def test_a_scrape_waits_for_a_member_that_is_gone() -> None:
    (release,) = (each.inputs for each in _stack("prod").of("v3:Release") if each.name == "llm-prod-a-prometheus")
    patience = int(release["values"]["server"]["global"]["scrape_timeout"].removesuffix("s"))
    assert patience > 2 * exporter.ANSWER_SECONDS
