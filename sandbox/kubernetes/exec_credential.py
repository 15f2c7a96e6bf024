"""Credentials by an exec plugin, as client-go runs it (client.authentication.k8s.io)."""

import datetime as dt
import json
import os
import shutil
import subprocess
import threading
from dataclasses import dataclass
from typing import Any

from sandbox.controlplane.client import ClientCertificate
from sandbox.plugin.provider import ProviderError
from sandbox.plugin.wire import rows

EXEC_SECONDS = 60
EARLY = dt.timedelta(seconds=30)
"""How long before its end a credential is no longer used."""


@dataclass(frozen=True, slots=True)
class ExecCommand:
    """The `exec` stanza of a kubeconfig's user."""

    api_version: str
    command: str
    arguments: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    hint: str

    @classmethod
    def of(cls, stanza: dict[str, Any]) -> "ExecCommand":
        """Read the stanza."""
        environment = tuple((item["name"], item["value"]) for item in rows(stanza, "env"))
        return cls(
            stanza["apiVersion"], stanza["command"], tuple(stanza.get("args") or ()), environment,
            stanza.get("installHint") or "",
        )  # fmt: skip

    def run(self) -> dict[str, Any]:
        """Run the command and answer the status of the ExecCredential that it prints.

        Raises:
            ProviderError: it is missing, fails, or prints something else.
        """
        if shutil.which(self.command) is None:
            raise ProviderError(f"the kubeconfig's command {self.command!r} is not on PATH. {self.hint}".strip())
        done = subprocess.run(
            [self.command, *self.arguments], env=self._environment(), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False, timeout=EXEC_SECONDS,
        )  # fmt: skip
        if done.returncode != 0:
            reason = done.stderr.strip().splitlines()[-1:] or ["no message"]
            raise ProviderError(f"{self._words()} ended with status {done.returncode}: {reason[0]}")
        return self._status(done.stdout)

    def _environment(self) -> dict[str, str]:
        info = {"apiVersion": self.api_version, "kind": "ExecCredential", "spec": {"interactive": False}}
        return {**os.environ, **dict(self.environment), "KUBERNETES_EXEC_INFO": json.dumps(info)}

    def _status(self, printed: str) -> dict[str, Any]:
        try:
            credential = json.loads(printed)
            if credential["kind"] == "ExecCredential" and credential["apiVersion"] == self.api_version:
                return credential["status"]
        except (ValueError, KeyError, TypeError):
            pass
        raise ProviderError(f"{self._words()} did not print an ExecCredential of {self.api_version}")

    def _words(self) -> str:
        return f"the kubeconfig's command `{' '.join((self.command, *self.arguments))}`"


class ExecCredentials:
    """Credentials of an exec command, kept until they end."""

    def __init__(self, command: ExecCommand) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._status: dict[str, Any] | None = None

    def certificate(self) -> ClientCertificate | None:
        """The client certificate that the command printed, if any."""
        status = self._current(fresh=False)
        if "clientCertificateData" not in status:
            return None
        return ClientCertificate(status["clientCertificateData"], status["clientKeyData"])

    def token(self, *, fresh: bool) -> str | None:
        """The token that the command printed, if any."""
        return self._current(fresh=fresh).get("token")

    def _current(self, *, fresh: bool) -> dict[str, Any]:
        with self._lock:
            if self._status is None or fresh or _ended(self._status):
                self._status = self._command.run()
            return self._status


def _ended(status: dict[str, Any]) -> bool:
    expiry = status.get("expirationTimestamp")
    if not expiry:
        return False
    return dt.datetime.fromisoformat(expiry) - EARLY < dt.datetime.now(dt.UTC)
