"""What a workflow's `python3` is in its tests: the real command lines, on previews recorded from the engine.

It takes what the steps hand to sandbox.bootstrap. The environment's RECORDED names the preview of prod.
"""

import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import review.__main__
import sandbox.__main__
from review import commands
from review.plan import Plan
from sandbox.lifecycle import commands as sandbox_commands
from sandbox.lifecycle.stacks import Project
from sandbox.paths import Paths
from tests.review import recordings

BOOTSTRAP = ["-m", "sandbox.bootstrap", "--", "python", "-m"]


class Recorded:
    """The engine's part of a review."""

    def __init__(self, _folder: Path, _tell: Callable[[str], object]) -> None:
        assert os.environ["PULUMI_BACKEND_URL"], "the official CLI would not know its backend"

    def preview(self, stack: str) -> Plan:
        return recorded(stack)

    def drift(self, stack: str) -> Plan:
        return recorded(stack)

    def up(self, stack: str, check: Callable[[Plan], None]) -> None:
        check(recorded(stack))


def recorded(stack: str) -> Plan:
    """The preview that this test is about, or one without a change."""
    names = {"prod": os.environ["RECORDED"], "dr": "dr-nothing-changed"}
    return replace(recordings.preview(names[stack]), stack=stack)


def report(_paths: Paths, project: Project, base: str | None, out: Path, fail_on: str | None) -> int:
    """In place of the sandbox's: nothing is brought up."""
    assert re.fullmatch("[0-9a-f]{40}", base or ""), f"no commit to compare with: {base!r}"
    plans = [recorded(stack.name) for stack in project.stacks()]
    return commands.publish(commands.reported(plans, project.checkout), out, fail_on)


def python3(words: Sequence[str]) -> int:
    """Run what sandbox.bootstrap would run."""
    assert [*words[:5]] == BOOTSTRAP, words
    module, arguments = words[5], [*words[6:]]
    if module == "pytest":
        return 0 if all(Path(each).exists() for each in arguments) else 4
    commands.Runner = Recorded
    sandbox_commands.report = report
    mains = {"review": review.__main__.main, "sandbox": sandbox.__main__.main}
    return mains[module](arguments)


if __name__ == "__main__":
    sys.exit(python3(sys.argv[1:]))
