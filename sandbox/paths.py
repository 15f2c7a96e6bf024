"""Where the sandbox keeps things: all state under one folder of the checkout, builds in the user's cache."""

import os
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "SANDBOX_HOME"
"""Environment variable that tells the plugins which `.sandbox` folder they serve."""

CACHE_NAME = "inference-platform"


@dataclass(frozen=True, slots=True)
class Paths:
    """The folders of one sandbox.

    Attributes:
        home: the `.sandbox` folder of a checkout; nothing outside it is written but the cache.
    """

    home: Path

    @classmethod
    def of_checkout(cls, checkout: Path) -> "Paths":
        """The sandbox of a checkout."""
        return cls(checkout.resolve() / ".sandbox")

    @classmethod
    def from_environment(cls) -> "Paths":
        """The sandbox that this process serves (a plugin, or a server that the lifecycle started).

        Raises:
            KeyError: the variable is not set, so the process was not started by the sandbox.
        """
        return cls(Path(os.environ[HOME_VARIABLE]))

    @property
    def ledger(self) -> Path:
        """SQLite file of every resource that the aws plugin holds."""
        return self.home / "aws" / "ledger.sqlite"

    @property
    def journal(self) -> Path:
        """Every mutating request that moto answered, in order: its memory across restarts."""
        return self.home / "aws" / "journal.jsonl"

    @property
    def clusters(self) -> Path:
        """One folder per EKS cluster: keys, etcd data, logs and pid files of its control plane."""
        return self.home / "clusters"

    @property
    def cloud(self) -> Path:
        """Pid file and ports of the server that holds moto and the token authenticator."""
        return self.home / "cloud"

    @property
    def logs(self) -> Path:
        """Logs of the plugins and servers."""
        return self.home / "logs"

    @property
    def pulumi_home(self) -> Path:
        """PULUMI_HOME of the engine: plugins and workspaces."""
        return self.home / "pulumi"

    @property
    def state(self) -> Path:
        """Folder of the file state backend."""
        return self.home / "state"

    @property
    def bin(self) -> Path:
        """First entry of PATH for the engine: the tools and the policy analyzer's start script."""
        return self.home / "bin"


def cache_root() -> Path:
    """The folder that builds are kept in, shared by all checkouts of this user."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / CACHE_NAME
