"""Settings: what is taken, and the one line said of what is not."""

from typing import Any

import engine
import pytest

from components.settings import Settings, SettingsError
from components.settings_doc import render


def _with(stack: str, path: str, value: object) -> dict[str, Any]:
    values = engine.values(stack)
    *way, last = path.split(".")
    at: Any = values
    for key in way:
        at = at[int(key) if key.isdigit() else key]
    at[last] = value
    return values


@pytest.mark.parametrize("stack", ["prod", "dr"])
def test_the_shipped_files_are_good(stack: str) -> None:
    assert Settings.parse(engine.values(stack)).name == f"llm-{stack}"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("surprise", 1, "platform.surprise"),
        ("role", "boss", "'primary' or 'standby'"),
        ("region", "mars", "platform.region"),
        ("sites.1.zone", "us-east-1a", "must be distinct"),
        ("sites.1.zone", "us-east-1c", "must be distinct"),
        ("sites.1.zone", "us-west-2a", "not in region us-east-1"),
        ("sites.1.name", "a", "must be distinct"),
        ("sites.1.name", "p", "platform.sites.1.name"),
        ("network.cidr", "10.20.0.0/17", "must be a /16"),
        ("network.cidr", "10.20.0.1/16", "platform.network.cidr"),
        ("network.cidr", "10.100.0.0/16", "overlaps"),
        ("network.cidr", "172.20.0.0/16", "one side of 128.0.0.0"),
        ("cluster.public_access_cidrs", ["0.0.0.0/0"], "opens the endpoint to everyone"),
        ("cluster.administrators", ["me"], "platform.cluster.administrators.0"),
        ("inference.replicas.minimum", 0, "platform.inference.replicas.minimum"),
        ("inference.replicas.minimum", 7, "above maximum"),
        ("nodes.spot.minimum", 1, "nodes.spot alone holds 1 replicas, must hold"),
        ("nodes.reserved.initial", 20, "must be from 3 to 8"),
        ("nodes.reserved.instance_types", ["m7i.large"], "not of"),
        ("upstream", "other", "a standby needs one, a primary has none"),
        ("inference.tensor_parallel", "many", "platform.inference.tensor_parallel"),
    ],
)
def test_a_bad_value_is_one_clear_line(path: str, value: object, said: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.parse(_with("prod", path, value))
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_standby_needs_an_upstream() -> None:
    with pytest.raises(SettingsError, match="a standby needs one"):
        Settings.parse(_with("dr", "upstream", None))


def test_the_readme_has_the_table() -> None:
    assert render() in (engine.ROOT / "README.md").read_text()


def test_every_setting_is_described() -> None:
    assert "None" not in render()
    assert "| `inference.replicas.minimum` |" in render()
