"""`python -m sandbox.toolchain [NAME ...]`: have the sandbox's programs ready, or those named by program or group."""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.paths import Paths
from sandbox.progress import Progress
from sandbox.toolchain import ensure

CHECKOUT = Path(__file__).resolve().parent.parent.parent


def main(arguments: Sequence[str]) -> int:
    """Have the tools ready and say where each came from.

    Returns:
        0, 1 for an error that was told, 130 after Ctrl-C.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        tools = ensure(Paths.of_checkout(CHECKOUT), Progress.standard(), arguments or None)
    except SandboxError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted: what was downloaded and compiled is kept", file=sys.stderr)
        return 130
    for name, source in tools.sources.items():
        print(f"{name:<24} {source}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
