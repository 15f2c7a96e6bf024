import json

import pytest
from rules._resource import UNKNOWN, Resource, Value

from tests.policies.gateway_files import NGINX, files, with_line, with_setting
from tests.policies.samples import said

NAME = "require-retry-budget"
MUTATIONS = (
    with_setting(("retry", "budget_percent"), 100),
    with_setting(("retry", "tries"), 0),
    with_setting(("breaker", "failures"), None, "dr", "c"),
    with_line("grpc_next_upstream_tries 3;", "grpc_next_upstream_tries 0;"),
    with_line("grpc_next_upstream_tries 3;", ""),
)


def numbered(path: str, value: Value) -> Resource:
    numbers: dict[str, dict[str, Value]] = {
        "retry": {"tries": 1, "budget_percent": 1},
        "breaker": {"failures": 10, "pause_seconds": 60},
    }
    section, key = path.split(".")
    numbers[section][key] = value
    return files(settings=json.dumps(numbers))


def test_holds() -> None:
    assert said(NAME, files(), files("other", nginx=None), numbered("retry.tries", 2)) == []


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (numbered("retry.tries", 4), "settings.json: retry.tries is 4, must be from 1 to 3"),
        (numbered("retry.budget_percent", 21), "settings.json: retry.budget_percent is 21, must be from 1 to 20"),
        (numbered("breaker.failures", 0), "settings.json: breaker.failures is 0, must be from 1 to 10"),
        (numbered("breaker.pause_seconds", None), "settings.json: breaker.pause_seconds is None, must be from 1 to 60"),
        (files(settings="no"), "has no settings.json that can be read"),
        (files(nginx=None), "has no nginx.conf that can be read"),
        (files(nginx=NGINX.replace("tries 3", "tries 0")),
         "nginx.conf: proxy_next_upstream_tries is 0, must be from 1 to 3"),
        (files(nginx=NGINX + "grpc_next_upstream error;"),
         "nginx.conf: grpc_next_upstream_tries is not given, must be from 1 to 3"),
    ],
    ids=range(8),
)  # fmt: skip
def test_fails(broken: Resource, message: str) -> None:
    assert said(NAME, broken) == [("fail", message)]


def test_the_limits_are_settings() -> None:
    assert len(said(NAME, files(), max_tries=2, max_budget_percent=10, max_pause_seconds=1)) == 4


@pytest.mark.parametrize(
    ("blank", "path"),
    [
        (files(UNKNOWN), "metadata.name"),
        (files(settings=UNKNOWN), "data.settings.json"),
        (files(nginx=UNKNOWN), "data.nginx.conf"),
    ],
    ids=range(3),
)
def test_unknown_is_undecided(blank: Resource, path: str) -> None:
    assert said(NAME, blank) == [("unknown", f"{path} is not known before the update")]
