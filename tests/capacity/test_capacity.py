"""The command `python -m capacity`: what it prints, what it refuses, and that the page is of today's settings."""

import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import engine
import pytest
import yaml

from capacity import cost, figures, page, stacks
from capacity.__main__ import main
from capacity.cost import priced
from capacity.picture import picture
from capacity.stacks import CapacityError, Stack
from review.money.prices import table

KEY = "inference-platform:platform"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the shipped stacks' files, where the command is run."""
    for path in engine.ROOT.glob("Pulumi.*.yaml"):
        shutil.copy(path, tmp_path)
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _change(folder: Path, stack: str, *way: str, value: object) -> None:
    path = folder / f"Pulumi.{stack}.yaml"
    loaded: Any = yaml.safe_load(path.read_text())
    at = loaded["config"][KEY]
    for key in way[:-1]:
        at = at[key]
    at[way[-1]] = value
    path.write_text(yaml.safe_dump(loaded))


def _shipped() -> list[Stack]:
    return stacks.read(engine.ROOT)


def test_the_page_and_its_picture_are_of_todays_settings() -> None:
    found = _shipped()
    assert (engine.ROOT / page.PAGE).read_text() == page.page(found), "run: make plan WRITE=1"
    assert (engine.ROOT / page.PICTURE).read_text() == picture(found), "run: make plan WRITE=1"


def test_the_page_follows_the_settings(checkout: Path) -> None:
    _change(checkout, "prod", "forecast", "safety", value=2.0)
    found = stacks.read(checkout)
    assert page.page(found) != page.page(_shipped())
    assert picture(found) != picture(_shipped())


def test_stacks_that_agree_with_their_plan(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert "stack prod (us-east-1, site a, b): a site carries up to 18.90 requests/s, a model server 3.24" in said.out
    assert said.out.index("stack prod") < said.out.index("stack dr")
    assert "differs" not in said.out
    assert list(checkout.joinpath("docs").iterdir()) == []


def test_a_difference_is_an_error_that_says_what_to_set(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _change(checkout, "prod", "inference", "replicas", "maximum", value=5)
    assert main([]) == 1
    said = capsys.readouterr()
    assert said.err == (
        "error: Pulumi.prod.yaml: platform.inference.replicas.maximum is 5, planned 6 or more; set it so, or give"
        " platform.forecast the reason for another\n"
    )
    assert [line.split() for line in said.out.splitlines() if "differs" in line] == [
        ["inference.replicas.maximum", "5", "6", "or", "more", "<-", "differs"]
    ]


def test_a_standby_that_expects_another_platform_differs(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _change(checkout, "dr", "forecast", "output_tokens", value=240)
    assert main([]) == 1
    assert (
        "Pulumi.dr.yaml: platform.forecast.output_tokens is 240, planned 250; say the same" in capsys.readouterr().err
    )


def test_write_makes_the_page_of_these_settings(checkout: Path) -> None:
    assert main(["--write"]) == 0
    assert (checkout / page.PAGE).read_text() == (engine.ROOT / page.PAGE).read_text()
    assert (checkout / page.PICTURE).read_text() == (engine.ROOT / page.PICTURE).read_text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "Pulumi.prod.yaml: "),
        ("config: 3", "Pulumi.prod.yaml: has no config.inference-platform:platform; put the stack's settings there"),
        ("", "Pulumi.prod.yaml: has no config.inference-platform:platform"),
    ],
)
def test_a_broken_file_is_one_line(checkout: Path, capsys: pytest.CaptureFixture[str], text: str, said: str) -> None:
    (checkout / "Pulumi.prod.yaml").write_text(text)
    assert main([]) == 1
    line = capsys.readouterr().err
    assert line.startswith(f"error: {said}")
    assert line.count("\n") == 1


def test_settings_out_of_bounds_are_one_line(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _change(checkout, "dr", "forecast", "safety", value=1.2)
    assert main([]) == 1
    line = capsys.readouterr().err
    assert line.startswith("error: Pulumi.dr.yaml: platform.forecast.safety: got 1.2, must be from 1.5 to 2.0")
    assert line.count("\n") == 1


def test_no_stacks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CapacityError, match="run the command in the checkout's root"):
        stacks.read(tmp_path)


def test_an_unknown_option_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["--fast"])
    assert raised.value.code == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_site_costs_what_its_parts_do() -> None:
    prod = _shipped()[0].settings
    found = cost.of_site(prod, reserved=3, spot=2)
    parts = Counter(
        {
            "EKS cluster": 1,
            "m7i.2xlarge on demand": 3,
            "p5en.48xlarge on demand": 3,
            "p5en.48xlarge spot (estimate)": 2,
            "gp3 storage": 3 * 100 + 5 * 2000,
        }
    )
    prices = [(count, table().monthly(item, "us-east-1")) for item, count in parts.items()]
    assert found.amount == sum((count * price for count, price in prices if price), Decimal(0))
    assert not found.unpriced
    assert len(found.formulas) == len(parts)


def test_what_has_no_price_is_named_and_not_counted() -> None:
    found = priced({"EKS cluster": 1, "p9.48xlarge on demand": 2, "p8.48xlarge on demand": 0}, "us-east-1")
    assert found.amount == Decimal(73)
    assert found.unpriced == ("2 x p9.48xlarge on demand in us-east-1",)
    assert found.said == "73.00 USD and, not in the price table, 2 x p9.48xlarge on demand in us-east-1"


def test_a_region_without_prices_claims_no_saving_and_no_price_of_tokens() -> None:
    first, *others = _shipped()
    away = Stack(first.name, first.settings.model_copy(update={"region": "eu-central-1"}), first.plan)
    assert figures.savings_percent(figures.month(first)) is not None
    assert figures.savings_percent(figures.month(away)) is None
    assert figures.per_million_tokens([first, *others]) is not None
    assert figures.per_million_tokens([away, *others]) is None
    assert "tokens of answers cost" not in page.page([away, *others])
    assert "no price" not in page.page([first, *others])


def test_the_price_of_tokens_by_hand() -> None:
    """Two sites of 180,108.50 and one of 179,726.12 USD, over 6.3 requests/s x 250 tokens x 730 h."""
    found = figures.per_million_tokens(_shipped())
    tokens = 6.3 * 250 * 730 * 3600
    assert found is not None
    assert float(found) == pytest.approx((2 * 180108.50 + 179726.12) / tokens * 1e6, rel=1e-6)


def test_more_care_is_never_cheaper() -> None:
    prod = _shipped()[0]
    amounts = [figures.month(figures.with_forecast(prod, {"safety": each})).least.amount for each in (1.5, 1.75, 2.0)]
    assert amounts == sorted(amounts)
    assert amounts[0] < amounts[-1]
