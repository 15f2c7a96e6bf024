"""Settings of the job, from the environment; a wrong one is told in one line."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from keyspace.connection import Access
from keyspace.connection import from_environment as table_of
from keyspace.errors import KeyspaceError
from worker.errors import WorkerError
from worker.settings import RedisSettings

_DAY_SECONDS = 86400
_YEAR_SECONDS = 365 * _DAY_SECONDS
_HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """How regions give each other answers.

    Attributes:
        cache: the region's cache, where its gateways look.
        table: what all regions share.
        revision: all of the model that its answers depend on, as the gateways' keys have it.
        lifetime_seconds: how long an answer stays in the cache at most, s; the same in all regions.
        least_seconds: an answer that stays there for longer is left alone, and worth giving to others, s.
        seconds: longest time for one direction, s.
    """

    cache: RedisSettings
    table: Access
    revision: str
    lifetime_seconds: int
    least_seconds: int
    seconds: int


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
        exchange: with other regions; None where gateways share no cache.
    """

    host: str
    port: int
    top: int
    in_flight: int
    deadline_seconds: int
    ahead_seconds: int
    patience_seconds: int
    exchange: Exchange | None


def from_environment(variables: Mapping[str, str]) -> Settings:
    """Return the settings; raises WorkerError for a variable that is missing or holds something else."""
    return Settings(
        host=_text(variables, "GATEWAY_HOST", "the name of the gateways' headless Service"),
        port=_whole(variables, "GATEWAY_PORT", _HIGHEST_PORT),
        top=_whole(variables, "TOP", 1000),
        in_flight=_whole(variables, "IN_FLIGHT", 1000),
        deadline_seconds=_whole(variables, "DEADLINE_SECONDS", _DAY_SECONDS),
        ahead_seconds=_whole(variables, "AHEAD_SECONDS", _DAY_SECONDS),
        patience_seconds=_whole(variables, "PATIENCE_SECONDS", _DAY_SECONDS),
        exchange=_exchange(variables) if "CACHE_HOST" in variables else None,
    )


def _exchange(variables: Mapping[str, str]) -> Exchange:
    try:
        table = table_of(variables)
    except KeyspaceError as error:
        raise WorkerError(str(error)) from None
    return Exchange(
        cache=_cache(variables),
        table=table,
        revision=_text(variables, "REVISION", "the model's, as the gateways have it"),
        lifetime_seconds=_whole(variables, "LIFETIME_SECONDS", _YEAR_SECONDS),
        least_seconds=_whole(variables, "LEAST_SECONDS", _YEAR_SECONDS),
        seconds=_whole(variables, "EXCHANGE_SECONDS", _DAY_SECONDS),
    )


def _cache(variables: Mapping[str, str]) -> RedisSettings:
    trusted = variables.get("CACHE_CA_FILE", "")
    return RedisSettings(
        host=_text(variables, "CACHE_HOST", "the cache's own name, which its certificate has"),
        port=_whole(variables, "CACHE_PORT", _HIGHEST_PORT),
        password_file=Path(_text(variables, "CACHE_PASSWORD_FILE", "the file that holds the cache's password")),
        tls=True,
        server_name="",
        ca_file=Path(trusted) if trusted else None,
        replicas=0,
    )


def _text(variables: Mapping[str, str], name: str, what: str) -> str:
    text = variables.get(name, "").strip()
    if not text:
        raise WorkerError(f"{name} is not set: must be {what}; set it")
    return text


def _whole(variables: Mapping[str, str], name: str, most: int) -> int:
    text = variables.get(name, "").strip()
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise WorkerError(f"{name} is {text!r}: must be a whole number from 1 to {most}; correct it")
    return int(text)
