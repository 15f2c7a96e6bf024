"""GitHub's REST API as far as a comment needs it: paged reads, tries again when GitHub is busy, errors for people."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from time import time
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.auth import AuthBase

from review.errors import ReviewError

DEFAULT_API = "https://api.github.com"
_VERSION = "2022-11-28"
"""https://docs.github.com/en/rest/about-the-rest-api/api-versions"""
_TRIES = 5
_TIMEOUT = 30.0
_LONGEST_WAIT = 120.0
"""Seconds that we wait for GitHub at most; it names up to an hour where a whole quota is spent."""
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_REFUSED = {401, 403, 404}


class GitHubError(ReviewError):
    """GitHub can not be used as asked; the message is one line and says what to do."""


class _Bearer(AuthBase):
    """Puts the token on a request; with it `requests` reads no netrc file."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        r.headers["Authorization"] = f"Bearer {self._token}"
        return r


@dataclass(frozen=True, slots=True)
class Client:
    """Calls the API; the token goes to its address alone and stands in no message.

    Attributes:
        api: base address.
        wait: sleeps for so many seconds.
    """

    api: str
    wait: Callable[[float], None]
    _auth: _Bearer = field(repr=False)

    @classmethod
    def of(cls, environment: Mapping[str, str], wait: Callable[[float], None]) -> "Client":
        """From GITHUB_TOKEN and GITHUB_API_URL.

        Raises:
            GitHubError: no token, or an address to which none may be sent.
        """
        api = environment.get("GITHUB_API_URL", "").rstrip("/") or DEFAULT_API
        at = urlsplit(api)
        if at.scheme != "https" and at.hostname not in _LOOPBACK:
            raise GitHubError(f"GITHUB_API_URL is {api!r}: a token is sent only to https:// addresses")
        token = environment.get("GITHUB_TOKEN", "").strip()
        if not token:
            raise GitHubError("GITHUB_TOKEN is not set: give one with `pull-requests: write` to comment")
        return cls(api, wait, _Bearer(token))

    def pages(self, path: str) -> Iterator[dict[str, Any]]:
        """The items of all pages, as the Link header chains them."""
        url = self.api + path
        while url:
            answer = self._send("GET", url, None)
            _check(answer)
            yield from answer.json()
            url = self._next(url, answer)

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, str] | None = None,
        *,
        missing_ok: bool = False,
        refused_ok: bool = False,
    ) -> dict[str, Any] | None:
        """One request; None where it is not found or refused and that is fine, or the answer is empty."""
        answer = self._send(method, self.api + path, body)
        if (missing_ok and answer.status_code == 404) or (refused_ok and answer.status_code in _REFUSED):  # noqa: PLR2004
            return None
        _check(answer)
        return answer.json() if answer.content else None

    def _next(self, url: str, answer: requests.Response) -> str:
        link = answer.links.get("next", {}).get("url")
        if link is None:
            return ""
        following = urljoin(url, link)
        if urlsplit(following)[:2] != urlsplit(self.api)[:2]:
            raise GitHubError(f"GitHub's next page is at another address than {self.api}: not followed")
        return following

    def _send(self, method: str, url: str, body: Mapping[str, str] | None) -> requests.Response:
        answer = self._once(method, url, body)
        for number in range(1, _TRIES):
            pause = _pause(answer, number)
            if pause is None:
                break
            self.wait(pause)
            answer = self._once(method, url, body)
        if isinstance(answer, requests.RequestException):
            raise GitHubError(f"{self.api} does not answer: {type(answer).__name__}; try again later") from None
        return answer

    def _once(
        self, method: str, url: str, body: Mapping[str, str] | None
    ) -> requests.Response | requests.RequestException:
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": _VERSION}
        try:
            return requests.request(
                method, url, json=body, headers=headers, auth=self._auth, timeout=_TIMEOUT, allow_redirects=False
            )
        except (requests.ConnectionError, requests.Timeout) as error:
            return error


def _pause(answer: requests.Response | requests.RequestException, number: int) -> float | None:
    """Seconds until the next try, None where another one would not help.

    https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#handle-rate-limit-errors-appropriately
    """
    if isinstance(answer, requests.RequestException):
        return 2.0**number
    named = _named_pause(answer.headers)
    if answer.status_code >= 500:  # noqa: PLR2004 the servers' own errors
        return named if named is not None else 2.0**number
    if answer.status_code == 429 or (answer.status_code == 403 and _busy(answer)):  # noqa: PLR2004
        return named if named is not None else 60.0
    return None


def _named_pause(headers: Mapping[str, str]) -> float | None:
    after = headers.get("Retry-After", "")
    if after.isdigit():
        return min(float(after), _LONGEST_WAIT)
    reset = headers.get("X-RateLimit-Reset", "")
    if headers.get("X-RateLimit-Remaining") == "0" and reset.isdigit():
        return min(max(float(reset) - time(), 1.0), _LONGEST_WAIT)
    return None


def _busy(answer: requests.Response) -> bool:
    return _named_pause(answer.headers) is not None or "secondary rate limit" in answer.text.lower()


def _check(answer: requests.Response) -> None:
    if answer.ok and not answer.is_redirect:
        return
    path = urlsplit(answer.url).path
    hint = _HINTS.get(answer.status_code, "see https://www.githubstatus.com or the message")
    raise GitHubError(f"GitHub answers {answer.status_code} to {answer.request.method} {path}: {_said(answer)}; {hint}")


_HINTS = {
    401: "the token is not valid: renew GITHUB_TOKEN",
    403: "the token may not do this: give the job `pull-requests: write`; a fork's pull request has a read-only token",
    404: "the repository or pull request is not there, or the token may not see it",
    422: "the comment was not taken",
}


def _said(answer: requests.Response) -> str:
    try:
        said = answer.json()
    except requests.JSONDecodeError:
        return "no reason given"
    message = said.get("message", "") if isinstance(said, dict) else ""  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] JSON
    return re.sub(r"\s+", " ", str(message))[:200] or "no reason given"  # pyright: ignore[reportUnknownArgumentType] JSON
