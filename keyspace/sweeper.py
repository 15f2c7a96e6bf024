"""Removes what is over. All regions may do it at the same time: they remove the same, and nothing that is alive."""

from keyspace.names import EXPIRY, end_of
from keyspace.table import PAGE, Client, ask, page


async def sweep(client: Client, now: int) -> int:
    """Delete every entry that is over at `now`, ms since 1970, oldest first; return how many names went.

    One that was deleted and is still listed, as after a crash, goes with the next sweep.

    Raises:
        KeyspaceError: the list has a name that no table made; nothing after it is deleted.
    """
    swept = 0
    while over := [name for name in await page(client, 0, PAGE - 1) if end_of(name) <= now]:
        for name in over:
            await ask(client, "DEL", name)
            await ask(client, "ZREM", EXPIRY, name)
        swept += len(over)
    return swept


async def listed(client: Client) -> int:
    """Return how many names are listed, alive or over, a count."""
    found: int = await ask(client, "ZCARD", EXPIRY)
    return found
