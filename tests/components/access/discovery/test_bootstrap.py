"""The bootstrap script against a real API server and the real Consul."""

import json
import subprocess
from pathlib import Path
from typing import Any

import consul_pods
import pytest
from consul_site import PATIENCE, Cluster, Site, apply, secret_of
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from components.access.discovery import config
from sandbox.controlplane import ApiError
from sandbox.controlplane.client import ApiClient, StaticCredentials

pytestmark = pytest.mark.engine
RIGHTS = ("ServiceAccount", "Role", "RoleBinding")
RENEW = "inference-platform/renew-after"


def versions(cluster: Cluster, namespace: str = "business") -> dict[str, str]:
    found = (secret_of(cluster.client(), name, namespace) for name in config.SECRETS)
    return {each["metadata"]["name"]: each["metadata"]["resourceVersion"] for each in found}


def certificate(cluster: Cluster, name: str, key: str = "tls.crt", namespace: str = "business") -> x509.Certificate:
    held = consul_pods.decoded(secret_of(cluster.client(), name, namespace))
    return x509.load_pem_x509_certificate(held[key].encode())


def names(found: x509.Certificate) -> list[str]:
    return found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)


def is_signed(cluster: Cluster, name: str, namespace: str = "business") -> bool:
    authority = certificate(cluster, config.CA_SECRET, "ca.crt", namespace)
    certificate(cluster, name, namespace=namespace).verify_directly_issued_by(authority)
    return True


@pytest.fixture
def elsewhere(cluster: Cluster, request: pytest.FixtureRequest) -> str:
    """Another namespace with the same account and rights."""
    name = request.node.name.replace("_", "-")[:60].strip("-")
    apply(cluster.client(), {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    for item in consul_pods.manifests(cluster.made):
        if item["kind"] in RIGHTS and item["metadata"]["name"] == "consul-bootstrap":
            moved = {**item, "metadata": {**item["metadata"], "namespace": name}}
            if item["kind"] == "RoleBinding":
                moved["subjects"] = [{**item["subjects"][0], "namespace": name}]
            apply(cluster.client(), moved)
    return name


def test_certificates_are_for_their_names_and_of_one_authority(cluster: Cluster, secrets: str) -> None:
    assert secrets.count("written") == len(config.SECRETS)
    assert {"server.llm-prod-a.consul", "consul.business.svc"} <= set(names(certificate(cluster, config.SERVER_TLS)))
    assert {"gateway", "gateway.business.svc", "localhost"} <= set(names(certificate(cluster, "gateway-tls")))
    assert is_signed(cluster, config.SERVER_TLS)
    assert is_signed(cluster, "gateway-tls")
    assert isinstance(certificate(cluster, "gateway-tls").public_key(), ec.EllipticCurvePublicKey)


def test_the_log_holds_no_secret(cluster: Cluster, secrets: str, admitted: str) -> None:
    held = cluster.sources().secrets
    private = [text for data in held.values() for key, text in data.items() if key not in ("tls.crt", "ca.crt")]
    assert len(private) > len(held)
    assert not [text for text in private if text in secrets + admitted]


def test_a_second_run_changes_nothing(cluster: Cluster, admitted: str) -> None:
    assert admitted.count("written") == 6
    before = versions(cluster)
    log = cluster.run("all", "again")
    assert "written" not in log
    assert versions(cluster) == before


def test_the_account_may_touch_its_own_secrets_alone(cluster: Cluster, secrets: str) -> None:
    assert secrets
    authority = cluster.plane.folder.cluster_authority.pair.certificate.read_text()
    client = ApiClient(cluster.plane.endpoint, authority, StaticCredentials(bearer=cluster.token("business")))
    path = "/api/v1/namespaces/business/secrets"
    body: dict[str, Any] = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "other"}}
    assert client.get(f"{path}/{config.CA_SECRET}")["kind"] == "Secret"
    for refused in (
        lambda: client.get(path),
        lambda: client.get(f"{path}/gateway-origin"),
        lambda: client.request("POST", path, body),
        lambda: client.apply(f"{path}/other", body, {"fieldManager": "x"}),
        lambda: client.request("DELETE", f"{path}/{config.CA_SECRET}"),
    ):
        with pytest.raises(ApiError, match="403"):
            refused()


def test_two_at_once_agree(cluster: Cluster, secrets: str, elsewhere: str) -> None:
    assert secrets
    both = [cluster.start("secrets", f"{elsewhere}-{number}", NAMESPACE=elsewhere) for number in range(2)]
    logs = [each.communicate(timeout=PATIENCE)[0] for each in both]
    assert [each.returncode for each in both] == [0, 0], logs
    assert "".join(logs).count("written") == len(config.SECRETS)
    assert is_signed(cluster, config.SERVER_TLS, elsewhere)
    assert is_signed(cluster, "gateway-tls", elsewhere)


def test_a_run_that_was_cut_short_is_continued(cluster: Cluster, tmp_path: Path, elsewhere: str) -> None:
    broken = tmp_path / "consul"
    broken.write_text(f'#!/bin/sh\n[ "$2" != cert ] || exit 1\nexec {cluster.programs}/consul "$@"\n')
    broken.chmod(0o755)
    process = cluster.start("secrets", f"{elsewhere}-cut", NAMESPACE=elsewhere, PATH=str(tmp_path))
    log, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, log
    assert "error: consul tls cert create" in log
    authority = secret_of(cluster.client(), config.CA_SECRET, elsewhere)
    assert "consul-gossip: written" not in cluster.run("secrets", f"{elsewhere}-on", NAMESPACE=elsewhere)
    assert secret_of(cluster.client(), config.CA_SECRET, elsewhere) == authority
    assert len(versions(cluster, elsewhere)) == len(config.SECRETS)


def test_what_is_due_is_renewed_and_nothing_else(cluster: Cluster, elsewhere: str) -> None:
    cluster.run("secrets", f"{elsewhere}-1", NAMESPACE=elsewhere)
    before, old = versions(cluster, elsewhere), certificate(cluster, "gateway-tls", namespace=elsewhere)
    path = f"/api/v1/namespaces/{elsewhere}/secrets/gateway-tls"
    due = {"metadata": {"annotations": {RENEW: "1"}}}
    cluster.client().request("PATCH", path, due, content_type="application/merge-patch+json")
    log = cluster.run("secrets", f"{elsewhere}-2", NAMESPACE=elsewhere)
    changed = {name for name, version in versions(cluster, elsewhere).items() if version != before[name]}
    assert changed == {"gateway-tls"}
    assert log.count("written") == 1
    assert certificate(cluster, "gateway-tls", namespace=elsewhere).serial_number != old.serial_number
    assert is_signed(cluster, "gateway-tls", elsewhere)
    assert "written" not in cluster.run("secrets", f"{elsewhere}-3", NAMESPACE=elsewhere)


def test_an_authority_that_ends_is_said(cluster: Cluster, elsewhere: str) -> None:
    cluster.run("secrets", f"{elsewhere}-1", NAMESPACE=elsewhere)
    path = f"/api/v1/namespaces/{elsewhere}/secrets/{config.CA_SECRET}"
    due = {"metadata": {"annotations": {RENEW: "1"}}}
    cluster.client().request("PATCH", path, due, content_type="application/merge-patch+json")
    process = cluster.start("secrets", f"{elsewhere}-2", NAMESPACE=elsewhere)
    log, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "error: Consul's authority ends within a year" in log


def test_pods_are_let_into_a_restricted_namespace(cluster: Cluster) -> None:
    client = cluster.client()
    events = client.get("/api/v1/namespaces/business/events")["items"]
    assert not [each["message"] for each in events if "violates PodSecurity" in each["message"]]
    running = {
        each["metadata"]["labels"]["app.kubernetes.io/name"]
        for each in client.get("/api/v1/namespaces/business/pods")["items"]
    }
    assert running == {"consul", "consul-bootstrap"}


def test_every_server_is_ready_by_its_own_probe(cluster: Cluster, site: Site, admitted: str) -> None:
    assert admitted
    pod = consul_pods.pod_of(cluster.made, "StatefulSet", "discovery")
    probe = consul_pods.container_of(pod, "consul")["readinessProbe"]["exec"]["command"]
    for number in range(config.SERVERS):
        place = site.place(f"consul-{number}", number + 1)
        (place.root / ".curlrc").write_text(f'connect-to = "127.0.0.1:8501:{site.address(number + 1)}:8501"')
        command = [
            word.replace("https://" + site.address(number + 1), "https://127.0.0.1") for word in map(place.here, probe)
        ]
        assert (
            subprocess.run(command, env={"PATH": "/usr/bin:/bin", "CURL_HOME": str(place.root)}, check=False).returncode
            == 0
        )


def test_three_servers_vote_and_strangers_are_refused(site: Site, admitted: str) -> None:
    assert admitted
    peers = site.consul("operator", "raft", "list-peers").splitlines()[1:]
    assert len(peers) == 3
    assert all(" true " in each for each in peers)
    assert "Permission denied" in site.consul("operator", "raft", "list-peers", secret="")
    assert "Permission denied" in site.consul("acl", "token", "list", secret=config.GATEWAY_TOKEN)


def test_every_token_has_its_own_policy(site: Site, admitted: str) -> None:
    assert admitted
    found = json.loads(site.consul("acl", "token", "list", "-format=json"))
    held = {each["Description"]: [policy["Name"] for policy in each.get("Policies", [])] for each in found}
    ours = {name: held[name] for name in ("consul-server", "consul-agent", "consul-gateway")}
    assert ours == {name: [name] for name in ours}
