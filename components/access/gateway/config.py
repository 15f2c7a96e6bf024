"""The files of the gateway's ConfigMap, as text; pure."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from components.traffic import Gateway

NAME: Final = "gateway"
PROMPTS: Final = "gateway-prompts"
"""The headless Service by which the precompute job finds each gateway."""
SETTINGS: Final = "settings.json"
BACKUP: Final = "backup"
"""Host and port of the other site's gateway, in a file of its own: it is known later than all the rest."""
FILES: Final = "/etc/gateway"
RUN: Final = "/var/run/gateway"
CACHE: Final = "/var/cache/gateway"
TLS: Final = "/tls"
REDIS: Final = "/redis"
"""Where the shared cache is, and its password, in the files of these names."""
ADDRESS: Final = "address"
PASSWORD: Final = "password"  # noqa: S105 - the file's name
ORIGIN: Final = "/origin"
AUTHORITIES: Final = "/etc/ssl/certs/ca-certificates.crt"
"""Public certificate authorities, in the image."""
DRAIN_SECONDS: Final = 15
"""From the mark of draining to the end of accepting, s: a load balancer asks /ready every 5 s and needs two refusals,
and the gateway sees its mark within one second."""
# After its longest stream an old worker has a little time to write its last bytes and log lines.
_MARGIN_SECONDS: Final = 10

_SOURCES: Final = Path(__file__).parent / "files"
_SHARED_SOURCES: Final = _SOURCES / "shared"
SHARED_PORT: Final = 8083
"""Where a gateway asks itself for what its own cache has not got: on loopback, so no one else does."""
_MODELS: Final = "proxy_pass http://models;"
# Nginx has `$` for itself, and names of locations begin with `@`: only `@{name}` is replaced.
_PLACE: Final = re.compile(r"@\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the files depend on.

    Attributes:
        site: name of the site.
        gateway: settings of the gateway.
        concurrency: requests that one model server answers at the same time.
        longest_stream_seconds: longest answer, s.
        passing_weight: Consul's weight of a model server in good health; others count relative to it.
        resolver: address of the cluster's DNS server.
        revision: all of the model that its answers depend on; the shared cache tells revisions apart by it.
        backup: host and port of the other site's gateway; "" when there is none.
        backup_name: name in the backup's certificate; "" when it is not to be checked.
    """

    site: str
    gateway: Gateway
    concurrency: int
    longest_stream_seconds: int
    passing_weight: int
    resolver: str
    revision: str
    backup: str = ""
    backup_name: str = ""


def shutdown_seconds(longest_stream: int) -> int:
    """Return how long a worker that was told to leave may finish its streams, s."""
    return longest_stream + _MARGIN_SECONDS


def files(parameters: Parameters) -> dict[str, str]:
    """Return the ConfigMap's data: file name to text."""
    folders = [_SOURCES, *([_SHARED_SOURCES] if parameters.gateway.cache.shared else [])]
    texts = {path.name: path.read_text() for folder in folders for path in sorted(folder.iterdir()) if path.is_file()}
    values = _values(parameters)
    rendered = {name: _PLACE.sub(lambda place: str(values[place[1]]), text) for name, text in texts.items()}
    return {**rendered, SETTINGS: _settings(parameters), BACKUP: parameters.backup}


def _values(parameters: Parameters) -> dict[str, str | int]:
    gateway = parameters.gateway
    return {
        "workers": gateway.cpu,
        "shutdown_seconds": shutdown_seconds(parameters.longest_stream_seconds),
        "longest_stream_seconds": parameters.longest_stream_seconds,
        "body_limit_kib": gateway.body_limit_kib,
        "tries": gateway.retry.tries,
        **gateway.pool.model_dump(),
        "cache_mib": gateway.cache.size_mib,
        "cache_fresh_seconds": gateway.cache.fresh_seconds,
        "cache_kept_seconds": gateway.cache.fresh_seconds + gateway.cache.stale_seconds,
        "resolver": parameters.resolver,
        "backup_name": parameters.backup_name or "$proxy_host",
        "backup_verify": "on" if parameters.backup_name else "off",
        "backup_authorities": AUTHORITIES,
        **_places(gateway),
    }


def _places(gateway: Gateway) -> dict[str, str | int]:
    """Return what a cache that is shared changes: whom a gateway asks for what it has not got, and for how long."""
    if not gateway.cache.shared:
        return {"shared": "", "cached": _MODELS, "filled": _MODELS}
    return {
        "shared": f"\n    include {FILES}/shared.conf;",
        "shared_port": SHARED_PORT,
        "cached": f"include {FILES}/shared_cached.conf;",
        "filled": f"include {FILES}/shared_filled.conf;",
        # One that another gateway is making is waited for as long as a model server may be silent.
        "shared_timeout_seconds": gateway.pool.read_timeout_seconds + gateway.longest_answer_seconds + 1,
    }


def _settings(parameters: Parameters) -> str:
    """Return the text of SETTINGS, numbers for the Lua modules; a settings model keeps the names that its YAML has."""
    gateway = parameters.gateway
    values = {
        "site": parameters.site,
        "concurrency": parameters.concurrency,
        "longest_stream_seconds": parameters.longest_stream_seconds,
        "passing_weight": parameters.passing_weight,
        "connect_timeout_seconds": gateway.pool.connect_timeout_seconds,
        "read_timeout_seconds": gateway.pool.read_timeout_seconds,
        "slow_start_seconds": gateway.slow_start_seconds,
        "client": gateway.client.model_dump(),
        "tenant": gateway.tenant.model_dump(),
        "retry": gateway.retry.model_dump(),
        "breaker": gateway.breaker.model_dump(),
        "cache": _cache(parameters),
    }
    return json.dumps(values, indent=2) + "\n"


def _cache(parameters: Parameters) -> dict[str, object]:
    cache = parameters.gateway.cache
    known = cache.model_dump(exclude={"shared"})
    if not cache.shared:
        return known
    return {**known, "shared": {**cache.shared.model_dump(), "folder": REDIS, "revision": parameters.revision}}
