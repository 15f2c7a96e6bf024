"""One attempt at one job: the answer that is there already, or the model server's."""

import asyncio
from dataclasses import dataclass

from bullmq import Job

from worker import metrics, requests
from worker.answers import Answer, Answers
from worker.errors import AttemptError, RefusedError, WorkerError
from worker.model import ModelServer
from worker.patience import patiently


@dataclass(frozen=True, slots=True)
class Attempt:
    """Computes a job's answer and stores it, before the job itself is said to be done.

    A worker that dies after storing leaves a job whose next attempt finds the answer. One that dies between the model
    server's answer and storing it leaves a job that is computed again: the model server keeps no answers, so that is
    the one place where a job can be computed twice. Of two answers only the first is kept.

    Attributes:
        answers: where answers are kept.
        model: who computes them.
        seconds: longest computation.
        patience: how long a store waits for Redis to come back, s.
    """

    answers: Answers
    model: ModelServer
    seconds: int
    patience: int

    async def __call__(self, job: Job) -> str:
        """Return the outcome.

        Raises:
            RefusedError: no further attempt would end otherwise.
            AttemptError: another one may.
        """
        if await patiently(lambda: self.answers.get(job.id), self.patience) is not None:
            return metrics.KNOWN
        request = _request(job)
        answer = Answer(request.digest, await self._computed(request))
        kept = await patiently(lambda: self.answers.store(job.id, answer), self.patience)
        return metrics.ANSWERED if kept else metrics.KNOWN

    async def _computed(self, request: requests.Request) -> object:
        try:
            async with asyncio.timeout(self.seconds):
                return await self.model.ask(request)
        except TimeoutError:
            raise AttemptError(
                f"no answer within {self.seconds} s; raise ATTEMPT_SECONDS or ask for fewer tokens"
            ) from None


def _request(job: Job) -> requests.Request:
    try:
        return requests.of_job(job.id, job.data)
    except WorkerError as error:
        raise RefusedError(str(error)) from None
