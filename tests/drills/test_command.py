"""`make drills` says in one line what it can not do."""

from pathlib import Path

import pytest

from sandbox.drills.__main__ import main


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing"], "error: no such drill: nothing; known are node, instance, group, spot, drain\n"),
        ([], "error: no cluster stands here; run `make up` first\n"),
    ],
)
def test_what_it_can_not_do(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".sandbox").mkdir()
    assert main(words) == 1
    assert capsys.readouterr().err == said
