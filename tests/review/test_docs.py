"""What docs/review.md says of the review is what the review does."""

import re
from pathlib import Path

import pytest
from engine import ROOT

from review.gate import FAIL_ON, Status
from review.judging.kinds import KINDS
from tests.workflows.definitions import WORKFLOWS

PAGE = (ROOT / "docs" / "review.md").read_text()


def rows() -> list[str]:
    """The table of what holds data."""
    held = {token: kind.loss for token, kind in KINDS.items() if kind.loss}
    return ["| Type | Lost with it |", "| --- | --- |", *(f"| `{token}` | {loss} |" for token, loss in held.items())]


def test_the_page_lists_all_that_holds_data() -> None:
    assert "\n".join(rows()) in PAGE
    assert PAGE.count("| `aws:") + PAGE.count("| `kubernetes:") == len(rows()) - 2


def test_the_page_lists_every_status() -> None:
    listed = re.findall(r"^\| (\d) \| ", PAGE, re.MULTILINE)
    assert [int(each) for each in listed] == sorted({*map(int, Status), 1})


def test_the_page_lists_every_level_to_fail_on() -> None:
    assert all(re.search(rf"`(?:--fail-on )?{level}`", PAGE) for level in FAIL_ON)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_the_page_lists_every_workflow_and_variable(path: Path) -> None:
    assert f"`{path.stem}`" in PAGE
    assert all(f"| `{name}` |" in PAGE for name in re.findall(r"vars\.(\w+)", path.read_text()))
