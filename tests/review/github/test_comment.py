"""One comment on a pull request, against a GitHub of our own on loopback."""

import re
from collections.abc import Iterator

import pytest

from review.github.client import GitHubError
from review.github.comment import MARKER, Outcome, PullRequest, fingerprint_of, pull_request, upsert
from tests.review.hub import ME, TOKEN, Fault, GitHub, served

PULL = PullRequest("acme/platform", 7)
PAGE = 100
BRANCH = "acme:a/branch & more"


@pytest.fixture
def hub() -> Iterator[GitHub]:
    with served() as found:
        yield found


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


def find(hub: GitHub, head: str, sha: str) -> PullRequest | None:
    environment = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": hub.address}
    return pull_request("acme/platform", head, sha, environment, lambda _: None)


def test_a_pull_request_is_found_by_its_branch_and_commit(hub: GitHub) -> None:
    hub.pulls = {BRANCH: [(7, "a" * 40)], "acme:other": [(8, "a" * 40)]}
    assert find(hub, BRANCH, "a" * 40) == PULL


def test_of_two_from_one_branch_that_at_the_commit_is_found(hub: GitHub) -> None:
    hub.pulls = {BRANCH: [(6, "b" * 40), (7, "a" * 40)]}
    assert find(hub, BRANCH, "a" * 40) == PULL


@pytest.mark.parametrize("pulls", [{}, {BRANCH: [(7, "b" * 40)]}, {"acme:other": [(7, "a" * 40)]}])
def test_a_closed_one_and_one_that_moved_on_are_none(hub: GitHub, pulls: dict[str, list[tuple[int, str]]]) -> None:
    hub.pulls = pulls
    assert find(hub, BRANCH, "a" * 40) is None
