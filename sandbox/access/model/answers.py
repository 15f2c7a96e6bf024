"""The bodies of OpenAI's API (https://platform.openai.com/docs/api-reference), as far as clients and gateways look."""

import hashlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

EMBEDDING_LENGTH = 8
STREAM_TOKENS = 16
"""Tokens of a streamed answer whose request names no `max_tokens`."""

CREATED = 1_700_000_000


@dataclass(slots=True)
class Answers:
    """Makes answers that name their server, and that differ each time, so that a copy is known as one.

    Attributes:
        server: the server's name, which answers carry as `system_fingerprint`.
    """

    server: str
    _serial: Iterator[int] = field(default_factory=itertools.count)

    def models(self) -> dict[str, Any]:
        """The answer to GET /v1/models."""
        model = {"id": "stand-in", "object": "model", "created": CREATED, "owned_by": self.server}
        return {"object": "list", "data": [model], "id": self._identity("models")}

    def embeddings(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The answer to POST /v1/embeddings."""
        digest = hashlib.sha256(str(asked.get("input")).encode()).digest()
        vector = [byte / 255 for byte in digest[:EMBEDDING_LENGTH]]
        item = {"object": "embedding", "index": 0, "embedding": vector}
        return {**self._common("embd", "list", asked), "data": [item]}

    def completion(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The answer to POST /v1/completions."""
        choice = {"index": 0, "text": _text(asked.get("prompt")), "finish_reason": "stop"}
        return {**self._common("cmpl", "text_completion", asked), "choices": [choice]}

    def chat(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The answer to POST /v1/chat/completions."""
        content = {"role": "assistant", "content": _text(asked.get("messages"))}
        choice = {"index": 0, "message": content, "finish_reason": "stop"}
        return {**self._common("chatcmpl", "chat.completion", asked), "choices": [choice]}

    def events(self, asked: dict[str, Any]) -> Iterator[bytes]:
        """The server-sent events of a streamed chat: one a token, then `[DONE]`."""
        common = self._common("chatcmpl", "chat.completion.chunk", asked)
        for index in range(int(asked.get("max_tokens") or STREAM_TOKENS)):
            choice = {"index": 0, "delta": {"content": f"{index} "}, "finish_reason": None}
            yield b"data: " + json.dumps({**common, "choices": [choice]}).encode() + b"\n\n"
        yield b"data: [DONE]\n\n"

    def _common(self, prefix: str, kind: str, asked: dict[str, Any]) -> dict[str, Any]:
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        return {
            "id": self._identity(prefix), "object": kind, "created": CREATED, "usage": usage,
            "model": asked.get("model", "stand-in"), "system_fingerprint": self.server,
        }  # fmt: skip

    def _identity(self, prefix: str) -> str:
        return f"{prefix}-{self.server}-{next(self._serial)}"


def _text(prompt: object) -> str:
    return f"answer to {hashlib.sha256(json.dumps(prompt).encode()).hexdigest()[:16]}"
