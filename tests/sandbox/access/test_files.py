"""What changes in a ConfigMap's files on this machine: paths and addresses, nothing else."""

from pathlib import Path

import pytest

from sandbox.access.files import SiteFiles, from_clusters, from_folder, local, with_backup
from sandbox.access.layout import SiteLayout
from sandbox.errors import SandboxError
from sandbox.lifecycle.stacks import Project
from sandbox.paths import Paths

SITE = SiteLayout("a", "127.99.1")
ROOT = Path("/run/pod")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("pid /var/run/gateway/nginx.pid;", "pid /run/pod/var/run/gateway/nginx.pid;"),
        ('"/etc/gateway/?.lua;;"', '"/run/pod/etc/gateway/?.lua;;"'),
        ('"cert_file": "/consul/tls/tls.crt"', '"cert_file": "/run/pod/consul/tls/tls.crt"'),
        ("ssl_certificate /tls/tls.crt;", "ssl_certificate /run/pod/tls/tls.crt;"),
        ("listen 8443 ssl http2;", "listen 127.99.1.20:8443 ssl http2;"),
        ("listen 127.0.0.1:8083 backlog=1;", "listen 127.99.1.20:8083 backlog=1;"),
        ('"folder": "/redis"', '"folder": "/run/pod/redis"'),
        ('"http": "http://127.0.0.1:8000/health"', '"http": "http://127.99.1.20:8000/health"'),
        ('"client_addr": "0.0.0.0"', '"client_addr": "127.99.1.20"'),
        ('["consul-2.consul.business.svc"]', '["127.99.1.13"]'),
        ("server 0.0.0.1; access_log /dev/stdout;", "server 0.0.0.1; access_log /dev/stdout;"),
        ("location /v1/ { }", "location /v1/ { }"),
    ],
)
def test_paths_and_addresses_are_this_machines(text: str, wanted: str) -> None:
    assert local(text, ROOT, SITE, SITE.gateway.address) == wanted


def test_the_backup_is_the_other_gateway() -> None:
    files = {
        "backup": "lb.elb.amazonaws.com:443",
        "nginx.conf": "proxy_ssl_name api.example.com;\nproxy_ssl_trusted_certificate /etc/ssl/all.crt;\n",
    }
    changed = with_backup(files, "127.99.2.20:8443", Path("/run/ca.crt"))
    assert changed["backup"] == "127.99.2.20:8443"
    assert changed["nginx.conf"] == "proxy_ssl_name gateway;\nproxy_ssl_trusted_certificate /run/ca.crt;\n"


def test_where_the_stack_has_no_backup_there_is_none() -> None:
    files = {"backup": "", "nginx.conf": ""}
    assert not with_backup(files, "127.99.2.20:8443", Path("/run/ca.crt"))["backup"]


def test_files_of_a_folder_are_sorted_by_what_reads_them(tmp_path: Path) -> None:
    for name in ("a/gateway/nginx.conf", "a/consul/server.json", "a/consul-agent/agent.json"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(name)
    assert from_folder(tmp_path) == {
        "a": SiteFiles(
            {"nginx.conf": "a/gateway/nginx.conf"},
            {"server.json": "a/consul/server.json", "agent.json": "a/consul-agent/agent.json"},
        )
    }


def test_a_site_without_the_access_layer_is_told() -> None:
    with pytest.raises(SandboxError, match="has the ConfigMaps consul, and the access layer needs `gateway`"):
        SiteFiles.of({"consul": {"server.json": "{}"}})


def test_what_is_not_up_is_told(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: demo\nruntime: python\n")
    (tmp_path / "Pulumi.prod.yaml").write_text("config: {}\n")
    with pytest.raises(SandboxError, match="stack prod is not up: it has no cluster; run `make up` first"):
        from_clusters(Paths.of_checkout(tmp_path), Project.of(tmp_path).stack("prod"))
