"""The rules of the pack. Adding one is two files and no third place; the page of all rules is made anew from them.

1. `rules/<verb>_<what>.py` with a `RULE`; the verb is require, forbid or limit. A `ResourceRule` judges one resource
   before it is created; a `StackRule` judges how resources fit together, with `_stack.py` to find what belongs to what.
   Its check yields `failure(...)` or, where the answer hangs on a value that a preview cannot know, `undecided(...)`;
   nothing means that the rule holds. Type tokens stand in `_types.py`. A number or a list of names that a stack may
   want otherwise is one of the rule's `settings` (`_setting.py`), and a keyword argument of its check. Where setting
   an input makes a failing resource pass, in place and without loss, the rule has a `remedy` (`_remedy.py`).
2. `tests/policies/test_<verb>_<what>.py` with a case that holds, one that fails, one that is undecided, and
   `MUTATIONS`: properties of the real program's resources, each broken so that this rule and no other fails; a remedy
   must bring one of them back as it was.

Then `make -s policies > docs/policies.md`.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from rules._rule import AnyRule

__all__ = ["ALL"]


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
