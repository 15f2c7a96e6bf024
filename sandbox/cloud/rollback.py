"""Taking back what some operations asked of AWS, as if they had never been."""

from collections.abc import Collection

from sandbox import cloud
from sandbox.cloud import OPERATION, journal
from sandbox.paths import Paths


def forget(paths: Paths, operations: Collection[str]) -> set[str]:
    """Make AWS forget the requests of some operations; a server that runs is started again without them.

    Every other request keeps its random seed, so that all other ids stay what they were.

    Args:
        paths: the sandbox.
        operations: marks of operations whose answers nobody remembers: no later request can depend on them.

    Returns:
        The operations that had changed something.
    """
    marks = {_mark(entry) for entry in journal.entries(paths.journal)} & set(operations)
    if marks:
        was_running = cloud.stop(paths)
        journal.keep(paths.journal, lambda entry: _mark(entry) not in marks)
        if was_running:
            cloud.start(paths)
    return marks


def _mark(entry: journal.Entry) -> str:
    return entry["headers"].get(OPERATION.upper(), "")
