"""How the review is built: it reads plans and tables, never the program or what the program is rehearsed on."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine import ROOT

FILES = sorted((ROOT / "review").rglob("*.py"))
LIMIT_FILE, LIMIT_FUNCTION = 250, 42


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]
        elif isinstance(node, ast.Import):
            yield from (each.name.partition(".")[0] for each in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_knows_neither_the_program_nor_the_sandbox(path: Path) -> None:
    assert not {*_imports(path)} & {"components", "sandbox", "rules", "tests"}


MAY_USE = {
    "reading": {"reading"},
    "estate": {"estate"},
    "money": {"estate", "money"},
    "judging": {"estate", "judging", "money"},
    "render": {"render"},
    "github": {"github"},
}


@pytest.mark.parametrize("room", MAY_USE)
def test_rooms_use_only_what_stands_below_them(room: str) -> None:
    used = {name for path in (ROOT / "review" / room).glob("*.py") for name in _rooms(path)}
    assert used <= MAY_USE[room]


def _rooms(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("review"):
            words = [*(node.module or "").split("."), *(each.name for each in node.names)]
            yield from (word for word in words[1:2] if word in MAY_USE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_sizes(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LIMIT_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < LIMIT_FUNCTION, node.name
