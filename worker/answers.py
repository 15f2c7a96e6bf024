"""Answers, one for each id: the first that is stored stays until its time is over."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from redis.asyncio import Redis

from worker.settings import QUEUE

# In one step, so that two workers that computed the same job leave one answer and one count of it.
_STORE = """
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'EX', ARGV[2]) then
  redis.call('HINCRBY', KEYS[2], 'stored', 1)
  return 1
end
redis.call('HINCRBY', KEYS[2], 'repeated', 1)
return 0
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model server answered, and to which request."""

    digest: str
    body: Any


class Answers:
    """Answers in Redis, beside the queue."""

    def __init__(self, redis: Redis, seconds: int) -> None:
        self._redis, self._seconds = redis, seconds
        self._store = redis.register_script(_STORE)

    async def get(self, job_id: str) -> Answer | None:
        """Return the answer of a job, None where there is none yet or no more."""
        text: str | None = await cast("Any", self._redis.get(_key(job_id)))
        return Answer(**json.loads(text)) if text else None

    async def digests(self, ids: Sequence[str]) -> list[str | None]:
        """Return what each id's answer is an answer to, None where there is none."""
        texts: list[str | None] = await cast("Any", self._redis.mget([_key(each) for each in ids]))
        return [json.loads(text)["digest"] if text else None for text in texts]

    async def store(self, job_id: str, answer: Answer) -> bool:
        """Keep an answer unless there is one; returns whether this one is kept."""
        text = json.dumps({"digest": answer.digest, "body": answer.body}, separators=(",", ":"))
        keys, arguments = [_key(job_id), _COUNTS], [text, self._seconds]
        return bool(await cast("Any", self._store(keys=keys, args=arguments)))

    async def counts(self) -> dict[str, int]:
        """Return how many answers were `stored`, and how many `repeated` computations were dropped, ever."""
        found: dict[str, str] = await cast("Any", self._redis.hgetall(_COUNTS))
        return {name: int(found.get(name, 0)) for name in ("stored", "repeated")}


_COUNTS = f"answers:{QUEUE}:counts"


def _key(job_id: str) -> str:
    return f"answers:{QUEUE}:of:{job_id}"
