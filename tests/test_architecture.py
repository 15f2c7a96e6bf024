"""How the program is built, as rules on its source."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from engine import ROOT

COMPONENTS = sorted((ROOT / "components").rglob("*.py"))
PROGRAM = [ROOT / "__main__.py", *COMPONENTS]
PURE = [
    "addressing",
    "name_limits",
    "naming",
    "demand",
    "memory",
    "sizing",
    "vocabulary",
    "node_groups",
    "queue_metric",
    "serving",
    "forecast",
    "asynchronous",
    "quotas",
    "stores",
    "precompute",
    "traffic",
    "ports",
    "messages",
    "settings",
    "settings_doc",
    "ports",
    "planning/formula",
    "planning/fleet",
    "planning/marks",
    "planning/plan",
    "planning/compare",
    "access/entry/names",
    "compute/user_data",
    "access/discovery/config",
    "access/gateway/config",
]
LIMIT_FILE, LIMIT_FUNCTION = 250, 25


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            # A name may be a module too.
            yield from (f"{node.module}.{each.name}" for each in node.names)
        elif isinstance(node, ast.Import):
            yield from (each.name for each in node.names)


def test_the_program_never_mentions_what_it_is_rehearsed_on() -> None:
    files = [*PROGRAM, *ROOT.glob("Pulumi*.yaml"), *(ROOT / "policies").rglob("*.py")]
    for path in files:
        assert not {word for word in ("sandbox", "moto") if word in path.read_text().lower().replace("promoto", "")}, (
            path
        )


def test_main_is_short() -> None:
    assert len((ROOT / "__main__.py").read_text().splitlines()) < 40


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_import_no_pulumi(name: str) -> None:
    found = _imports(ROOT / "components" / f"{name}.py")
    assert not [module for module in found if module.startswith("pulumi")]


# From the lowest up; what is in none of them is shared, and stands below all.
LAYERS = ["network", "storage", "compute", "access", "monitoring"]
SHARED = ["planning"]
COMPOSITION = ["site_args", "workloads", "site", "platform"]


def _level(module: str) -> int:
    """Return how high a module stands: 0 is shared, the composition is highest."""
    part = module.removeprefix("components.").split(".")[0]
    if part in COMPOSITION:
        return len(LAYERS) + 1 + COMPOSITION.index(part)
    return LAYERS.index(part) + 1 if part in LAYERS else 0


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize("path", COMPONENTS, ids=str)
def test_imports_go_only_down(path: Path) -> None:
    own = _level(_module(path))
    upward = [each for each in _imports(path) if each.startswith("components") and _level(each) > own]
    assert not upward


def test_every_folder_of_components_is_a_layer_or_shared() -> None:
    inside = (path.relative_to(ROOT / "components").parts for path in COMPONENTS)
    assert {parts[0] for parts in inside if len(parts) > 1} <= {*LAYERS, *SHARED}


@pytest.mark.parametrize("path", PROGRAM, ids=str)
def test_the_program_imports_nothing_of_its_guards_and_its_rehearsal(path: Path) -> None:
    outside = ("capacity", "drawing", "policies", "review", "rules", "sandbox", "tests")
    assert not [each for each in _imports(path) if each.split(".")[0] in outside]


def test_drawing_knows_nothing_of_what_it_draws() -> None:
    found = {each.split(".")[0] for path in (ROOT / "drawing").glob("*.py") for each in _imports(path)}
    assert not found & {"capacity", "components", "policies", "review", "rules", "sandbox", "tests"}


def test_the_plans_command_needs_neither_engine_nor_sandbox() -> None:
    loaded = "import sys, capacity.page; print(*{name.split('.')[0] for name in sys.modules})"
    ran = subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "components" in ran.stdout.split()
    assert not {"pulumi", "sandbox", "rules", "tests"} & set(ran.stdout.split())


def _calls(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def test_providers_are_made_in_one_place() -> None:
    for path in PROGRAM:
        makes = [call for call in _calls(path) if call.split(".")[-1] == "Provider"]
        assert bool(makes) == (path.name == "providers.py"), path


def test_no_stack_is_known_by_name() -> None:
    assert not [path for path in PROGRAM for call in _calls(path) if call.endswith("get_stack")]


def test_one_stack_reference() -> None:
    assert [path.name for path in PROGRAM for call in _calls(path) if call.endswith("StackReference")] == [
        "upstream.py"
    ]


@pytest.mark.parametrize("path", PROGRAM, ids=str)
def test_sizes(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LIMIT_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < LIMIT_FUNCTION, node.name


def _packages(programs: Iterable[str]) -> set[str]:
    """Return the top folders of programs, and of all that they import."""
    found: set[str] = set()
    more = set(programs)
    while more:
        found |= more
        paths = (path for name in more for path in (ROOT / name).rglob("*.py"))
        imported = {each.split(".")[0] for path in paths for each in _imports(path)}
        more = {name for name in imported if (ROOT / name / "__init__.py").exists()} - found
    return found


# The shared table is swept from the worker's image.
IMAGES = {"database": ("database",), "worker": ("worker", "keyspace")}


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_has_what_its_programs_import_and_nothing_else(name: str) -> None:
    copied = re.findall(r"^COPY (\w+) /srv/(\w+)$", (ROOT / name / "Dockerfile").read_text(), re.MULTILINE)
    assert set(copied) == {(each, each) for each in _packages(IMAGES[name])}


def test_images_are_built_from_what_they_take_and_nothing_else() -> None:
    let_through = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert set(let_through) == set[str]().union(*map(_packages, IMAGES.values()))
