"""The provider's kubeconfig: JSON or YAML text to a client of its current context."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

from sandbox.controlplane.client import ApiClient, ClientCertificate, Credentials, StaticCredentials
from sandbox.kubernetes.exec_credential import ExecCommand, ExecCredentials
from sandbox.plugin.provider import ProviderError
from sandbox.plugin.wire import rows


@dataclass(frozen=True, slots=True)
class Kubeconfig:
    """The parts of a kubeconfig that its current context names."""

    server: str
    ca_pem: str
    user: dict[str, Any]
    namespace: str

    @classmethod
    def parse(cls, text: str, context: str | None = None) -> "Kubeconfig":
        """Read a kubeconfig.

        Args:
            text: JSON, YAML, or the path of a file with either.
            context: instead of the current one.

        Raises:
            ProviderError: it lacks a part, named in the message.
        """
        document = _document(text)
        chosen = _named(document, "contexts", "context", context or document.get("current-context"))
        cluster = _named(document, "clusters", "cluster", chosen.get("cluster"))
        user = _named(document, "users", "user", chosen.get("user"))
        if not str(cluster.get("server", "")).startswith("https://"):
            raise ProviderError(f"the kubeconfig's server is {cluster.get('server')!r}; it must be an https:// URL")
        ca = _data(cluster, "certificate-authority")
        if not ca:
            raise ProviderError("the kubeconfig's cluster names no certificate-authority-data to check the server by")
        return cls(cluster["server"], ca, user, chosen.get("namespace") or "default")

    def client(self) -> ApiClient:
        """A client that logs in as the context's user."""
        return ApiClient(self.server, self.ca_pem, self._credentials())

    def _credentials(self) -> Credentials:
        if "exec" in self.user:
            return ExecCredentials(ExecCommand.of(self.user["exec"]))
        certificate = _data(self.user, "client-certificate")
        if certificate:
            return StaticCredentials(ClientCertificate(certificate, _data(self.user, "client-key")))
        if self.user.get("token"):
            return StaticCredentials(bearer=self.user["token"])
        raise ProviderError("the kubeconfig's user has none of exec, client-certificate-data, token: cannot log in")


def _document(text: str) -> dict[str, Any]:
    if "\n" not in text and "{" not in text:
        try:
            text = Path(text).expanduser().read_text()
        except OSError as error:
            raise ProviderError(f"the kubeconfig is neither JSON, YAML nor a file that can be read: {error}") from None
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        raise ProviderError("the kubeconfig is neither JSON nor YAML") from None
    if not isinstance(found, dict):
        raise ProviderError("the kubeconfig is not an object with clusters, users and contexts")
    return cast("dict[str, Any]", found)


def _named(document: dict[str, Any], plural: str, singular: str, name: str | None) -> dict[str, Any]:
    found = [item[singular] for item in rows(document, plural) if item.get("name") == name]
    if not found:
        names = ", ".join(str(item.get("name")) for item in rows(document, plural)) or "none"
        raise ProviderError(f"the kubeconfig has no {singular} named {name!r}; it has: {names}")
    return found[0]


def _data(stanza: dict[str, Any], key: str) -> str:
    if stanza.get(f"{key}-data"):
        return base64.b64decode(stanza[f"{key}-data"]).decode()
    return Path(stanza[key]).read_text() if stanza.get(key) else ""
