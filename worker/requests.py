"""What a job is: one line of an OpenAI batch file, https://platform.openai.com/docs/api-reference/batch/request-input."""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any, Final, cast

from worker.errors import WorkerError

PATHS: Final = ("/v1/chat/completions", "/v1/completions", "/v1/embeddings")
LARGEST_BYTES: Final = 256 * 1024
_ID: Final = re.compile(r"(?!\d+$)[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
"""BullMQ takes no colon, which parts its keys, and no number, since it gives those out itself:
https://docs.bullmq.io/guide/jobs/job-ids."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request for the model server.

    Attributes:
        id: the job's; whoever submits the same one twice has one computation.
        path: of the model server's API.
        body: of the request.
    """

    id: str
    path: str
    body: dict[str, Any]

    @property
    def digest(self) -> str:
        """What tells this request from another under the same id."""
        text = json.dumps([self.path, self.body], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def data(self) -> dict[str, Any]:
        """The job's data, as any producer of the queue must write them."""
        return {"path": self.path, "body": self.body, "digest": self.digest}


def of_job(job_id: str, data: object) -> Request:
    """Return the request that a job of any producer holds; raises WorkerError where it holds none."""
    found = _mapping(data, "the job's data")
    return _checked(job_id, found.get("path"), found.get("body"))


def of_line(line: str) -> Request:
    """Return the request of one line of a batch file; raises WorkerError that says what to write instead."""
    if len(line.encode()) > LARGEST_BYTES:
        raise WorkerError(f"the request has {len(line.encode())} bytes: must have {LARGEST_BYTES} or fewer; split it")
    try:
        found = _mapping(json.loads(line), "the line")
    except json.JSONDecodeError as error:
        raise WorkerError(f"the line is no JSON ({error}): write one request a line") from None
    if found.get("method", "POST") != "POST":
        raise WorkerError(f"method is {found['method']!r}: must be POST")
    return _checked(found.get("custom_id"), found.get("url"), found.get("body"))


def _checked(job_id: object, path: object, body: object) -> Request:
    if not isinstance(job_id, str) or not _ID.fullmatch(job_id):
        raise WorkerError(
            f"custom_id is {job_id!r}: must be 1 to 128 letters, digits, dots, hyphens or underscores,"
            " starting with a letter or digit, and no number"
        )
    if path not in PATHS:
        raise WorkerError(f"url of {job_id} is {path!r}: must be one of {', '.join(PATHS)}")
    found = _mapping(body, f"body of {job_id}")
    if found.get("stream"):
        raise WorkerError(f"body of {job_id} asks for a stream: answers of the queue are whole; drop `stream`")
    return Request(job_id, str(path), found)


def _mapping(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise WorkerError(f"{what} is {json.dumps(value)[:60]}: must be a JSON object")
    return cast("dict[str, Any]", value)
