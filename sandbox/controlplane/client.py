"""A small Kubernetes API client: JSON over TLS with the cluster's own CA, for the plugin and ourselves."""

import json
import ssl
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

import urllib3

Object = dict[str, Any]
"""A Kubernetes object, list or Status as decoded JSON."""

POOL_CONNECTIONS = 16
CONNECT_SECONDS = 5.0
READ_SECONDS = 60.0
OK = 200
UNAUTHORIZED = 401
NOT_FOUND = 404


class ApiError(Exception):
    """The API server answered with a Status of failure.

    Attributes:
        status: the HTTP status code.
        reason: the Status reason, e.g. `NotFound`.
    """

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(f"{message} ({status} {reason})" if reason else f"{message} ({status})")
        self.status = status
        self.reason = reason


class UnreachableError(Exception):
    """No API server answers at the endpoint, or not with a certificate of its CA."""


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A client certificate and its key, as PEM text."""

    certificate: str
    key: str


class Credentials(Protocol):
    """How a client proves who it is."""

    def certificate(self) -> ClientCertificate | None:
        """The client certificate of the TLS handshake, if any."""
        ...

    def token(self, *, fresh: bool) -> str | None:
        """The bearer token, if any; `fresh` asks for a new one since the last was refused."""
        ...


@dataclass(frozen=True, slots=True)
class StaticCredentials:
    """A certificate or a token that does not change."""

    client_certificate: ClientCertificate | None = None
    bearer: str | None = None

    def certificate(self) -> ClientCertificate | None:
        """The certificate given."""
        return self.client_certificate

    def token(self, *, fresh: bool) -> str | None:
        """The token given; there is no fresher one."""
        del fresh
        return self.bearer


class ApiClient:
    """Requests to one API server; safe to share between threads.

    Attributes:
        endpoint: `https://host:port`.
    """

    def __init__(self, endpoint: str, ca_pem: str, credentials: Credentials) -> None:
        self.endpoint = endpoint.rstrip("/")
        self._ca_pem = ca_pem
        self._credentials = credentials
        self._pool: urllib3.PoolManager | None = None
        self._lock = threading.Lock()

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Object:
        """Read an object or a list.

        Raises:
            ApiError: the server refused.
            UnreachableError: no server answers.
        """
        return self.request("GET", path, query=query)

    def find(self, path: str) -> Object | None:
        """Read an object; None where there is none.

        Raises:
            ApiError: the server refused for another reason.
            UnreachableError: no server answers.
        """
        try:
            return self.get(path)
        except ApiError as error:
            if error.status == NOT_FOUND:
                return None
            raise

    def request(
        self, method: str, path: str, body: Object | None = None, *,
        query: Mapping[str, str] | None = None, content_type: str = "application/json",
    ) -> Object:  # fmt: skip
        """Send a request; once more with a fresh token when the first was refused.

        Raises:
            ApiError: the server refused.
            UnreachableError: no server answers.
        """
        url = self.endpoint + path
        if query:
            url += "?" + urlencode(query)
        data = None if body is None else json.dumps(body).encode()
        response = self._send(method, url, data, content_type, fresh=False)
        if response.status == UNAUTHORIZED:
            response = self._send(method, url, data, content_type, fresh=True)
        return _decoded(response)

    def apply(self, path: str, body: Object, query: Mapping[str, str]) -> Object:
        """Server-side apply of an object.

        Raises:
            ApiError: the server refused.
            UnreachableError: no server answers.
        """
        return self.request("PATCH", path, body, query=query, content_type="application/apply-patch+yaml")

    def is_ready(self) -> bool:
        """Whether /readyz answers ok now."""
        try:
            url = self.endpoint + "/readyz"
            return self._send("GET", url, None, "application/json", fresh=False).status == OK
        except UnreachableError:
            return False

    def _send(
        self, method: str, url: str, data: bytes | None, content_type: str, *, fresh: bool
    ) -> urllib3.BaseHTTPResponse:
        headers = {"Accept": "application/json", "Content-Type": content_type}
        token = self._credentials.token(fresh=fresh)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            return self._connections().request(method, url, body=data, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise UnreachableError(
                f"no API server answers at {self.endpoint} ({_cause(error)}); `make up` restarts what is not running"
            ) from error

    def _connections(self) -> urllib3.PoolManager:
        with self._lock:
            if self._pool is None:
                context = ssl.create_default_context(cadata=self._ca_pem)
                _present(context, self._credentials.certificate())
                self._pool = urllib3.PoolManager(
                    maxsize=POOL_CONNECTIONS, ssl_context=context, retries=False,
                    timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
                )  # fmt: skip
            return self._pool


def _present(context: ssl.SSLContext, certificate: ClientCertificate | None) -> None:
    if certificate is None:
        return
    # OpenSSL takes a chain only from a file; it exists for the time of the call, readable by us alone.
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(certificate.certificate + "\n" + certificate.key)
        file.flush()
        context.load_cert_chain(Path(file.name))


def _decoded(response: urllib3.BaseHTTPResponse) -> Object:
    try:
        body = json.loads(response.data or b"{}")
    except ValueError:
        body = {"message": response.data.decode(errors="replace")}
    if response.status >= 400:  # noqa: PLR2004 RFC 9110: errors start here
        raise ApiError(response.status, body.get("reason", ""), body.get("message", "no message"))
    return body


def _cause(error: Exception) -> str:
    return type(getattr(error, "reason", None) or error).__name__
