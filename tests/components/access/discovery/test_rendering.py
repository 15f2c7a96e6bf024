"""The files of Consul and its agents, and the pods that read them."""

import json
import subprocess
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import consul_pods
import engine
import pytest

from components.access.agent import beside_inference
from components.access.discovery import config
from components.compute import serving_pod
from components.pods import files_digest
from components.settings import Settings

FILES = Path(config.__file__).parent / "files"


@cache
def made() -> engine.Engine:
    return consul_pods.render(engine.values("prod"))


def discovery() -> Any:
    return Settings.parse(engine.values("prod")).access.discovery


def test_the_check_of_a_model_server_is_that_of_the_settings() -> None:
    service = json.loads(config.inference(discovery(), waiting=64))["service"]
    health, queue = service["checks"]
    assert service["port"] == 8000
    assert service["weights"] == {"passing": 10, "warning": 1}
    assert (health["interval"], health["timeout"], health["failures_before_critical"]) == ("10s", "2s", 3)
    assert health["http"].endswith(":8000/health")
    assert queue["args"][-2:] == ["http://127.0.0.1:8000/metrics", "64"]


def test_readiness_and_consul_ask_the_same_at_the_same_pace() -> None:
    settings = Settings.parse(engine.values("prod"))
    beside = beside_inference(settings.access.discovery)
    pod: Any = serving_pod.pod_spec(settings.inference, "business", beside)
    probe = pod["containers"][0]["readiness_probe"]
    numbers = settings.access.discovery
    assert probe["http_get"]["path"] == "/health"
    assert probe["period_seconds"] == numbers.interval_seconds
    assert probe["timeout_seconds"] == numbers.timeout_seconds
    assert probe["failure_threshold"] == numbers.failures


def test_servers_trust_nobody_without_certificate_and_token() -> None:
    server = json.loads(config.server("llm-prod-a"))
    assert server["tls"]["defaults"]["verify_incoming"]
    assert server["tls"]["defaults"]["verify_outgoing"]
    assert server["tls"]["internal_rpc"]["verify_server_hostname"]
    assert server["acl"] | {"enabled": True, "default_policy": "deny"} == server["acl"]
    assert {name for name, port in server["ports"].items() if port != -1} == {"https"}
    assert server["leave_on_terminate"] is False


def test_agents_listen_to_their_own_pod_alone_and_leave() -> None:
    agent = json.loads(config.agent("llm-prod-a"))
    assert agent["client_addr"] == "127.0.0.1"
    assert agent["leave_on_terminate"] is True


def test_no_secret_is_rendered() -> None:
    everything = consul_pods.text([each.inputs for each in made().resources])
    assert '"encrypt"' not in everything
    assert "initial_management" not in everything


def test_no_pod_but_the_bootstrap_has_the_authoritys_key() -> None:
    for each in made().of("apps/v1:StatefulSet") + made().of("apps/v1:Deployment"):
        for volume in each.inputs["spec"]["template"]["spec"]["volumes"]:
            secret = volume.get("secret", {})
            if secret.get("secretName") == config.CA_SECRET:
                assert secret["items"] == [{"key": "ca.crt", "path": "ca.crt"}]


def test_servers_are_on_hosts_of_their_own_and_one_is_evicted_at_a_time() -> None:
    (spread,) = consul_pods.pod_of(made(), "StatefulSet", "discovery")["topologySpreadConstraints"]
    assert (spread["whenUnsatisfiable"], spread["minDomains"], spread["maxSkew"]) == ("DoNotSchedule", 3, 1)
    (budget,) = made().of(":PodDisruptionBudget")
    assert budget.inputs["spec"]["maxUnavailable"] == 1


@pytest.mark.parametrize("kind", ["StatefulSet", "Deployment", "Job", "CronJob"])
def test_containers_are_restricted_and_guaranteed(kind: str) -> None:
    found = made().of(f":{kind}")
    assert found
    for each in found:
        spec = each.inputs["spec"].get("jobTemplate", each.inputs)["spec"]["template"]["spec"]
        for container in (*spec.get("initContainers", []), *spec["containers"]):
            assert container["resources"]["requests"] == container["resources"]["limits"]
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_the_bootstrap_writes_only_secrets_of_its_list() -> None:
    (role,) = made().of(":Role")
    (rule,) = role.inputs["rules"]
    assert rule["resourceNames"] == list(config.SECRETS)
    script = (FILES / "bootstrap.sh").read_text()
    fixed = [name for name in config.SECRETS if not name.endswith("-token")]
    assert all(name in script for name in fixed)


def test_the_order_is_secrets_then_servers_then_rights() -> None:
    servers = next(each for urn, each in made().requests.items() if ":StatefulSet" in urn)
    rights = next(each for urn, each in made().requests.items() if urn.endswith("discovery-bootstrap-acl"))
    assert any(urn.endswith("discovery-bootstrap-secrets") for urn in servers.dependencies)
    assert any(":StatefulSet" in urn for urn in rights.dependencies)


def test_a_changed_file_starts_servers_and_the_bootstrap_anew() -> None:
    assert files_digest({"a": "1"}) != files_digest({"a": "2"}) != files_digest({"b": "2"})
    (servers,) = made().of(":StatefulSet")
    wanted = files_digest({"server.json": config.server(consul_pods.DATACENTER)})
    assert servers.inputs["spec"]["template"]["metadata"]["annotations"] == wanted


class _Metrics(BaseHTTPRequestHandler):
    waiting = ("3.0", "4.0")

    def do_GET(self) -> None:
        lines = ["# TYPE vllm:num_requests_waiting gauge"]
        lines += [f'vllm:num_requests_waiting{{engine="{i}"}} {value}' for i, value in enumerate(self.waiting)]
        lines += ["vllm:num_requests_waiting_by_reason 900", "vllm:num_requests_running 500.0"]
        body = "\n".join(lines).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is the base class's
        del format, args


def _queue(url: str, limit: int) -> int:
    words = ["/bin/sh", str(FILES / "queue.sh"), url, str(limit)]
    return subprocess.run(words, check=False, capture_output=True).returncode


def test_a_long_queue_is_a_warning() -> None:
    server = HTTPServer(("127.0.0.1", 0), _Metrics)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/metrics"
    assert (_queue(url, 7), _queue(url, 6)) == (0, 1)
    server.shutdown()
    server.server_close()
    assert _queue(url, 0) == 0
