"""The precompute job of the shipped prod stack: what it may take, whom it reaches, and that its program takes its settings."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import engine
import pytest

from components.settings import Settings, SettingsError
from worker.precompute.settings import from_environment

NAME = "llm-prod-a-precompute"


@cache
def _engine(stack: str) -> engine.Engine:
    return engine.run(stack, engine.values(stack), None if stack == "prod" else engine.UPSTREAM)


def _made(kind: str, name: str = NAME) -> dict[str, Any]:
    stack = name.split("-")[1]
    (found,) = [each.inputs for each in _engine(stack).of(kind) if each.name == name]
    return dict(found)


def _job(stack: str = "prod") -> dict[str, Any]:
    return _made("batch/v1:CronJob", NAME if stack == "prod" else "llm-dr-c-precompute")["spec"]


def _pod(stack: str = "prod") -> dict[str, Any]:
    return _job(stack)["jobTemplate"]["spec"]["template"]["spec"]


def _environment(stack: str = "prod") -> dict[str, str]:
    (container,) = _pod(stack)["containers"]
    return {each["name"]: each.get("value") or each["valueFrom"]["secretKeyRef"]["key"] for each in container["env"]}


def test_the_program_takes_what_the_pod_gives_it() -> None:
    found, settings = from_environment(_environment()), Settings.parse(engine.values("prod"))
    inference, wanted = settings.inference, settings.precompute
    share = inference.concurrency * inference.replicas.minimum * wanted.share_percent / 100
    assert share - 1 < found.in_flight <= share
    assert (found.top, found.deadline_seconds) == (wanted.top, wanted.deadline_seconds)
    assert found.ahead_seconds == settings.access.gateway.cache.fresh_seconds // 2


def test_it_is_in_the_workers_image() -> None:
    (own,) = _pod()["containers"]
    (worker,) = _made("apps/v1:Deployment", "llm-prod-a-workers")["spec"]["template"]["spec"]["containers"]
    assert own["image"] == worker["image"]


def test_its_host_is_a_headless_service_of_the_gateways_and_its_port_is_theirs() -> None:
    service = _made("core/v1:Service", "llm-prod-a-gateway-prompts")
    found = from_environment(_environment())
    assert found.host == f"{service['metadata']['name']}.{service['metadata']['namespace']}.svc"
    assert service["spec"]["clusterIP"] == "None"
    gateway = _made("apps/v1:Deployment", "llm-prod-a-gateway")["spec"]["template"]
    assert service["spec"]["selector"].items() <= gateway["metadata"]["labels"].items()
    ports = {each["name"]: each["containerPort"] for each in gateway["spec"]["containers"][0]["ports"]}
    assert ports["prompts"] == found.port == service["spec"]["ports"][0]["port"]
    files = _made("core/v1:ConfigMap", "llm-prod-a-gateway")["data"]
    assert f"listen {found.port:.0f};" in files["nginx.conf"]


@pytest.mark.parametrize("stack", ["prod", "dr"])
def test_it_reads_the_cache_of_its_region_and_the_table_of_all(stack: str) -> None:
    found, settings = from_environment(_environment(stack)).exchange, Settings.parse(engine.values(stack))
    assert found
    assert (found.cache.host, found.cache.port) == (f"master.llm-{stack}-cache.cache.example", 6379)
    assert (found.table.host, found.table.port) == (f"clustercfg.llm-{stack}-shared.example", 6379)
    cache = settings.access.gateway.cache
    assert cache.shared
    assert found.lifetime_seconds == cache.shared.ttl_seconds
    assert found.least_seconds == cache.fresh_seconds + settings.precompute.deadline_seconds


def test_it_names_answers_as_the_gateways_do() -> None:
    shared = json.loads(_made("core/v1:ConfigMap", "llm-prod-a-gateway")["data"]["settings.json"])["cache"]["shared"]
    found = from_environment(_environment()).exchange
    assert found
    assert found.revision == shared["revision"]


def test_its_passwords_are_files_of_the_stores_secrets() -> None:
    found, pod = from_environment(_environment()).exchange, _pod()
    assert found
    (container,) = pod["containers"]
    folders = {each["name"]: Path(each["mountPath"]) for each in container["volumeMounts"]}
    secrets = {each["secret"]["secretName"]: folders[each["name"]] for each in pod["volumes"]}
    assert found.cache.password_file
    files = {"redis-cluster": found.cache.password_file, "redis-shared": found.table.password_file}
    assert {name: file.parent for name, file in files.items()} == secrets
    for name, kind in (("redis-cluster", "cache"), ("redis-shared", "shared")):
        secret = _made("core/v1:Secret", f"llm-prod-a-{kind}")
        assert secret["metadata"]["name"] == name
        assert {files[name].name, *({"user"} if kind == "shared" else ())} <= {*secret["stringData"]["value"]}


def test_where_gateways_share_nothing_it_knows_no_store() -> None:
    values = engine.values("prod")
    del values["access"]["gateway"]["cache"]["shared"]
    made = engine.run("prod", values, None)
    (job,) = [each.inputs for each in made.of("batch/v1:CronJob") if each.name == NAME]
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    environment = {each["name"]: each["value"] for each in pod["containers"][0]["env"]}
    assert from_environment(environment).exchange is None
    assert "volumes" not in pod


def test_two_regions_never_begin_at_the_same_minute() -> None:
    minutes = {stack: Settings.parse(engine.values(stack)).precompute.first_minute for stack in ("prod", "dr")}
    assert len({*minutes.values()}) == 2
    assert _job("dr")["schedule"] == f"{minutes['dr']}-59/5 * * * *"


def test_it_reaches_gateways_and_stores_alone_and_nobody_reaches_it() -> None:
    spec = _made("NetworkPolicy")["spec"]
    assert spec["podSelector"]["matchLabels"] == _job()["jobTemplate"]["spec"]["template"]["metadata"]["labels"]
    assert sorted(spec["policyTypes"]) == ["Egress", "Ingress"]
    assert not spec.get("ingress")
    gateways, stores = spec["egress"]
    assert gateways["to"] == [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "gateway"}}}]
    assert [each["port"] for each in gateways["ports"]] == [from_environment(_environment()).port]
    sweep = _made("NetworkPolicy", "llm-prod-a-sweep")["spec"]
    assert [stores] == sweep["egress"]


def test_runs_do_not_overlap_and_end() -> None:
    job, found = _job(), from_environment(_environment())
    assert (job["concurrencyPolicy"], job["schedule"]) == ("Forbid", "0-59/5 * * * *")
    run = job["jobTemplate"]["spec"]
    assert found.exchange
    longest = found.deadline_seconds + found.patience_seconds + 2 * found.exchange.seconds
    assert run["activeDeadlineSeconds"] >= longest
    assert run["backoffLimit"] == 0
    assert {"successfulJobsHistoryLimit", "failedJobsHistoryLimit", "startingDeadlineSeconds"} <= job.keys()


def test_a_request_is_waited_for_until_the_gateway_gives_it_up() -> None:
    gateway = Settings.parse(engine.values("prod")).access.gateway
    longest = gateway.retry.tries * (gateway.pool.connect_timeout_seconds + gateway.pool.read_timeout_seconds)
    assert from_environment(_environment()).patience_seconds > longest


def test_it_makes_room_for_all_others_and_holds_no_token() -> None:
    pod = _pod()
    assert pod["priorityClassName"] == "precompute"
    assert pod["automountServiceAccountToken"] is False
    (container,) = pod["containers"]
    assert container["resources"]["requests"] == container["resources"]["limits"]
    assert not [name for name in container["resources"]["limits"] if "nvidia" in name]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert pod["securityContext"]["runAsNonRoot"] is True


@pytest.mark.parametrize(
    ("section", "name", "value", "said"),
    [
        ("precompute", "every_minutes", 7, "every_minutes 7 must divide 60"),
        ("precompute", "deadline_seconds", 300, "deadline_seconds 300 must be below every_minutes 5 (300 s)"),
        ("precompute", "first_minute", 5, "first_minute 5 must be below every_minutes 5"),
        ("precompute", "share_percent", 0, "share_percent"),
        ("precompute", "top", 1001, "top"),
        (
            "inference",
            "concurrency",
            9,
            "precompute.share_percent 5 of inference.concurrency 9 times 2 replicas is less",
        ),
    ],
)
def test_settings_that_cannot_hold_are_refused(section: str, name: str, value: int, said: str) -> None:
    values = engine.values("prod")
    values[section][name] = value
    with pytest.raises(SettingsError) as refused:
        Settings.parse(values)
    assert said in str(refused.value)


@pytest.mark.parametrize(("fresh", "ahead"), [(10_000, 300 + 240), (300, 150), (1, 1)])
def test_what_lasts_until_the_next_run_or_is_young_is_left_alone(fresh: int, ahead: int) -> None:
    assert Settings.parse(engine.values("prod")).precompute.ahead_seconds(fresh) == ahead


@pytest.mark.parametrize(("minutes", "schedule"), [(1, "0-59/1 * * * *"), (30, "0-59/30 * * * *"), (60, "0 * * * *")])
def test_the_schedule_is_crons(minutes: int, schedule: str) -> None:
    values = engine.values("prod")
    values["precompute"] = {**values["precompute"], "every_minutes": minutes, "deadline_seconds": 30}
    assert Settings.parse(values).precompute.schedule == schedule
