"""O2: a site in trouble is not buried under second tries.

That nothing is tried after the first byte is Nginx's own doing: a request goes to the next server only while nothing
was sent to the client (https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from rules import _gateway
from rules._resource import Resource, Value, dig
from rules._rule import Finding, ResourceRule, Severity, failure
from rules._setting import WholeNumber
from rules._types import CONFIG_MAP

_TRIES = WholeNumber(
    name="max_tries", what="model servers that one request may try, a count", default=3, minimum=1, maximum=5
)
_BUDGET = WholeNumber(
    name="max_budget_percent", what="most retries among the requests, %", default=20, minimum=1, maximum=100
)
_PAUSE = WholeNumber(
    name="max_pause_seconds", what="longest wait of an open breaker, s", default=60, minimum=1, maximum=3600
)
_FAILURES: Final = 10
"""More in a row than this, and clients are the ones who find out."""

_DIRECTIVE = re.compile(r"^\s*(?P<module>proxy|grpc)_next_upstream(?P<tries>_tries)?\s+(?P<value>[^;]+);", re.MULTILINE)


def _check(resource: Resource, *, max_tries: int, max_budget_percent: int, max_pause_seconds: int) -> Iterator[Finding]:
    if not _gateway.may_be_gateway(resource):
        return
    limits = {
        ("retry", "tries"): max_tries,
        ("retry", "budget_percent"): max_budget_percent,
        ("breaker", "failures"): _FAILURES,
        ("breaker", "pause_seconds"): max_pause_seconds,
    }
    unknown = [*_gateway.unknown(resource, *_gateway.SETTINGS), *_gateway.unknown(resource, *_gateway.NGINX)]
    yield from unknown[:1] if unknown else _check_files(resource, limits)


def _check_files(files: Resource, limits: Mapping[tuple[str, str], int]) -> Iterator[Finding]:
    settings, nginx = _gateway.settings(files), files.get(*_gateway.NGINX)
    if settings is None:
        yield _gateway.unread(files, _gateway.SETTINGS)
        return
    for path, most in limits.items():
        yield from _check_number(files, f"settings.json: {'.'.join(path)}", dig(settings, *path), most)
    if not isinstance(nginx, str):
        yield _gateway.unread(files, _gateway.NGINX)
        return
    yield from _check_nginx(files, nginx, limits["retry", "tries"])


def _check_number(files: Resource, name: str, value: Value, most: int) -> Iterator[Finding]:
    found = _gateway.number(value)
    if found is None or not 1 <= found <= most:
        yield failure(files, f"{name} is {value}, must be from 1 to {most}")


def _check_nginx(files: Resource, nginx: str, most: int) -> Iterator[Finding]:
    """Yield what lets Nginx try without end, as it does where a module's number of tries is 0 or not given."""
    found = [match.groupdict() for match in _DIRECTIVE.finditer(nginx)]
    bounded = {each["module"] for each in found if each["tries"]}
    for each in found:
        name = f"nginx.conf: {each['module']}_next_upstream_tries"
        if each["tries"]:
            value = int(each["value"]) if each["value"].isdigit() else None
            yield from _check_number(files, name, value, most)
        elif each["module"] not in bounded:
            yield failure(files, f"{name} is not given, must be from 1 to {most}")


RULE = ResourceRule(
    id="O2",
    name="require-retry-budget",
    severity=Severity.HIGH,
    what="The gateway has a breaker, few tries for a request, and a budget for all of them together.",
    why="Each try of a request that fails is load on those that still answer; without a budget an outage feeds itself.",
    source="https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/",
    fix="Set gateway.retry and gateway.breaker in the stack's settings within these limits.",
    settings=(_TRIES, _BUDGET, _PAUSE),
    matches={CONFIG_MAP}.__contains__,
    check=_check,
)
