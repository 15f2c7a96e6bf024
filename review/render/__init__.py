"""A review on pages: a comment for the pull request, a page for people, JSON and SARIF for programs."""

import os
from dataclasses import dataclass
from pathlib import Path

from review.assessment import Review
from review.render import html, json_report, markdown, sarif


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Where the report was written."""

    comment: Path
    page: Path
    json: Path
    sarif: Path


def write(review: Review, folder: Path) -> Paths:
    """Write all four files; a reader sees each of them whole or as it was before.

    Args:
        review: what to write.
        folder: made where it is missing.

    Raises:
        OSError: the folder can not be written to.
    """
    paths = Paths(
        comment=folder / "comment.md",
        page=folder / "report.html",
        json=folder / "report.json",
        sarif=folder / "report.sarif",
    )
    folder.mkdir(parents=True, exist_ok=True)
    _replace(paths.comment, markdown.render(review))
    _replace(paths.page, html.render(review))
    _replace(paths.json, json_report.render(review))
    _replace(paths.sarif, sarif.render(review))
    return paths


def _replace(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
