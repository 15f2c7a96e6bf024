"""One comment of ours on a pull request: made, brought up to date or left alone, and never twice.

It is known by a marker at its start, written by us. GitHub gives comments in pages, so all of them are read:
https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from time import sleep
from typing import Any
from urllib.parse import quote

from review.github.client import Client, GitHubError

MARKER = "<!-- inference-platform:review -->"
_WORKFLOW_AUTHOR = "github-actions[bot]"
"""Who writes with a workflow's own token, which may not ask who it is:
https://docs.github.com/en/rest/users/users#get-the-authenticated-user takes no installation token."""
_FINGERPRINT = re.compile(r"<!-- plan: ([0-9A-Za-z._-]*) -->")


class Outcome(StrEnum):
    """What was done to the comment."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """Where the comment stands: `owner/name` of the repository, and the number."""

    repository: str
    number: int

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", self.repository) or self.number < 1:
            raise GitHubError(
                f"pull request {self.repository!r} #{self.number} is not one: give OWNER/NAME and a number from 1"
            )


def upsert(
    pull: PullRequest,
    report: str,
    fingerprint: str,
    environment: Mapping[str, str] | None = None,
    wait: Callable[[float], None] = sleep,
) -> Outcome:
    """Leave exactly one comment of ours on the pull request, and that with this report.

    Args:
        pull: where.
        report: Markdown, at most 60,000 bytes as `review.render.markdown` makes it.
        fingerprint: of the plans, hidden in the comment; `fingerprint_of` reads it.
        environment: GITHUB_TOKEN (may write comments) and GITHUB_API_URL; the process's own where none is given.
        wait: sleeps for so many seconds between tries.

    Raises:
        GitHubError: no token, or GitHub refuses or does not answer; the message is for people.
    """
    client = Client.of(os.environ if environment is None else environment, wait)
    ours = [*_ours(client, pull)]
    body = _body(report, fingerprint)
    comments = f"/repos/{pull.repository}/issues/comments"
    if not ours:
        client.call("POST", f"/repos/{pull.repository}/issues/{pull.number}/comments", {"body": body})
        return Outcome.CREATED
    kept, *stale = ours
    for each in stale:
        client.call("DELETE", f"{comments}/{each['id']}", missing_ok=True)  # another run may have been faster
    if _same(kept["body"], body):
        return Outcome.UNCHANGED
    client.call("PATCH", f"{comments}/{kept['id']}", {"body": body})
    return Outcome.UPDATED


def pull_request(
    repository: str,
    head: str,
    sha: str,
    environment: Mapping[str, str] | None = None,
    wait: Callable[[float], None] = sleep,
) -> PullRequest | None:
    """Return the open pull request from a branch, None where there is none or it is at another commit by now.

    Args:
        repository: `OWNER/NAME` that it asks to change.
        head: `OWNER:BRANCH` that it comes from, in this repository or a fork.
        sha: the commit that was reviewed.
        environment: as `upsert` takes it.
        wait: as `upsert` takes it.

    Raises:
        GitHubError: as `upsert` does.
    """
    client = Client.of(os.environ if environment is None else environment, wait)
    for each in client.pages(f"/repos/{repository}/pulls?state=open&per_page=100&head={quote(head, safe=':')}"):
        if each["head"]["sha"] == sha:
            return PullRequest(repository, int(each["number"]))
    return None


def fingerprint_of(body: str) -> str:
    """The fingerprint hidden in a comment of ours; empty where there is none."""
    found = _FINGERPRINT.match(body.removeprefix(MARKER).lstrip()) if body.startswith(MARKER) else None
    return found[1] if found else ""


def _body(report: str, fingerprint: str) -> str:
    hidden = re.sub(r"[^0-9A-Za-z._]", "", fingerprint)
    return f"{MARKER}\n<!-- plan: {hidden} -->\n{report}"


def _same(left: str, right: str) -> bool:
    """Whether two bodies are equal, however GitHub keeps line ends."""
    return left.replace("\r\n", "\n").rstrip() == right.rstrip()


def _ours(client: Client, pull: PullRequest) -> Iterator[dict[str, Any]]:
    """Comments with our marker and by us, oldest first: nobody else's is ever touched, whatever it holds."""
    author = _author(client)
    for each in client.pages(f"/repos/{pull.repository}/issues/{pull.number}/comments?per_page=100"):
        user: dict[str, Any] = each.get("user") or {}
        if user.get("login") == author and str(each.get("body") or "").startswith(MARKER):
            yield {**each, "body": str(each["body"])}


def _author(client: Client) -> str:
    me = client.call("GET", "/user", refused_ok=True)
    return str(me["login"]) if me else _WORKFLOW_AUTHOR
