"""The whole program, with the shipped stack files, against the ledgers; a rename is a visible line there."""

from collections.abc import Mapping
from typing import Any

import engine
import pulumi
import pytest

CASES: list[tuple[str, Mapping[str, Any] | None]] = [("prod", None), ("dr", engine.UPSTREAM)]


@pytest.mark.parametrize(("stack", "upstream"), CASES)
def test_ledger(stack: str, upstream: Mapping[str, Any] | None) -> None:
    found = engine.run(stack, engine.values(stack), upstream).ledger()
    assert found == (engine.ROOT / "tests" / "ledgers" / f"{stack}.txt").read_text()


@pytest.mark.parametrize(("stack", "upstream"), CASES)
def test_every_resource_has_an_explicit_provider(stack: str, upstream: Mapping[str, Any] | None) -> None:
    made = engine.run(stack, engine.values(stack), upstream).resources
    assert not [each for each in made if each.type.startswith(("aws:", "kubernetes:")) and not each.provider]


def test_only_what_joins_the_regions_is_in_the_upstreams() -> None:
    made = engine.run("dr", engine.values("dr"), engine.UPSTREAM).resources
    away = {each.name for each in made if "aws-us-east-1" in each.provider}
    assert {name.removeprefix("llm-dr-").split("-")[0] for name in away} == {"peering", "replication"}


def _refused(stack: str, values: object, upstream: Mapping[str, Any] | None, **more: str) -> str:
    made = engine.Engine(upstream=engine.exported(upstream))
    with pytest.raises(pulumi.RunError) as raised:
        made.run(stack, values, {f"{engine.PROJECT}:{key}": value for key, value in more.items()})
    assert not made.resources
    return str(raised.value)


def test_dr_before_prod_says_what_to_do() -> None:
    assert "pulumi up -s prod" in _refused("dr", engine.values("dr"), None)


def test_an_upstream_of_another_version_says_what_to_do() -> None:
    older = {key: value for key, value in engine.UPSTREAM.items() if key != "tables"}
    said = _refused("dr", engine.values("dr"), older)
    assert "this version reads" in said
    assert "pulumi up -s prod" in said


@pytest.mark.parametrize(("cidr", "said"), [("10.21.0.0/16", "overlaps"), ("172.20.0.0/16", "same side")])
def test_upstream_addresses_are_checked(cidr: str, said: str) -> None:
    assert said in _refused("dr", engine.values("dr"), {**engine.UPSTREAM, "cidr": cidr})


def test_an_unknown_key_beside_the_settings_is_refused() -> None:
    assert "inference-platform:extra" in _refused("prod", engine.values("prod"), None, extra="1")


def test_settings_of_another_shape_are_refused() -> None:
    assert "must be a mapping" in _refused("prod", [1], None)
