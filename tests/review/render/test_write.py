"""All files are written, whole or not at all."""

from pathlib import Path

import pytest

from review.render import write
from tests.review.render import reviews


def test_all_four_files(tmp_path: Path) -> None:
    paths = write(reviews.dangerous(), tmp_path / "new" / "report")
    assert sorted(path.name for path in (tmp_path / "new" / "report").iterdir()) == [
        "comment.md", "report.html", "report.json", "report.sarif",
    ]  # fmt: skip
    assert paths.comment.read_text().startswith("## ⚠️ Needs care")
    assert paths.page.read_text().startswith("<!doctype html>")
    assert paths.json.read_text().startswith('{"schema_version"')
    assert '"2.1.0"' in paths.sarif.read_text()


def test_a_lone_surrogate_can_be_written(tmp_path: Path) -> None:
    paths = write(reviews.broken_name(), tmp_path)
    assert "⟨U+D800⟩" in paths.comment.read_text()
    assert "⟨U+D800⟩" in paths.page.read_text()


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = write(reviews.small(), tmp_path)
    before = paths.comment.read_text()

    def full(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write(reviews.dangerous(), tmp_path)
    assert paths.comment.read_text() == before
    assert len(list(tmp_path.iterdir())) == 4
