"""The files of the ConfigMap, and what Nginx says of them."""

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml
from engine import ROOT
from gateway_rig import settings
from pydantic import ValidationError

from components.access.gateway import config

if TYPE_CHECKING:
    from conftest import Bench

CONFIG_MAP_BYTES = 1024 * 1024


def _files(backup: str = "", backup_name: str = "") -> dict[str, str]:
    return config.files(config.Parameters("a", settings(), 64, 300, 10, "10.100.0.10", "model@1", backup, backup_name))


def test_every_place_is_filled_and_all_fits_in_a_config_map() -> None:
    files = _files()
    assert not [name for name, text in files.items() if re.search(r"@\{", text)]
    assert {"nginx.conf", "settings.json", "balancer.lua"} <= files.keys()
    assert sum(len(text.encode()) for text in files.values()) < CONFIG_MAP_BYTES


def test_a_shared_answer_stays_longer_than_a_gateways_own() -> None:
    own = {"size_mib": 1, "fresh_seconds": 300, "stale_seconds": 1}
    shared = {"ttl_seconds": 300, "largest_kib": 1, "timeout_milliseconds": 1}
    with pytest.raises(ValidationError, match="ttl_seconds 300 must be above fresh_seconds 300"):
        settings(cache={**own, "shared": shared})


def test_numbers_come_from_the_settings() -> None:
    files = _files("other:443")
    known = json.loads(files["settings.json"])
    gateway = settings()
    assert (known["concurrency"], known["longest_stream_seconds"], files["backup"]) == (64, 300, "other:443")
    assert known["breaker"] == gateway.breaker.model_dump()
    assert f"keepalive {gateway.pool.idle_connections};" in files["nginx.conf"]
    assert f"inactive={gateway.cache.fresh_seconds + gateway.cache.stale_seconds}s" in files["nginx.conf"]
    assert "worker_shutdown_timeout 310s;" in files["nginx.conf"]


def test_a_backup_is_checked_by_the_name_in_its_certificate() -> None:
    named = _files("other:443", "regional.llm.example.com")["nginx.conf"]
    assert "proxy_ssl_name regional.llm.example.com;" in named
    assert "proxy_ssl_verify on;" in named
    assert "proxy_ssl_verify off;" in _files("other:443")["nginx.conf"]


@pytest.mark.parametrize("stack", ["prod", "dr"])
def test_nginx_takes_the_files_of_each_stack(bench: "Bench", stack: str) -> None:
    known = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())
    gateway = bench.gateway(**known["config"]["inference-platform:platform"]["access"]["gateway"])
    done = subprocess.run(gateway.command("-t"), env=gateway.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr
