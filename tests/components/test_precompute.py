"""The precompute job of the shipped prod stack: what it may take, whom it reaches, and that its program takes its settings."""

from functools import cache
from typing import Any

import engine
import pytest

from components.settings import Settings, SettingsError
from worker.precompute.settings import from_environment

NAME = "llm-prod-a-precompute"


@cache
def _prod() -> engine.Engine:
    return engine.run("prod", engine.values("prod"), None)


def _made(kind: str, name: str = NAME) -> dict[str, Any]:
    (found,) = [each.inputs for each in _prod().of(kind) if each.name == name]
    return dict(found)


def _job() -> dict[str, Any]:
    return _made("batch/v1:CronJob")["spec"]


def _pod() -> dict[str, Any]:
    return _job()["jobTemplate"]["spec"]["template"]["spec"]


def _environment() -> dict[str, str]:
    (container,) = _pod()["containers"]
    return {each["name"]: each["value"] for each in container["env"]}


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


def test_it_reaches_gateways_alone_and_nobody_reaches_it() -> None:
    spec = _made("NetworkPolicy")["spec"]
    assert spec["podSelector"]["matchLabels"] == _job()["jobTemplate"]["spec"]["template"]["metadata"]["labels"]
    assert sorted(spec["policyTypes"]) == ["Egress", "Ingress"]
    assert not spec.get("ingress")
    (rule,) = spec["egress"]
    assert rule["to"] == [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "gateway"}}}]
    assert [each["port"] for each in rule["ports"]] == [from_environment(_environment()).port]


def test_runs_do_not_overlap_and_end() -> None:
    job, found = _job(), from_environment(_environment())
    assert (job["concurrencyPolicy"], job["schedule"]) == ("Forbid", "*/5 * * * *")
    run = job["jobTemplate"]["spec"]
    assert run["activeDeadlineSeconds"] >= found.deadline_seconds + found.patience_seconds
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


@pytest.mark.parametrize(("minutes", "schedule"), [(1, "*/1 * * * *"), (30, "*/30 * * * *"), (60, "0 * * * *")])
def test_the_schedule_is_crons(minutes: int, schedule: str) -> None:
    values = engine.values("prod")
    values["precompute"] = {**values["precompute"], "every_minutes": minutes, "deadline_seconds": 30}
    assert Settings.parse(values).precompute.schedule == schedule
