import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import DISTRIBUTION

from tests.policies.gateway_files import NGINX, files, with_line
from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-tenant-cache"
DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
OPTIMISED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
MUTATIONS = (
    changed(DISTRIBUTION, "llm-prod-entry", ("defaultCacheBehavior", "cachePolicyId"), OPTIMISED),
    with_line("proxy_cache_key $gateway_key;", "proxy_cache_key $host$request_uri;"),
    with_line("proxy_cache_key $gateway_key;", ""),
    with_line("proxy_no_cache $gateway_unfit;", ""),
    with_line('return tenant .. "|" .. host', "return host", "route.lua"),
    with_line("proxy_buffering off;", "proxy_buffering off;\nproxy_cache answers;\nproxy_cache_key $gateway_key;\n"
              "proxy_no_cache $gateway_unfit;"),
)  # fmt: skip


def distribution(default: Value, *ordered: Value) -> Resource:
    return resource(
        DISTRIBUTION,
        {
            "defaultCacheBehavior": {"cachePolicyId": default},
            "orderedCacheBehaviors": [{"cachePolicyId": each} for each in ordered],
        },
    )


def rewritten(old: str, new: str) -> Resource:
    return files(nginx=NGINX.replace(old, new))


def test_holds() -> None:
    assert said(NAME, distribution(DISABLED), distribution(DISABLED, DISABLED), files()) == []
    assert said(NAME, rewritten("$gateway_key", '"$gateway_tenant $uri"'), files("other", nginx=None)) == []
    assert said(NAME, rewritten("proxy_cache answers", "proxy_cache off")) == []


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (distribution(None), f"defaultCacheBehavior.cachePolicyId is None, must be {DISABLED}"),
        (distribution(DISABLED, OPTIMISED), f"orderedCacheBehaviors.cachePolicyId is {OPTIMISED}, must be {DISABLED}"),
        (files(nginx=None), "has no nginx.conf that can be read"),
        (rewritten("$gateway_key", "$uri"), "nginx.conf: location @cached: proxy_cache_key $uri has no tenant"),
        (rewritten("proxy_cache_key $gateway_key;", ""),
         "nginx.conf: location @cached: proxy_cache_key of Nginx has no tenant"),
        (files(route="return hash"), "nginx.conf: location @cached: proxy_cache_key $gateway_key has no tenant"),
        (rewritten("proxy_no_cache $gateway_unfit;", ""),
         "nginx.conf: location @cached: no proxy_no_cache leaves streams out"),
        (rewritten("proxy_cache answers;", "proxy_cache answers;\nproxy_buffering off;"),
         "nginx.conf: location @cached: proxy_buffering is off, so it is a stream's, and has a cache"),
    ],
    ids=range(8),
)  # fmt: skip
def test_fails(broken: Resource, message: str) -> None:
    assert said(NAME, broken) == [("fail", message)]


@pytest.mark.parametrize(
    ("blank", "path"),
    [
        (distribution(UNKNOWN), "defaultCacheBehavior.cachePolicyId"),
        (distribution(DISABLED, UNKNOWN), "orderedCacheBehaviors.cachePolicyId"),
        (files(nginx=UNKNOWN), "data.nginx.conf"),
    ],
    ids=range(3),
)
def test_unknown_is_undecided(blank: Resource, path: str) -> None:
    assert said(NAME, blank) == [("unknown", f"{path} is not known before the update")]
