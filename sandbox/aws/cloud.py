"""The AWS of one region as the table's functions see it: boto3 clients, the account and the ledger."""

import os
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from typing import Any, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from sandbox.aws.ledger import Ledger
from sandbox.cloud import OPERATION, endpoints_of
from sandbox.paths import Paths
from sandbox.plugin.wire import Props, section

RETRIES = Config(retries={"max_attempts": 1, "mode": "standard"}, max_pool_connections=32)
GONE = ("NotFound", "NoSuchEntity", "ResourceNotFoundException", "NotFoundException")

ServiceError = (ClientError, BotoCoreError)
"""Every way in which a call to AWS fails."""

_clients: dict[tuple[str, str], Any] = {}
_lock = threading.Lock()
_operation: ContextVar[str] = ContextVar("operation", default="")


class Cloud:
    """One region; cheap to make, since clients are shared by all of a process."""

    def __init__(self, paths: Paths, region: str) -> None:
        self.paths = paths
        self.region = region
        self.ledger = Ledger(paths)

    def client(self, service: str) -> Any:
        """The boto3 client of a service in this region; endpoint and credentials come from the environment."""
        key = (service, self.region)
        with _lock:  # botocore loads a service's model once; doing so from several threads costs each the whole time
            if key not in _clients:
                session = cast("Any", boto3)
                client = session.client(service, region_name=self.region, config=RETRIES, **self._address())
                client.meta.events.register("before-send", _mark)
                _clients[key] = client
            return _clients[key]

    def _address(self) -> dict[str, str]:
        """Where AWS answers when the environment does not say: a plugin is told by the engine, the lifecycle is not."""
        if "AWS_ENDPOINT_URL" in os.environ:
            return {}
        return {
            "endpoint_url": endpoints_of(self.paths).moto,
            "aws_access_key_id": "sandbox",
            "aws_secret_access_key": "sandbox",
        }

    @property
    def ec2(self) -> Any:
        """The EC2 client."""
        return self.client("ec2")

    @cached_property
    def caller(self) -> dict[str, str]:
        """STS's answer to who we are: Account, Arn, UserId."""
        return self.client("sts").get_caller_identity()

    def arn(self, service: str, path: str) -> str:
        """The ARN of a regional resource of our account."""
        return f"arn:aws:{service}:{self.region}:{self.caller['Account']}:{path}"


@contextmanager
def marked(operation: str) -> Generator[None]:
    """Mark this thread's requests, so that AWS can be made to forget them together."""
    token = _operation.set(operation)
    try:
        yield
    finally:
        _operation.reset(token)


def _mark(request: Any, **_: Any) -> None:
    if _operation.get():
        request.headers[OPERATION] = _operation.get()


def found(call: Callable[[], Props]) -> Props:
    """What a describing call answers; nothing when the service does not know the resource."""
    try:
        return call()
    except ClientError as error:
        if is_gone(error):
            return {}
        raise


def is_gone(error: ClientError) -> bool:
    """Whether an error says that there is no such resource."""
    return str(section(cast("Props", error.response), "Error").get("Code")).endswith(GONE) or "NotFound" in str(error)


def vanish(call: Callable[[], Props]) -> None:
    """Delete something; that it is gone already is no error."""
    found(call)


def reset_clients() -> None:
    """Forget all clients: the environment names another endpoint or other credentials."""
    with _lock:
        _clients.clear()
