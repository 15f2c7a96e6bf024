"""What a failed build command said, as one line that tells what to do next."""

import re
from collections.abc import Sequence

from sandbox.errors import SandboxError

_CAUSES = (
    (
        re.compile(r"no space left on device", re.IGNORECASE),
        "free some disk space, or name another place for the cache in XDG_CACHE_HOME",
    ),
    (
        re.compile(r"checksum mismatch|SECURITY ERROR|do not match these hashes", re.IGNORECASE),
        "the download is not what the lock file pins: do not use it, and ask who runs your proxy",
    ),
    (
        re.compile(
            r"dial tcp|no such host|i/o timeout|connection re(?:fused|set)|TLS handshake"
            r"|proxyconnect|unexpected EOF|Bad Gateway|Service Unavailable|Failed to establish",
            re.IGNORECASE,
        ),
        "check the network and GOPROXY; what was downloaded is kept, so the same command goes on",
    ),
)
_OTHERWISE = "run the same command again: it goes on from what is compiled; `make toolchain` runs it alone"
_NOISE = re.compile(r"^(go: downloading |# |\s*$)")


def explain(purpose: str, lines: Sequence[str]) -> SandboxError:
    """The error for people: the line that names the cause, and the remedy that fits it."""
    for pattern, remedy in _CAUSES:
        if named := next((line for line in lines if pattern.search(line)), None):
            return _error(purpose, named, remedy)
    telling = [line for line in lines if not _NOISE.match(line)]
    return _error(purpose, telling[-1] if telling else "it said nothing", _OTHERWISE)


def _error(purpose: str, cause: str, remedy: str) -> SandboxError:
    return SandboxError(f"could not {purpose}: {' '.join(cause.split())}; {remedy}")
