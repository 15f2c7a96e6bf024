"""The pack for one stack: its rules, on the terms of the stack, less what is waived there."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import stack_settings
import waivers
from document import PackError, read
from judge import Judge
from rulebook import Pack, Refusal, Rulebook
from rules import ALL


def opened(folder: Path, environment: Mapping[str, str], today: date) -> Pack:
    """Return the pack for the engine; where one of its files is wrong, one that fails with what is wrong.

    Args:
        folder: where `settings.yaml` and `waivers.yaml` are.
        environment: variables that the engine sets for its plugins; they tell the stack.
        today: the day on which no waiver may have expired.
    """
    stack = stack_settings.Stack.of(environment)
    try:
        terms = stack_settings.parse(read(folder / stack_settings.FILE), ALL, stack.role)
        listed = waivers.parse(read(folder / waivers.FILE), ALL, today)
    except PackError as error:
        return Refusal(f"policies/{error}")
    return Rulebook(ALL, Judge(terms, [waiver for waiver in listed if waiver.stack == stack.name]))
