"""One comment on a pull request, against a GitHub of our own on loopback."""

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias, cast
from urllib.parse import parse_qs, urlsplit

import pytest

from review.comment import MARKER, Outcome, PullRequest, fingerprint_of, upsert
from review.github import GitHubError

TOKEN = "canary-token-5e1f"
ME = "platform-bot"
PULL = PullRequest("acme/platform", 7)
PAGE = 100
Fault: TypeAlias = tuple[int, dict[str, str], str]


@dataclass
class GitHub:
    """Comments of one pull request, and answers that a test puts in the way of the next requests."""

    comments: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
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
    """The part of the REST API that a comment needs: https://docs.github.com/en/rest/issues/comments."""

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


@pytest.fixture
def hub() -> Iterator[GitHub]:
    server = Server(("127.0.0.1", 0), Handler)
    server.hub = GitHub(address=f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.hub
    server.shutdown()
    thread.join()
    server.server_close()


def post(hub: GitHub, report: str = "report", fingerprint: str = "abc", waits: list[float] | None = None) -> Outcome:
    environment = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": hub.address}
    return upsert(PULL, report, fingerprint, environment, list[float]().append if waits is None else waits.append)


def crowd(hub: GitHub, count: int) -> None:
    for number in range(count):
        hub.add(f"comment {number}", "reviewer")


def test_first_report_is_created_with_its_hidden_fingerprint(hub: GitHub) -> None:
    assert post(hub) is Outcome.CREATED
    (body,) = hub.bodies()
    assert body.startswith(MARKER)
    assert fingerprint_of(body) == "abc"
    assert body.endswith("\nreport")


@pytest.mark.parametrize("before", [0, 150, 250])
def test_comment_is_found_on_every_page_and_updated(hub: GitHub, before: int) -> None:
    crowd(hub, before)
    post(hub, "old")
    crowd(hub, 299 - before)
    hub.calls.clear()
    assert post(hub, "new") is Outcome.UPDATED
    assert [body.splitlines()[-1] for body in hub.bodies()] == ["new"]
    assert sum(call.startswith("GET /repos") for call in hub.calls) == 3
    assert [call.split()[0] for call in hub.calls if not call.startswith("GET")] == ["PATCH"]


def test_equal_report_is_left_alone(hub: GitHub) -> None:
    post(hub, "line\nline\n")
    hub.comments[0]["body"] = hub.comments[0]["body"].replace("\n", "\r\n").rstrip()
    hub.calls.clear()
    assert post(hub, "line\nline\n") is Outcome.UNCHANGED
    assert all(call.startswith("GET") for call in hub.calls)


def test_stale_duplicates_are_deleted_and_the_oldest_kept(hub: GitHub) -> None:
    first = hub.add(f"{MARKER}\nold")
    crowd(hub, 120)
    hub.add(f"{MARKER}\nolder")
    assert post(hub, "new") is Outcome.UPDATED
    assert [each["id"] for each in hub.comments if each["user"]["login"] == ME] == [first]
    assert hub.bodies()[0].endswith("new")


def test_another_author_s_comment_is_never_touched(hub: GitHub) -> None:
    hub.add(f"{MARKER}\nforged", "stranger")
    assert post(hub, "new") is Outcome.CREATED
    assert post(hub, "newer") is Outcome.UPDATED
    assert hub.bodies("stranger") == [f"{MARKER}\nforged"]


def test_a_quoted_marker_is_no_marker(hub: GitHub) -> None:
    hub.add(f"> {MARKER}\n> quoted")
    assert post(hub) is Outcome.CREATED
    assert hub.bodies()[0] == f"> {MARKER}\n> quoted"


def test_a_workflow_s_token_may_not_ask_who_it_is(hub: GitHub) -> None:
    hub.login = None
    assert [post(hub, "old"), post(hub, "new")] == [Outcome.CREATED, Outcome.UPDATED]
    assert len(hub.bodies("github-actions[bot]")) == 1


BUSY: tuple[tuple[Fault, float], ...] = (
    ((502, {}, "Bad Gateway"), 2.0),
    ((503, {"Retry-After": "7"}, "busy"), 7.0),
    ((429, {"Retry-After": "9"}, "slow down"), 9.0),
    ((403, {"Retry-After": "11"}, "You have exceeded a secondary rate limit"), 11.0),
    ((403, {}, "You have exceeded a secondary rate limit"), 60.0),
    ((403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "0"}, "rate limit"), 1.0),
    ((403, {"Retry-After": "99999"}, "secondary rate limit"), 120.0),
)


@pytest.mark.parametrize(("fault", "waited"), BUSY)
def test_a_busy_github_is_asked_again(hub: GitHub, fault: Fault, waited: float) -> None:
    hub.faults = [fault]
    waits: list[float] = []
    assert post(hub, waits=waits) is Outcome.CREATED
    assert waits == [waited]


def test_a_broken_github_is_told_in_one_line(hub: GitHub) -> None:
    hub.faults = [(500, dict[str, str](), "first\nsecond")] * 9
    waits: list[float] = []
    with pytest.raises(GitHubError, match=r"^GitHub answers 500 to GET /user: first second; see https://") as caught:
        post(hub, waits=waits)
    assert waits == [2.0, 4.0, 8.0, 16.0]
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "says"),
    [(401, "renew GITHUB_TOKEN"), (403, "pull-requests: write"), (404, "is not there"), (422, "was not taken")],
)
def test_a_refusal_says_what_to_do_and_is_not_tried_again(hub: GitHub, status: int, says: str) -> None:
    hub.faults = [(404, {}, "who"), (status, {}, "no")]
    waits: list[float] = []
    with pytest.raises(GitHubError, match=rf"^GitHub answers {status} to GET .*: no; .*{re.escape(says)}"):
        post(hub, waits=waits)
    assert not waits


def test_no_answer_is_told(hub: GitHub) -> None:
    waits: list[float] = []
    with pytest.raises(GitHubError, match=r"^http://127\.0\.0\.1:9 does not answer: ConnectionError; try again later$"):
        upsert(PULL, "r", "f", {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": "http://127.0.0.1:9"}, waits.append)
    assert waits == [2.0, 4.0, 8.0, 16.0]
    assert hub.calls == []


def test_token_is_in_no_error_and_no_log(hub: GitHub, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    hub.faults = [(404, {}, "who"), (422, {}, "no")]
    with pytest.raises(GitHubError) as caught:
        post(hub)
    assert TOKEN not in str(caught.value)
    assert TOKEN not in repr(caught.value.__cause__) + repr(caught.value.__context__)
    assert TOKEN not in caplog.text


def test_token_goes_to_no_other_address(hub: GitHub) -> None:
    crowd(hub, PAGE + 1)
    hub.next_host = "http://127.0.0.2:9"
    with pytest.raises(GitHubError, match="another address"):
        post(hub)


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({}, "GITHUB_TOKEN is not set"),
        ({"GITHUB_TOKEN": "  "}, "GITHUB_TOKEN is not set"),
        ({"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": "http://api.example"}, "only to https:// addresses"),
    ],
)
def test_bad_environment(environment: dict[str, str], says: str) -> None:
    with pytest.raises(GitHubError, match=says):
        upsert(PULL, "r", "f", environment)


@pytest.mark.parametrize(("repository", "number"), [("acme", 7), ("acme/../x", 7), ("acme/platform", 0)])
def test_bad_pull_request(repository: str, number: int) -> None:
    with pytest.raises(GitHubError, match="OWNER/NAME"):
        PullRequest(repository, number)


def test_a_fingerprint_can_not_leave_its_comment(hub: GitHub) -> None:
    post(hub, "report", "a-->b")
    assert fingerprint_of(hub.bodies()[0]) == "ab"


@pytest.mark.parametrize("body", ["", "text", f"text {MARKER}\n<!-- plan: abc -->", MARKER])
def test_no_fingerprint_in_what_is_not_ours(body: str) -> None:
    assert fingerprint_of(body) == ""
