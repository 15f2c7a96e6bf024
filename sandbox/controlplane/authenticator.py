"""The EKS token authenticator: answers the API servers' TokenReviews, one URL for each cluster."""

import json
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from sandbox.controlplane.access import Login, login, namespace_groups
from sandbox.controlplane.client import ApiError, UnreachableError
from sandbox.controlplane.plane import ControlPlane
from sandbox.controlplane.tokens import Caller, DeniedError, ask_sts
from sandbox.errors import SandboxError
from sandbox.paths import Paths

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

ROUTE = re.compile(r"(?:/authenticate)?/(?P<region>[a-z0-9-]+)/(?P<cluster>[A-Za-z0-9_-]+)")
MAXIMUM_BYTES = 64 * 1024


def application(paths: Paths, moto_url: str) -> "WSGIApplication":
    """The WSGI application that answers `POST .../authenticate/<region>/<cluster>`.

    Args:
        paths: the sandbox whose ledger holds the access entries.
        moto_url: where STS answers.
    """

    def answer(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        route = ROUTE.fullmatch(environ.get("PATH_INFO", ""))
        if route is None or environ["REQUEST_METHOD"] != "POST":
            return _respond(start, "404 Not Found", {"message": "POST /authenticate/<region>/<cluster>"})
        try:
            token = _token(environ)
        except (ValueError, KeyError, TypeError) as error:
            return _respond(start, "400 Bad Request", {"message": f"not a TokenReview: {error}"})
        status = _review(paths, moto_url, route["region"], route["cluster"], token)
        return _respond(start, "200 OK", _token_review(status))

    return answer


def _review(paths: Paths, sts: str, region: str, cluster: str, token: str) -> dict[str, Any]:
    try:
        caller = ask_sts(token, sts, cluster)
        user = login(paths, region, cluster, caller)
        scoped = _namespace_groups(paths, region, cluster, user)
    except (DeniedError, SandboxError, ApiError, UnreachableError) as denied:
        return {"authenticated": False, "error": str(denied)}
    return {
        "authenticated": True,
        "user": {
            "username": user.username,
            "uid": f"aws-iam-authenticator:{caller.user_id}",
            "groups": [*user.groups, *scoped],
            "extra": _extra(caller),
        },
    }


def _namespace_groups(paths: Paths, region: str, cluster: str, user: Login) -> list[str]:
    if not user.scoped:
        return []  # most have none, and need not wait for the API server
    return list(namespace_groups(ControlPlane.of(paths, region, cluster).admin(), user.scoped))


def _extra(caller: Caller) -> dict[str, list[str]]:
    return {
        "arn": [caller.arn],
        "canonicalArn": [caller.principal],
        "accessKeyId": [caller.access_key],
    }


def _token(environ: "WSGIEnvironment") -> str:
    size = int(environ.get("CONTENT_LENGTH") or 0)
    if not 0 < size <= MAXIMUM_BYTES:
        raise ValueError(f"its body has {size} bytes, allowed are 1 to {MAXIMUM_BYTES}")
    return str(json.loads(environ["wsgi.input"].read(size))["spec"]["token"])


def _token_review(status: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "status": status}


def _respond(start: Callable[..., Any], status: str, body: dict[str, Any]) -> list[bytes]:
    content = json.dumps(body).encode()
    start(status, [("Content-Type", "application/json"), ("Content-Length", str(len(content)))])
    return [content]
