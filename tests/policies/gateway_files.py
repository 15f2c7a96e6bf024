"""The gateway's ConfigMap as rules see it, in small; and how a test breaks that of the real program."""

import json
from collections.abc import Callable
from dataclasses import replace

from rules._remedy import Path, edited
from rules._resource import Resource, Value
from rules._types import CONFIG_MAP

from tests.policies.mutation import Mutation
from tests.policies.samples import resource

NGINX = """\
http {
    proxy_next_upstream error timeout;
    proxy_next_upstream_tries 3;
    server {
        location /v1/ {
            proxy_pass http://models;
        }
        location @stream {
            proxy_buffering off;
        }
        location @cached {
            proxy_cache answers;
            proxy_cache_key $gateway_key;
            proxy_no_cache $gateway_unfit;
        }
    }
}
"""
ROUTE = 'return request.tenant .. "|" .. hash'
LIMIT: Value = {"requests_per_second": 20, "burst": 40}


def files(name: Value = "gateway", nginx: Value = NGINX, settings: Value = None, route: str = ROUTE) -> Resource:
    numbers: Value = {
        "client": LIMIT, "tenant": LIMIT,
        "retry": {"tries": 3, "budget_percent": 20}, "breaker": {"failures": 3, "pause_seconds": 5},
    }  # fmt: skip
    data: Value = {
        "settings.json": json.dumps(numbers) if settings is None else settings, "nginx.conf": nginx, "route.lua": route,
    }  # fmt: skip
    return resource(CONFIG_MAP, {"metadata": {"name": name}, "data": data})


def with_setting(path: Path, value: Value, stack: str = "prod", site: str = "a") -> Mutation:
    """Break one number of a real site's settings.json."""
    return _rewritten(
        "settings.json", lambda text: json.dumps(edited(json.loads(text), {path: value})), stack, site,
        f"{'.'.join(map(str, path))}={value}",
    )  # fmt: skip


def with_line(old: str, new: str, file: str = "nginx.conf") -> Mutation:
    """Break one line of a real site's file."""

    def rewrite(text: str) -> str:
        assert old in text, f"{file} has no {old}"
        return text.replace(old, new)

    return _rewritten(file, rewrite, "prod", "a", new or f"without {old}")


def _rewritten(file: str, rewrite: Callable[[str], str], stack: str, site: str, label: str) -> Mutation:
    def change(it: Resource) -> Resource:
        text = it.get("data", file)
        assert isinstance(text, str)
        return replace(it, props=edited(it.props, {("data", file): rewrite(text)}))

    return Mutation(CONFIG_MAP, f"llm-{stack}-{site}-gateway", change, stack, label)
