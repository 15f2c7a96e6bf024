"""Names: within the services' limits, distinct, and exactly those that the program registers."""

from collections.abc import Iterator, Mapping
from typing import Any

import engine
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import naming
from components.name_limits import LIMITS
from components.settings import Settings, SettingsError

START = {type_: limit.forbidden_start for type_, limit in LIMITS.items() if limit.forbidden_start}
LABEL = LIMITS["kubernetes:core/v1:Namespace"].longest
NAMES = st.from_regex(r"[a-z]([a-z0-9-]{0,40}[a-z0-9])?", fullmatch=True)
SITES = st.lists(st.sampled_from("abcdefghijklmno"), min_size=1, unique=True)


def _settings(name: str, sites: list[str]) -> dict[str, Any]:
    region = "us-east-1"
    zones = [f"{region}{chr(ord('f') + index)}" for index in range(len(sites))]
    placed = [{"name": site, "zone": zone, "weight": 1} for site, zone in zip(sites, zones, strict=True)]
    values = engine.values("prod")
    return values | {"name": name, "sites": placed}


def _accepts(name: str, sites: list[str]) -> bool:
    try:
        Settings.parse(_settings(name, sites))
    except SettingsError:
        return False
    return True


@given(NAMES, SITES)
def test_names_of_accepted_settings_are_within_limits_and_distinct(name: str, sites: list[str]) -> None:
    found = naming.derived(name, sites, (), owns_entry=True)
    if _accepts(name, sites):
        assert all(len(text) <= LIMITS[type_].longest for type_, text in found)
        assert len(set(found)) == len(found)
    else:
        assert (
            len(name) > 22
            or "--" in name
            or any(text.startswith(START[type_]) for type_, text in found if type_ in START)
        )


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("a" * 22, True),
        ("a" * 23, False),
        ("sg", False),
        ("sg-x", False),
        ("internal", False),
        ("xn--a", False),
        ("a--b", False),
        ("s", True),
    ],
)
def test_the_longest_name_by_example(name: str, *, taken: bool) -> None:
    assert _accepts(name, ["a"]) == taken


def test_a_refused_name_says_what_it_would_make() -> None:
    with pytest.raises(SettingsError, match=r"makes the LoadBalancer name a+-a-\w+: 33 characters, at most 32"):
        Settings.parse(_settings("a" * 23, ["a"]))


def _registered(stack: str, upstream: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    for each in engine.run(stack, engine.values(stack), upstream).resources:
        limit = LIMITS.get(each.type)
        if limit:
            own = each.inputs.get("metadata", each.inputs).get("name") or each.inputs.get("replicationGroupId")
            own = own or each.inputs.get("identifier")
            yield each.type, own or each.name + naming.SUFFIX


def _own(found: Iterator[tuple[str, str]], upstream: Mapping[str, Any] | None) -> set[tuple[str, str]]:
    """Return what is not named after the upstream."""
    return {(type_, text) for type_, text in found if not upstream or not text.startswith(upstream["name"])}


@pytest.mark.parametrize(("stack", "upstream"), [("prod", None), ("dr", engine.UPSTREAM)])
def test_nothing_that_the_program_names_is_missed(stack: str, upstream: Mapping[str, Any] | None) -> None:
    settings = Settings.parse(engine.values(stack))
    sites, tenants = ([each.name for each in found] for found in (settings.sites, settings.tenants))
    found = naming.derived(settings.name, sites, tenants, owns_entry=stack == "prod")
    assert _own(_registered(stack, upstream), upstream) == set(found)


def test_names_and_labels_inside_a_cluster_are_dns_labels() -> None:
    objects = [each for each in engine.run("prod", engine.values("prod"), None).resources if "metadata" in each.inputs]
    assert objects
    for each in objects:
        texts = [each.inputs["metadata"]["name"], *each.inputs["metadata"].get("labels", {}).values()]
        assert all(0 < len(text) <= LABEL for text in texts), each.name
