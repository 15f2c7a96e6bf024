"""The program: settings in, one platform, outputs out."""

import pulumi

from components import stack
from components.platform import Platform, PlatformArgs


async def main() -> None:
    """Compose the stack; waits for what its upstream exports before anything of its own is registered."""
    settings = stack.load()
    upstream = await stack.read_upstream(settings)
    Platform(settings.name, PlatformArgs(settings=settings, upstream=upstream)).outputs.export()


pulumi.run(main)
