"""Settings of the job, from the environment; a wrong one is told in one line."""

from collections.abc import Mapping
from dataclasses import dataclass

from worker.errors import WorkerError

_DAY_SECONDS = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What to look after, and how much of the site it may take.

    Attributes:
        host: name whose addresses are the site's gateways.
        port: their port for this job.
        top: prompts to look after.
        in_flight: requests at the same time, over all gateways.
        deadline_seconds: for how long requests are begun, s.
        ahead_seconds: answers that are fresh for longer are left alone, s.
        patience_seconds: longest wait for one answer, s.
    """

    host: str
    port: int
    top: int
    in_flight: int
    deadline_seconds: int
    ahead_seconds: int
    patience_seconds: int


def from_environment(variables: Mapping[str, str]) -> Settings:
    """Return the settings; raises WorkerError for a variable that is missing or holds something else."""
    host = variables.get("GATEWAY_HOST", "").strip()
    if not host:
        raise WorkerError("GATEWAY_HOST is not set: must be the name of the gateways' headless Service; set it")
    return Settings(
        host=host,
        port=_whole(variables, "GATEWAY_PORT", 65535),
        top=_whole(variables, "TOP", 1000),
        in_flight=_whole(variables, "IN_FLIGHT", 1000),
        deadline_seconds=_whole(variables, "DEADLINE_SECONDS", _DAY_SECONDS),
        ahead_seconds=_whole(variables, "AHEAD_SECONDS", _DAY_SECONDS),
        patience_seconds=_whole(variables, "PATIENCE_SECONDS", _DAY_SECONDS),
    )


def _whole(variables: Mapping[str, str], name: str, most: int) -> int:
    text = variables.get(name, "").strip()
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise WorkerError(f"{name} is {text!r}: must be a whole number from 1 to {most}; correct it")
    return int(text)
