"""Resources that were made but that the engine, killed in between, never wrote down."""

from sandbox.aws.cloud import Cloud, ServiceError, reset_clients
from sandbox.aws.ledger import Ledger, Row
from sandbox.aws.provider import remove as remove_resource
from sandbox.paths import Paths
from sandbox.plugin.provider import ProviderError


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
