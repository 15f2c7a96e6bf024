"""Real agents and consul-template, from the files that pods read: health, weights, and what stays when Consul is gone."""

import json
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import consul_pods
import pytest
from consul_pods import Place
from consul_site import PATIENCE, Site

from components.access.discovery import config
from sandbox.process import Daemon, wait_until

pytestmark = pytest.mark.engine
GATEWAY = 20


@dataclass
class Model:
    """A stand-in model server: its health is what `status` says."""

    number: int
    status: int = 200
    waiting: int = 0
    server: ThreadingHTTPServer = field(init=False)

    def __post_init__(self) -> None:
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = f"vllm:num_requests_waiting {model.waiting}\n".encode()
                self.send_response(model.status if self.path == "/health" else 200)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is the base class's
                del format, args

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    def moved(self) -> dict[str, str]:
        return {"127.0.0.1:8000": f"127.0.0.1:{self.server.server_port}"}


@dataclass
class Gateway:
    """A gateway's consul-template, and a process that stands for Nginx and counts its reloads."""

    site: Site
    place: Place
    template: Daemon
    nginx: "subprocess.Popen[str]"

    def peers(self) -> dict[str, tuple[str, int]]:
        """What the file says now: address and weight by id."""
        found = json.loads((self.place.root / "var/run/gateway/peers.json").read_text())
        assert all((each["port"], each["grpc_port"]) == (8000, 8001) for each in found["peers"])
        return {each["id"]: (each["address"], each["weight"]) for each in found["peers"]}

    def comes_to(self, **weights: int) -> bool:
        wanted = {name.replace("_", "-"): weight for name, weight in weights.items()}
        file = self.place.root / "var/run/gateway/peers.json"
        return wait_until(
            lambda: file.exists() and {name: weight for name, (_, weight) in self.peers().items()} == wanted, PATIENCE
        )

    def reloads(self) -> int:
        return len((self.place.root / "reloads").read_text())


_NGINX = """
import signal, sys, time
count = open(sys.argv[1], "w")
signal.signal(signal.SIGHUP, lambda *_: (count.write("x"), count.flush()))
print("ready", flush=True)
time.sleep(3600)
"""


@pytest.fixture(scope="module")
def models(site: Site, admitted: str) -> Iterator[dict[int, Model]]:
    assert admitted
    found = {number: Model(number) for number in (11, 12)}
    for number, model in found.items():
        site.start_agent(config.INFERENCE, number, model.moved())
    yield found
    for model in found.values():
        model.server.shutdown()
        model.server.server_close()


@pytest.fixture(scope="module")
def gateway(site: Site, models: dict[int, Model], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    assert models
    ready = _ready_server(site, tmp_path_factory.mktemp("ready"))
    site.start_agent(config.GATEWAY, GATEWAY, {"127.0.0.1:8443": f"127.0.0.1:{ready.server_port}"})
    place = site.place(f"gateway-{GATEWAY}", GATEWAY)
    files = {**config.template_files(), "nginx.conf": "", "settings.json": "", "backup": ""}
    for folder, content in {"etc/gateway": files, "tls": site.cluster.sources().secrets["gateway-tls"]}.items():
        (place.root / folder).mkdir(parents=True, exist_ok=True)
        for name, text in content.items():
            (place.root / folder / name).write_text(place.here(text))
    state = place.root / "var/run/gateway"
    state.mkdir(parents=True)
    nginx = subprocess.Popen(
        [sys.executable, "-c", _NGINX, str(place.root / "reloads")], stdout=subprocess.PIPE, text=True
    )
    assert nginx.stdout
    assert nginx.stdout.readline() == "ready\n"
    (state / "nginx.pid").write_text(f"{nginx.pid}\n")
    pod = consul_pods.pod_of(site.cluster.made, "Deployment", config.GATEWAY)
    container = consul_pods.container_of(pod, "consul-template")
    template = place.daemon(container, {}, site.cluster.programs)
    yield Gateway(site, place, template, nginx)
    template.kill()
    nginx.kill()
    nginx.communicate()
    ready.shutdown()
    ready.server_close()


class _Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/ready" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is the base class's
        del format, args


def _ready_server(site: Site, folder: Path) -> ThreadingHTTPServer:
    """What answers /ready as a gateway does, with the certificate that the bootstrap made for it."""
    for name, text in site.cluster.sources().secrets["gateway-tls"].items():
        (folder / name).write_text(text)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "tls.crt", folder / "tls.key")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Ready)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    return server


def test_instances_are_listed_with_their_own_addresses(site: Site, gateway: Gateway) -> None:
    assert gateway.comes_to(deepseek_inference_11=10, deepseek_inference_12=10)
    assert {address for address, _ in gateway.peers().values()} == {site.address(11), site.address(12)}


def test_a_gateway_is_known_by_its_verified_certificate(site: Site, gateway: Gateway) -> None:
    assert gateway

    def status() -> str:
        _, found = site.ask(GATEWAY, "health/checks/gateway", config.GATEWAY_TOKEN)
        return found[0]["Status"] if found else "unknown"

    assert wait_until(lambda: status() == "passing", PATIENCE)


@pytest.mark.parametrize(("status", "waiting"), [(429, 0), (200, 65)])
def test_too_much_to_do_is_a_warning_and_a_tenth_of_the_weight(
    gateway: Gateway, models: dict[int, Model], status: int, waiting: int
) -> None:
    models[11].status, models[11].waiting = status, waiting
    assert gateway.comes_to(deepseek_inference_11=1, deepseek_inference_12=10)
    models[11].status, models[11].waiting = 200, 0
    assert gateway.comes_to(deepseek_inference_11=10, deepseek_inference_12=10)


def test_a_failing_server_leaves_and_returns_and_the_last_one_stays(gateway: Gateway, models: dict[int, Model]) -> None:
    models[11].status = 500
    assert gateway.comes_to(deepseek_inference_12=10)
    models[12].status = 500
    assert wait_until(lambda: "the last list stays" in gateway.template.log.read_text(), PATIENCE)
    assert set(gateway.peers()) == {"deepseek-inference-12"}
    models[11].status = 200
    assert gateway.comes_to(deepseek_inference_11=10)
    models[12].status = 200
    assert gateway.comes_to(deepseek_inference_11=10, deepseek_inference_12=10)


def test_a_pod_that_is_ending_is_left_out_while_its_server_answers(site: Site, gateway: Gateway) -> None:
    pod = consul_pods.pod_of(site.cluster.made, "Deployment", config.INFERENCE)
    hook = consul_pods.container_of(pod, "consul")["lifecycle"]["preStop"]["exec"]["command"]
    token = {"CONSUL_HTTP_TOKEN": site.cluster.sources().secrets[config.INFERENCE_TOKEN]["token"]}
    environment = {**os.environ, **token, "CONSUL_HTTP_ADDR": f"{site.address(12)}:8500"}
    binary = str(site.cluster.programs / "consul")
    subprocess.run([binary, *hook[1:]], env=environment, check=True, capture_output=True)
    assert gateway.comes_to(deepseek_inference_11=10)
    back = [word for word in hook[1:] if not word.startswith("-reason")]
    back[back.index("-enable")] = "-disable"
    subprocess.run([binary, *back], env=environment, check=True, capture_output=True)
    assert gateway.comes_to(deepseek_inference_11=10, deepseek_inference_12=10)


def test_an_agents_token_is_good_for_its_own_service_alone(site: Site, gateway: Gateway) -> None:
    assert gateway.comes_to(deepseek_inference_11=10, deepseek_inference_12=10)
    status, _ = site.ask(11, "agent/service/register", config.INFERENCE_TOKEN, method="PUT", json={"Name": "gateway"})
    assert status == 403
    status, found = site.ask(11, "health/service/gateway", config.INFERENCE_TOKEN)
    assert (status, found) == (200, [])
    status, found = site.ask(GATEWAY, f"health/service/{config.INFERENCE}")
    assert (status, found) == (200, [])
    status, found = site.ask(GATEWAY, f"health/service/{config.INFERENCE}", config.GATEWAY_TOKEN)
    assert (status, len(found)) == (200, 2)
    status, _ = site.ask(
        GATEWAY, "agent/service/register", config.GATEWAY_TOKEN, method="PUT", json={"Name": config.INFERENCE}
    )
    assert status == 403


def test_a_new_certificate_and_a_new_backup_reload_nginx_once_each(gateway: Gateway) -> None:
    assert wait_until(lambda: gateway.reloads() > 0, PATIENCE)
    before = gateway.reloads()
    certificate = gateway.place.root / "tls/tls.crt"
    certificate.write_text(certificate.read_text() + "\n")
    assert wait_until(lambda: gateway.reloads() == before + 1, PATIENCE)
    (gateway.place.root / "etc/gateway/backup").write_text("other.elb.example:443")
    assert wait_until(lambda: gateway.reloads() == before + 2, PATIENCE)
    # Without a server to tell, nothing is told and nothing breaks.
    (gateway.place.root / "var/run/gateway/nginx.pid").unlink()
    certificate.write_text(certificate.read_text() + "\n")
    stamp = gateway.place.root / "var/run/gateway/reload"
    seen = stamp.read_text()
    assert wait_until(lambda: stamp.read_text() != seen, PATIENCE)
    assert gateway.template.pid() is not None
    assert gateway.reloads() == before + 2


def test_a_renewed_certificate_is_served_without_a_restart(site: Site, gateway: Gateway) -> None:
    assert gateway
    folder = site.cluster.root / "consul-0/consul/tls"
    pids = [each.pid() for each in site.servers]
    before = served(site)
    client = site.cluster.client()
    path = f"/api/v1/namespaces/business/secrets/{config.SERVER_TLS}"
    due = {"metadata": {"annotations": {"inference-platform/renew-after": "1"}}}
    client.request("PATCH", path, due, content_type="application/merge-patch+json")
    site.cluster.run("secrets", "renewal")
    for name, text in site.cluster.sources().secrets[config.SERVER_TLS].items():
        (folder / name).write_text(text)
    assert wait_until(lambda: served(site) != before, PATIENCE)
    assert [each.pid() for each in site.servers] == pids


def served(site: Site) -> str:
    """The certificate that the first server shows."""
    words = ["openssl", "s_client", "-connect", f"{site.address(1)}:{config.HTTPS_PORT}"]
    shown = subprocess.run(words, input="", capture_output=True, text=True, check=False).stdout
    begin = shown.index("-----BEGIN")
    return shown[begin : shown.index("-----END", begin)]


def test_an_agent_that_dies_takes_its_server_out(site: Site, gateway: Gateway) -> None:
    site.others[1].kill()
    assert gateway.comes_to(deepseek_inference_11=10)


def test_the_list_outlives_consul_and_follows_it_again(site: Site, gateway: Gateway, models: dict[int, Model]) -> None:
    file = gateway.place.root / "var/run/gateway/peers.json"
    before = file.read_bytes()
    for server in site.servers:
        server.kill()
    models[11].status = 500
    assert wait_until(lambda: "retry attempt" in gateway.template.log.read_text(), PATIENCE)
    assert file.read_bytes() == before
    gateway.template.kill()
    pod = consul_pods.pod_of(site.cluster.made, "Deployment", config.GATEWAY)
    container = consul_pods.container_of(pod, "consul-template")
    again = gateway.place.daemon(container, {}, site.cluster.programs)
    assert wait_until(lambda: again.pid() is not None, PATIENCE)
    assert file.read_bytes() == before
    models[11].status = 429
    site.servers[:] = [site.start_server(number) for number in range(config.SERVERS)]
    assert gateway.comes_to(deepseek_inference_11=1)


def test_an_agent_that_is_told_to_end_leaves(site: Site, gateway: Gateway) -> None:
    assert gateway
    pid = site.others[0].pid()
    assert pid
    os.kill(pid, signal.SIGTERM)
    wanted = "deepseek-inference-11"
    assert wait_until(lambda: site.consul("members", "-status=left", "-detailed").find(wanted) >= 0, PATIENCE)
