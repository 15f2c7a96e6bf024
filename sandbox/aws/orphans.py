"""Resources that nobody owns because a kill came between two writes.

Made by AWS and not yet in our ledger: the creation is taken back whole, whatever its type and however far it came.
In our ledger and not yet in the engine's state: removed as the engine would have.
"""

from sandbox.aws.cloud import Cloud, ServiceError, reset_clients
from sandbox.aws.ledger import Ledger, Row
from sandbox.aws.provider import remove as remove_resource
from sandbox.aws.table import TABLE
from sandbox.cloud.rollback import forget
from sandbox.paths import Paths
from sandbox.plugin.provider import ProviderError


def roll_back(paths: Paths) -> list[str]:
    """Take back every creation that was cut short, or refused half-way, before the ledger; no engine may run.

    Returns:
        What was taken back, as type and name.
    """
    if not paths.ledger.exists():
        return []
    ledger = Ledger(paths)
    cut = ledger.unfinished()
    undone = forget(paths, {creation.operation for creation in cut})
    for creation in cut:
        TABLE[creation.type].undo(Cloud(paths, creation.region), creation.inputs)
        ledger.strike(creation.operation)
    return [f"{c.type} {c.urn.rsplit('::', 1)[-1]}" for c in cut if c.operation in undone]


def remove(paths: Paths, keep: set[tuple[str, str]]) -> list[str]:
    """Delete every resource of the ledger that is not to be kept, users before what they use.

    Args:
        paths: the sandbox.
        keep: type and id of the resources that the engine's state knows.

    Returns:
        What was removed, as type and id.

    Raises:
        ProviderError: one is still used by a resource that is kept.
    """
    if not paths.ledger.exists():
        return []
    rows = [row for row in reversed(Ledger(paths).all()) if (row.type, row.id) not in keep]
    if rows:
        reset_clients()
    removed: list[str] = []
    while rows:
        rows, done = _round(paths, rows)
        removed += done
    return removed


def _round(paths: Paths, rows: list[Row]) -> tuple[list[Row], list[str]]:
    left: list[Row] = []
    done: list[str] = []
    refusal: Exception | None = None
    for row in rows:
        try:
            remove_resource(Cloud(paths, row.region), row)
            done.append(f"{row.type} {row.id}")
        except (ProviderError, *ServiceError) as error:
            left.append(row)
            refusal = error
    if refusal is not None and not done:
        raise ProviderError(f"a resource that was never recorded cannot be removed: {refusal}") from refusal
    return left, done
