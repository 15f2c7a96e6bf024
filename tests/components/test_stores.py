"""The stores of the shipped stacks, as the program registers them."""

from functools import cache
from pathlib import Path
from typing import Any

import engine
import pytest
from google.protobuf.json_format import MessageToDict

from components.settings import Settings
from keyspace.commands import access_string
from keyspace.connection import from_environment

SHARED = "ldgnf-llm-prod-shared"
GROUP, PARAMETERS = "elasticache/replicationGroup:ReplicationGroup", "elasticache/parameterGroup:ParameterGroup"


@cache
def _made(stack: str) -> engine.Engine:
    return engine.run(stack, engine.values(stack), None if stack == "prod" else engine.UPSTREAM)


def _inputs(stack: str, type_: str, name: str) -> dict[str, Any]:
    (found,) = [each for each in _made(stack).of(type_) if each.name == name]
    return dict(found.inputs)


def test_the_primary_makes_the_shared_table_and_a_standby_joins_it() -> None:
    assert [each.name for each in _made("prod").of("multiRegionCluster:MultiRegionCluster")] == ["llm-prod-shared"]
    assert _made("dr").of("multiRegionCluster:MultiRegionCluster") == []
    for stack in ("prod", "dr"):
        member = _inputs(stack, "memorydb/cluster:Cluster", f"llm-{stack}-shared")
        assert member["multiRegionClusterName"] == SHARED
        assert member["kmsKeyArn"] == f"arn:aws:llm-{stack}-stores"
        # What the multi-Region cluster decides is not said again.
        assert not {"engine", "engineVersion", "numShards", "parameterGroupName"} & member.keys()


@pytest.mark.parametrize("stack", ["prod", "dr"])
def test_the_tables_password_is_a_secret_and_its_user_may_do_what_the_module_does(stack: str) -> None:
    (request,) = [each for each in _made(stack).requests.values() if each.type == "aws:memorydb/user:User"]
    user = MessageToDict(request.object)
    (password,) = user["authenticationMode"]["passwords"]
    # The engine's mark of a secret: https://www.pulumi.com/docs/iac/concepts/secrets/
    assert password["4dabf18193072939515e22adb298388d"] == "1b47061264138c4ac30d75fd1eb44270"
    assert user["accessString"] == access_string()
    assert _inputs(stack, "memorydb/cluster:Cluster", f"llm-{stack}-shared")["aclName"] == f"llm-{stack}-shared"


@pytest.mark.parametrize("stack", ["prod", "dr"])
def test_queue_and_cache_are_two_groups_that_differ_when_full(stack: str) -> None:
    found = {each.name: each.inputs["parameters"] for each in _made(stack).of(PARAMETERS)}
    assert found == {
        f"llm-{stack}-queue": [{"name": "maxmemory-policy", "value": "noeviction"}],
        f"llm-{stack}-cache": [{"name": "maxmemory-policy", "value": "allkeys-lfu"}],
    }
    for name in found:
        group = _inputs(stack, GROUP, name)
        assert group["parameterGroupName"].startswith(name)
        assert (group["transitEncryptionEnabled"], group["multiAzEnabled"]) == (True, True)


@pytest.mark.parametrize("stack", ["prod", "dr"])
def test_the_alarm_has_the_number_of_the_settings(stack: str) -> None:
    alarm = _inputs(stack, "metricAlarm:MetricAlarm", f"llm-{stack}-shared-lag")
    assert alarm["threshold"] == Settings.parse(engine.values(stack)).stores.shared.lag_milliseconds == 1000
    (query,) = alarm["metricQueries"]
    assert "MultiRegionClusterReplicationLag" in query["expression"]


@pytest.mark.parametrize("stack", ["prod", "dr"])
def test_whoever_reads_of_the_database_is_told_of_the_stores(stack: str) -> None:
    (topic,) = [f"arn:aws:{each.name}" for each in _made(stack).of("sns/topic:Topic")]
    for name in (f"llm-{stack}-queue-memory", f"llm-{stack}-shared-lag"):
        alarm = _inputs(stack, "metricAlarm:MetricAlarm", name)
        assert alarm["alarmActions"] == alarm["okActions"] == [topic]


def test_the_fullest_node_of_the_queue_rings_and_so_does_silence() -> None:
    alarm = _inputs("prod", "metricAlarm:MetricAlarm", "llm-prod-queue-memory")
    *nodes, fullest = alarm["metricQueries"]
    assert [each["metric"]["dimensions"]["CacheClusterId"] for each in nodes] == [
        "llm-prod-queue-001", "llm-prod-queue-002"
    ]  # fmt: skip
    assert not any(each.get("returnData") for each in nodes)
    assert fullest["returnData"]
    assert (alarm["comparisonOperator"], alarm["treatMissingData"]) == ("GreaterThanThreshold", "breaching")


def test_each_site_knows_both_stores_by_name() -> None:
    hosts = {
        (each.name, each.inputs["metadata"]["name"]): each.inputs["spec"]["externalName"]
        for each in _made("prod").of("core/v1:Service")
        if each.inputs["metadata"]["namespace"] == "business" and each.inputs["spec"].get("type") == "ExternalName"
    }
    assert hosts == {
        (f"llm-prod-{site}-{kind}", name): host
        for site in "ab"
        for kind, name, host in (
            ("cache", "redis-cluster", "master.llm-prod-cache.cache.example"),
            ("shared", "redis-shared", "clustercfg.llm-prod-shared.example"),
        )
    }


def test_each_site_sweeps_the_shared_table_with_what_its_program_takes() -> None:
    job = _inputs("prod", "batch/v1:CronJob", "llm-prod-b-sweep")["spec"]
    pod = job["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    secret = _inputs("prod", "core/v1:Secret", "llm-prod-b-shared")
    given = {each["name"]: each.get("value") or each["valueFrom"]["secretKeyRef"] for each in container["env"]}
    assert given["SHARED_USER"] == {"name": secret["metadata"]["name"], "key": "user"}
    found = from_environment({**given, "SHARED_USER": "word"})
    assert (found.host, found.port) == ("clustercfg.llm-prod-shared.example", 6379)
    (mount,), (volume,) = container["volumeMounts"], pod["volumes"]
    assert found.password_file.parent == Path(mount["mountPath"])
    assert volume["secret"]["secretName"] == secret["metadata"]["name"]
    assert {"user", "password"} == set(secret["stringData"]["value"])
