"""O10: clients on poor networks get HTTP/3."""

from collections.abc import Iterator
from typing import Final

from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._types import DISTRIBUTION

_VERSION: Final = "httpVersion"
_WANTED: Final = ("http2and3", "http3")


def _check(resource: Resource) -> Iterator[Finding]:
    version = resource.get(_VERSION)
    if version is UNKNOWN:
        yield undecided(resource, _VERSION)
    elif version not in _WANTED:
        yield failure(resource, f"{_VERSION} is {version}, must be {' or '.join(_WANTED)}")


RULE = ResourceRule(
    id="O10",
    name="require-http3",
    severity=Severity.LOW,
    what="The distribution answers by HTTP/3 to clients that speak it.",
    why="Over TCP one lost packet holds up every stream of a connection; over QUIC it holds up its own.",
    source="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesGeneral.html",
    fix="Set httpVersion to http2and3 in the distribution.",
    matches={DISTRIBUTION}.__contains__,
    check=_check,
)
