# Options of bullmq 3.4.4 that the worker gives: its own have other names for the same.
from typing import TypedDict

class _Backoff(TypedDict):
    type: str
    delay: int

class _Keep(TypedDict, total=False):
    age: int
    count: int

class JobOptions(TypedDict, total=False):
    jobId: str
    attempts: int
    backoff: _Backoff
    removeOnComplete: _Keep
    removeOnFail: _Keep
    stackTraceLimit: int
    keepLogs: int
