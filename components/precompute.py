"""Settings of the job that has answers to frequent prompts made before clients ask for them again."""

from typing import Final, Self

from pydantic import Field, model_validator

from components.demand import Demand
from components.vocabulary import Count, Model, Percent

_HOUR_MINUTES: Final = 60
_MOST_PROMPTS: Final = 1000
"""What a gateway shows at most, see `gateway/files/prompts.lua`."""

EXCHANGE_SECONDS: Final = 30
"""How long a run may look at what other regions have, and as long again give them what they may have, s. Both take a
few milliseconds an answer where the stores are well."""

CONTAINER: Final = Demand(millicores=250, memory_mib=256)
"""One run: the lists of some gateways, prompts among them, and requests that wait."""


class Precompute(Model):
    """The job of each site."""

    every_minutes: int = Field(ge=1, le=_HOUR_MINUTES, description="time between two runs, minutes; divides an hour")
    first_minute: int = Field(
        ge=0, description="minute of the hour of the first run; another in each region, or both make the same answers"
    )
    top: int = Field(
        ge=1, le=_MOST_PROMPTS, description="most frequent prompts of a site that are looked after, a count"
    )
    share_percent: Percent = Field(
        description="most requests at the same time, of those that a site's least replicas answer, %"
    )
    deadline_seconds: Count = Field(description="for how long a run begins requests, s")

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if _HOUR_MINUTES % self.every_minutes:
            raise ValueError(f"every_minutes {self.every_minutes} must divide {_HOUR_MINUTES}, like 5, 10 or 15")
        if self.first_minute >= self.every_minutes:
            raise ValueError(f"first_minute {self.first_minute} must be below every_minutes {self.every_minutes}")
        if self.deadline_seconds >= self.period_seconds:
            raise ValueError(
                f"deadline_seconds {self.deadline_seconds} must be below every_minutes {self.every_minutes}"
                f" ({self.period_seconds} s), or runs would leave others out"
            )
        return self

    @property
    def period_seconds(self) -> int:
        """Time between two runs, s."""
        return self.every_minutes * 60

    @property
    def schedule(self) -> str:
        """When it runs, as cron writes it."""
        last = f"-{_HOUR_MINUTES - 1}/{self.every_minutes}" if self.every_minutes < _HOUR_MINUTES else ""
        return f"{self.first_minute}{last} * * * *"

    def ahead_seconds(self, fresh_seconds: int) -> int:
        """Return how long an answer must stay fresh to be left alone, s.

        That is until the next run has come to it, but an answer in the first half of its life never is asked for again.

        Args:
            fresh_seconds: life of an answer, s.
        """
        return max(1, min(self.period_seconds + self.deadline_seconds, fresh_seconds // 2))

    def least_seconds(self, fresh_seconds: int) -> int:
        """Return how long an answer must stay in the region's cache to be worth more than a new one, s.

        Gateways are content with one that stays for its whole life in their own cache, until the last request of a run.

        Args:
            fresh_seconds: life of an answer in a gateway's own cache, s.
        """
        return fresh_seconds + self.deadline_seconds

    @property
    def longest_seconds(self) -> int:
        """For how long a run may go on besides the last answer that it waits for, s."""
        return self.deadline_seconds + 2 * EXCHANGE_SECONDS

    def in_flight(self, concurrency: int, replicas: int) -> int:
        """Return the requests at the same time, rounded down.

        Args:
            concurrency: requests that one replica answers at the same time.
            replicas: of a site, the least.
        """
        return concurrency * replicas * self.share_percent // 100
