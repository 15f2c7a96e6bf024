"""`python -m keyspace`: remove what is over from the shared table, once; settings are environment variables."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping

from keyspace.connection import connected, from_environment
from keyspace.errors import KeyspaceError
from keyspace.sweeper import listed, sweep
from keyspace.table import now_milliseconds


async def run(variables: Mapping[str, str]) -> dict[str, int]:
    """Sweep once, and return how many names went and how many are left."""
    async with connected(from_environment(variables)) as client:
        return {"swept": await sweep(client, now_milliseconds()), "left": await listed(client)}


def main(variables: Mapping[str, str]) -> int:
    """Sweep once and print what became of it, as a line of JSON; returns 0, or 1 when it could not."""
    try:
        print(json.dumps(asyncio.run(run(variables))))
    except KeyspaceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
