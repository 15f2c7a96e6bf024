import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.reading import property_path

PATHS = [
    ("scalingConfig.minSize", ("scalingConfig", "minSize")),
    ("subnetIds[0]", ("subnetIds", 0)),
    ('tags["a.b"]', ("tags", "a.b")),
    ('spec.containers[1].env[0]["x/y"].value', ("spec", "containers", 1, "env", 0, "x/y", "value")),
    ('["a b"][2]', ("a b", 2)),
    ('labels["say \\"no\\""]', ("labels", 'say "no"')),
]


@pytest.mark.parametrize(("text", "path"), PATHS)
def test_a_path_is_read_and_written_as_the_engine_does(text: str, path: property_path.Path) -> None:
    assert property_path.parse(text) == path
    assert property_path.write(path) == text


_names = st.text(st.characters(codec="utf-8", exclude_characters="\\"), min_size=1)


@given(st.lists(_names | st.integers(0, 99), min_size=1).map(tuple))
def test_what_is_written_is_read_again(path: property_path.Path) -> None:
    assert property_path.parse(property_path.write(path)) == path


@pytest.mark.parametrize("text", ["a[", 'a["b', "a]b", "a[x]"])
def test_what_is_no_path_is_one_name(text: str) -> None:
    assert property_path.parse(text) == (text,)


def test_a_value_is_found_or_not() -> None:
    tree = {"a": [{"b.c": 1}, None]}
    assert property_path.get(tree, ("a", 0, "b.c"), "none") == 1
    assert property_path.get(tree, ("a", 1), "none") is None
    for path in (("a", 2), ("a", "b"), ("a", 1, "b"), ("x",), ("a", 0, "b.c", 0)):
        assert property_path.get(tree, path, "none") == "none"
