"""The model server of the same site, asked over HTTP."""

from types import TracebackType
from typing import Any, Final, Self

import aiohttp

from worker.errors import AttemptError, RefusedError
from worker.requests import Request

_AGAIN: Final = {408, 409, 425, 429}
"""Answers below 500 that say nothing against the request: another time it may pass."""

_SHOWN: Final = 200
_CONNECT_SECONDS: Final = 5
_OK: Final = 200
_CLIENT_ERROR, _SERVER_ERROR = 400, 500


class ModelServer:
    """A client of the model server; keeps its connections open."""

    def __init__(self, url: str, connections: int) -> None:
        self._url = url
        wait = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS)
        self._session = aiohttp.ClientSession(timeout=wait, connector=aiohttp.TCPConnector(limit=connections))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def ask(self, request: Request) -> Any:
        """Return the answer's body.

        Raises:
            RefusedError: the request is at fault.
            AttemptError: the server is, or there is none.
        """
        # Whoever logs the request on its way, or can drop a second one, knows it by this.
        headers = {"X-Request-Id": request.id, "Idempotency-Key": request.id}
        try:
            async with self._session.post(self._url + request.path, json=request.body, headers=headers) as answer:
                if answer.status == _OK:
                    return await answer.json(content_type=None)
                raise _failure(answer.status, await answer.text(errors="replace"))
        except (aiohttp.ClientError, ValueError, OSError) as error:
            raise AttemptError(f"no answer from {self._url}: {error or type(error).__name__}") from error


def _failure(status: int, text: str) -> AttemptError:
    told = f"the model server answered {status}: {' '.join(text.split())[:_SHOWN] or 'nothing more'}"
    at_fault = _CLIENT_ERROR <= status < _SERVER_ERROR and status not in _AGAIN
    return RefusedError(told) if at_fault else AttemptError(told)
