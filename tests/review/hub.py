"""A GitHub of our own on loopback, for what comments on pull requests."""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias, cast
from urllib.parse import parse_qs, urlsplit

TOKEN = "canary-token-5e1f"
ME = "platform-bot"
Fault: TypeAlias = tuple[int, dict[str, str], str]


@dataclass
class GitHub:
    """Comments of one pull request, and answers that a test puts in the way of the next requests.

    `pulls` holds the open pull requests by `OWNER:BRANCH`, each a number and the commit at its head.
    """

    comments: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    pulls: dict[str, list[tuple[int, str]]] = field(default_factory=dict[str, list[tuple[int, str]]])
    calls: list[str] = field(default_factory=list[str])
    faults: list[Fault] = field(default_factory=list[Fault])
    login: str | None = ME
    last: int = 1_000
    address: str = ""
    next_host: str = ""

    def add(self, body: str, login: str = ME) -> int:
        self.last += 1
        self.comments.append({"id": self.last, "user": {"login": login}, "body": body})
        return self.last

    def bodies(self, login: str = ME) -> list[str]:
        return [each["body"] for each in self.comments if each["user"]["login"] == login]


class Handler(BaseHTTPRequestHandler):
    """The part of the REST API that a comment needs.

    https://docs.github.com/en/rest/issues/comments and https://docs.github.com/en/rest/pulls/pulls#list-pull-requests
    """

    protocol_version = "HTTP/1.1"

    @property
    def hub(self) -> GitHub:
        return cast("Server", self.server).hub

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class's name
        """Say nothing."""

    def _answer(self, status: int, body: object = None, headers: dict[str, str] | None = None) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        for key, value in {**(headers or {}), "Content-Length": str(len(data))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(data)

    def _body(self) -> dict[str, Any]:
        return json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")

    def _serve(self) -> None:
        sent = self._body()
        path = urlsplit(self.path)
        self.hub.calls.append(f"{self.command} {self.path}")
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self._answer(401, {"message": "Bad credentials"})
        elif self.hub.faults:
            status, headers, message = self.hub.faults.pop(0)
            self._answer(status, {"message": message}, headers)
        elif path.path == "/user":
            self._user()
        elif path.path == "/repos/acme/platform/pulls":
            self._pulls(parse_qs(path.query))
        elif path.path == "/repos/acme/platform/issues/7/comments":
            self._list(parse_qs(path.query)) if self.command == "GET" else self._create(sent)
        else:
            self._one(int(path.path.removeprefix("/repos/acme/platform/issues/comments/")), sent)

    do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815 the base class's names

    def _user(self) -> None:
        if self.hub.login is None:
            self._answer(403, {"message": "Resource not accessible by integration"})
        else:
            self._answer(200, {"login": self.hub.login})

    def _list(self, query: dict[str, list[str]]) -> None:
        size, number = int(query["per_page"][0]), int(query.get("page", ["1"])[0])
        last = -(-len(self.hub.comments) // size)
        base = f"{self.hub.next_host or self.hub.address}/repos/acme/platform/issues/7/comments?per_page={size}"
        links = [f'<{base}&page={last}>; rel="last"']
        links += [f'<{base}&page={number + 1}>; rel="next"'] if number < last else []
        self._answer(200, self.hub.comments[(number - 1) * size : number * size], {"Link": ", ".join(links)})

    def _pulls(self, query: dict[str, list[str]]) -> None:
        assert query["state"] == ["open"]
        found = self.hub.pulls.get(query["head"][0], [])
        self._answer(200, [{"number": number, "head": {"sha": sha}} for number, sha in found])

    def _create(self, sent: dict[str, Any]) -> None:
        self.hub.add(sent["body"], self.hub.login or "github-actions[bot]")
        self._answer(201, self.hub.comments[-1])

    def _one(self, number: int, sent: dict[str, Any]) -> None:
        found = [each for each in self.hub.comments if each["id"] == number]
        if not found:
            self._answer(404, {"message": "Not Found"})
        elif self.command == "DELETE":
            self.hub.comments.remove(found[0])
            self._answer(204)
        else:
            found[0]["body"] = sent["body"]
            self._answer(200, found[0])


class Server(ThreadingHTTPServer):
    """Serves one `GitHub`."""

    hub: GitHub


@contextmanager
def served() -> Generator[GitHub]:
    """Serve a GitHub without comments until the end of the block."""
    server = Server(("127.0.0.1", 0), Handler)
    server.hub = GitHub(address=f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
