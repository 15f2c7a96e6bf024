"""Reading values out of a resource's state, where any of them may be absent, unknown or secret."""

from collections.abc import Iterable, Iterator, Mapping

from review.plan import Plan, State, Step
from review.values import Value

Path = tuple["str | int", ...]


def dig(value: Value, *path: str | int) -> Value:
    """Return the value at `path` below `value`, None where there is nothing."""
    for key in path:
        if isinstance(value, dict) and isinstance(key, str):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return None
    return value


def at(state: State | None, *path: str | int) -> Value:
    """Return the input at `path`, or the output where the program gave none; None where neither is there."""
    if state is None:
        return None
    found = dig(dict(state.inputs), *path)
    return dig(dict(state.outputs), *path) if found is None else found


def number(value: Value) -> int | None:
    """Return a whole number, also from text as Kubernetes and AWS write it; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return int(value)
    return int(value) if isinstance(value, str) and value.isdecimal() else None


def text(value: Value) -> str:
    """Return a text, empty for anything else."""
    return value if isinstance(value, str) else ""


def texts(value: Value) -> list[str]:
    """Return the texts of a list."""
    return [each for each in items(value) if isinstance(each, str)]


def items(value: Value) -> list[Value]:
    """Return the elements of a list, none for anything else."""
    return value if isinstance(value, list) else []


def mapping(value: Value) -> Mapping[str, Value]:
    """Return the entries of a mapping, none for anything else."""
    return value if isinstance(value, dict) else {}


def joined(words: Iterable[str]) -> str:
    """Return words as people list them: `a, b and c`."""
    *most, last = [*words] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def all_steps(plans: Iterable[Plan]) -> Iterator[tuple[str, Step]]:
    """Yield every step with its stack's name."""
    for plan in plans:
        for step in plan.steps:
            yield plan.stack, step
