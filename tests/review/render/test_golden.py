"""Approved comments: what a reviewer reads is looked at when it changes.

`APPROVE=1 python -m pytest tests/review/render/test_golden.py` writes the files anew; the diff is then reviewed.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from review.assessment import Review
from review.render import markdown
from tests.review.render import reviews

GOLDEN = Path(__file__).parent.parent / "golden"
CASES: dict[str, Callable[[], Review]] = {
    "no-change": reviews.nothing,
    "broken-preview": reviews.broken,
    "small-safe": reviews.small,
    "dangerous": reviews.dangerous,
    "blocked": reviews.blocked,
    "multi-stack": reviews.several,
    "hostile-names": reviews.hostile,
    "truncated": reviews.many,
}


@pytest.mark.parametrize("name", CASES)
def test_comment_is_as_approved(name: str) -> None:
    path = GOLDEN / f"{name}.md"
    shown = markdown.render(CASES[name]())
    if os.environ.get("APPROVE"):
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8"), f"look at the change of {path.name}; APPROVE=1 keeps it"


def test_every_approved_file_has_its_case() -> None:
    assert {path.stem for path in GOLDEN.glob("*.md")} == set(CASES)
