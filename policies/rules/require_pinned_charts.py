"""W19: what a chart installs is the same tomorrow."""

import re
from collections.abc import Iterator

from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._types import RELEASE

_VERSION = ("version",)
_REPOSITORY = ("repositoryOpts", "repo")
# Helm takes a range as well, like ^2.0.0 or 2.x: https://helm.sh/docs/helm/helm_install/
_EXACT = re.compile(r"v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?")
_SAFE = ("https://", "oci://")


def _check(release: Resource) -> Iterator[Finding]:
    version, repository = release.get(*_VERSION), release.get(*_REPOSITORY)
    if version is UNKNOWN:
        yield undecided(release, *_VERSION)
    elif not isinstance(version, str) or not _EXACT.fullmatch(version):
        yield failure(release, f"version is {version or 'not set'}, must be one version in full, like 2.21.0")
    yield from _check_source(release, repository if repository is not None else release.get("chart"))


def _check_source(release: Resource, source: object) -> Iterator[Finding]:
    if source is UNKNOWN:
        yield undecided(release, *_REPOSITORY)
    elif not str(source).startswith(_SAFE):
        yield failure(release, f"its chart comes from {source or 'nowhere'}, must be {' or '.join(_SAFE)}")


RULE = ResourceRule(
    id="W19",
    name="require-pinned-charts",
    severity=Severity.HIGH,
    what="Every Helm release names one version of its chart in full, from a repository that proves who it is.",
    why=(
        "Without a version Helm takes the newest: the next update, of whatever else, brings other programs and other"
        " rights into every cluster, and the second site gets others than the first."
    ),
    source="https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v3/release/",
    fix="Set version to the release that was tried, and repositoryOpts.repo to the chart's https address.",
    matches=RELEASE.__eq__,
    check=_check,
)
