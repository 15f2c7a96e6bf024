"""The rules of the pack. A rule is one module here with a `RULE`; adding one is adding its file."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from rules._catalogue import markdown
from rules._rule import AnyRule

__all__ = ["ALL", "catalogue"]


def _load(module: str) -> AnyRule:
    rule: AnyRule = import_module(f"{__name__}.{module}").RULE
    return rule


def _place(rule: AnyRule) -> tuple[str, int]:
    return rule.id[0], int(rule.id[1:])


ALL: Final[tuple[AnyRule, ...]] = tuple(
    sorted(
        (_load(found.name) for found in iter_modules(__path__) if not found.name.startswith("_")),
        key=_place,
    )
)
"""Every rule, by id."""


def catalogue() -> str:
    """Return the rules as a Markdown table, for people."""
    return markdown(ALL)
