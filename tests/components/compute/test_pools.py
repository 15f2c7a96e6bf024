"""ProxySQL of the shipped stacks: what its pods are given agrees with what its files and scripts expect."""

import base64
import ipaddress
from functools import cache
from typing import Any

import engine
import pytest
from google.protobuf.json_format import MessageToDict

from components import addressing
from components.pods import FILES
from components.settings import Settings, SettingsError

NAME = "llm-prod-a-proxysql"


@cache
def _made(stack: str = "prod") -> engine.Engine:
    return engine.run(stack, engine.values(stack), engine.UPSTREAM if stack == "dr" else None)


def _of(kind: str, name: str = NAME, stack: str = "prod") -> dict[str, Any]:
    (found,) = [each.inputs for each in _made(stack).of(kind) if each.name == name]
    return dict(found)


def _pod() -> dict[str, Any]:
    return _of("apps/v1:Deployment")["spec"]["template"]["spec"]


def _containers() -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in (*_pod()["initContainers"], *_pod()["containers"])}


def _files(name: str = NAME, stack: str = "prod") -> dict[str, str]:
    return _of("core/v1:ConfigMap", name, stack)["data"]


def test_two_of_it_on_nodes_of_their_own() -> None:
    spec = _of("apps/v1:Deployment")["spec"]
    assert spec["replicas"] == 2
    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    (spread,) = _pod()["topologySpreadConstraints"]
    assert (spread["topologyKey"], spread["maxSkew"]) == ("kubernetes.io/hostname", 1)
    assert spread["whenUnsatisfiable"] == "DoNotSchedule"
    budget = _of("PodDisruptionBudget")["spec"]
    assert budget["maxUnavailable"] == 1
    labels = spec["template"]["metadata"]["labels"]
    assert budget["selector"]["matchLabels"] == spread["labelSelector"]["matchLabels"] == labels


def test_a_change_of_its_files_starts_no_pod_anew() -> None:
    metadata = _of("apps/v1:Deployment")["spec"]["template"]["metadata"]
    assert FILES not in metadata.get("annotations", {})


def test_its_service_leads_to_where_it_listens() -> None:
    service = _of("core/v1:Service")
    assert (service["metadata"]["name"], service["metadata"]["namespace"]) == ("mysql", "data")
    (port,) = service["spec"]["ports"]
    listens = {each["name"]: int(each["containerPort"]) for each in _containers()["proxysql"]["ports"]}
    assert f'interfaces="0.0.0.0:{listens[port["targetPort"]]}"' in _files()["proxysql.cnf"]
    assert f"restapi_port={listens['metrics']}" in _files()["proxysql.cnf"]
    assert f"mysql.data.svc:{int(port['port'])}/" in _files(f"{NAME}-clients")["hikari.properties"]


def test_what_files_and_scripts_name_is_mounted_and_there() -> None:
    secret = set(_secret_files())
    volumes = {each["name"]: each for each in _pod()["volumes"]}
    places = {
        "/etc/proxysql": set(_files()),
        "/run/secrets/proxysql": secret,
        # init.sh writes them.
        "/run/proxysql": {"admin.cnf", "client.cnf"},
    }
    for container in _containers().values():
        mounts = {each["mountPath"]: each for each in container["volumeMounts"]}
        named = [
            word for word in [*container["command"], *container.get("args", [])] if word.startswith(("/etc", "/run/"))
        ]
        for path in named:
            folder, _, file = path.rpartition("/")
            assert path in mounts or (folder in mounts and file in places[folder]), path
        assert {each["name"] for each in mounts.values() if each.get("readOnly")} == {"config", "secrets"}
        assert {each["name"] for each in mounts.values()} <= set(volumes)
    for line in _files()["proxysql.cnf"].splitlines():
        if line.startswith("@include"):
            folder, _, file = line.split('"')[1].rpartition("/")
            assert file in places[folder], line
    assert volumes["run"]["emptyDir"]["medium"] == "Memory"


def test_every_file_of_the_database_is_watched() -> None:
    command = _containers()["reloader"]["command"]
    read = {line.split('"')[1] for line in _files()["proxysql.cnf"].splitlines() if line.startswith("@include")}
    # The word of the admin interface is the pod's own, and stays.
    assert read - {"/run/proxysql/admin.cnf"} <= set(command)
    assert "/etc/proxysql/proxysql.cnf" in command
    assert command.index("/etc/proxysql/servers.cnf") == 4


def _secret_files() -> dict[str, Any]:
    (request,) = [each for urn, each in _made().requests.items() if urn.endswith(f"kubernetes:core/v1:Secret::{NAME}")]
    # The engine's mark of a secret: https://www.pulumi.com/docs/iac/concepts/secrets/
    held = MessageToDict(request.object)["stringData"]
    assert held["4dabf18193072939515e22adb298388d"] == "1b47061264138c4ac30d75fd1eb44270"
    return held["value"]


def test_passwords_are_secrets_of_the_stack_and_in_no_config_map() -> None:
    assert _secret_files() == {"user.cnf": 'password="word"\n', "monitor.cnf": 'monitor_password="word"\n'}
    for each in _made().of("core/v1:ConfigMap"):
        for text in each.inputs["data"].values():
            for form in ('"word"', base64.b64encode(b"word").decode()):
                assert form not in text


def test_the_group_in_prod_and_the_copy_in_dr() -> None:
    prod, copy = _files()["servers.cnf"], _files("llm-dr-c-proxysql", "dr")["servers.cnf"]
    assert prod.count("address=") == 3
    assert "mysql_group_replication_hostgroups" in prod
    assert copy.count("address=") == 1
    assert "mysql_replication_hostgroups" in copy
    assert _files()["rds-ca.pem"] != _files("llm-dr-c-proxysql", "dr")["rds-ca.pem"]


def test_only_marked_clients_come_in_and_only_members_are_reached() -> None:
    spec = _of("NetworkPolicy")["spec"]
    clients, monitoring = spec["ingress"]
    (who,) = clients["from"]
    assert who["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "business"}
    assert who["podSelector"]["matchLabels"] == {"inference-platform/database": "client"}
    assert clients["ports"] == [{"protocol": "TCP", "port": 6033}]
    assert monitoring["ports"] == [{"protocol": "TCP", "port": 6070}]
    (members,) = spec["egress"]
    assert members["ports"] == [{"protocol": "TCP", "port": 3306}]
    reached = {each["ipBlock"]["cidr"] for each in members["to"]}
    subnets = {
        each.inputs["cidrBlock"]
        for each in _made().of("ec2/subnet:Subnet")
        if "database" in each.name or "standby" in each.name
    }
    assert reached == subnets
    assert all(ipaddress.ip_network(cidr).prefixlen == 24 for cidr in reached)


def test_clients_may_go_to_proxysql_and_nowhere_else() -> None:
    policy = _of("NetworkPolicy", f"{NAME}-clients")
    assert policy["metadata"]["namespace"] == "business"
    assert policy["spec"]["podSelector"]["matchLabels"] == {"inference-platform/database": "client"}
    ((way,),) = [rule["to"] for rule in policy["spec"]["egress"]]
    assert way["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": "proxysql"}


def test_a_pod_that_ends_has_time_for_the_longest_statement() -> None:
    proxysql, reloader = _containers()["proxysql"], _containers()["reloader"]
    wait = int(proxysql["lifecycle"]["preStop"]["sleep"]["seconds"])
    statement = engine.values("prod")["pools"]["statement_milliseconds"] / 1000
    drain = reloader["lifecycle"]["preStop"]["exec"]["command"]
    assert wait >= statement + int(drain[-1])
    assert _pod()["terminationGracePeriodSeconds"] > wait
    assert reloader["restartPolicy"] == "Always"


def test_the_settings_count_what_the_pods_ask_for() -> None:
    settings = Settings.parse(engine.values("prod"))
    beside = [_containers()["reloader"], _containers()["proxysql"]]
    cpu = sum(int(each["resources"]["requests"]["cpu"].removesuffix("m")) for each in beside)
    memory = sum(int(each["resources"]["requests"]["memory"].removesuffix("Mi")) for each in beside)
    assert (cpu * 3, memory * 3, 3) == (
        settings.pools.demand().millicores, settings.pools.demand().memory_mib, settings.pools.demand().pods,
    )  # fmt: skip
    assert all(each["resources"]["requests"] == each["resources"]["limits"] for each in _containers().values())


def test_a_quota_without_room_for_it_is_refused() -> None:
    values = engine.values("prod")
    values["quotas"]["data"]["cpu"] = 2
    with pytest.raises(SettingsError, match=r"quotas\.data: cpu 2 is below 3, for the database's pods"):
        Settings.parse(values)


def test_networks_are_those_of_the_region() -> None:
    found = addressing.database_networks("10.20.0.0/16", ["a", "b"])
    assert len(set(found)) == 4
    assert all(ipaddress.IPv4Network(each).subnet_of(ipaddress.IPv4Network("10.20.0.0/16")) for each in found)
