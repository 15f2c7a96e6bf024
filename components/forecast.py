"""Settings of the traffic that a stack is sized for. Sizes are settings too; the plan says what they must be."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from components.planning.formula import checked_safety
from components.vocabulary import Count, Model, Percent, Positive, Text, Url


class Rate(Model):
    """Requests of all clients in a second, before any cache."""

    mean: Positive = Field(description="mean of a day, requests/s")
    peak: Positive = Field(description="mean of the busiest minute, requests/s")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.mean > self.peak:
            raise ValueError(f"mean {self.mean} is above peak {self.peak}; lower one or raise the other")
        return self


class Measured(Model):
    """What one GPU does, as somebody measured it with this model: an estimate until it is measured here."""

    instance_types: list[Text] = Field(min_length=1, description="EC2 instance types whose GPUs these are")
    concurrency: Count = Field(description="requests that the measured replica answered at the same time, a count")
    prefill: Positive = Field(description="prompts that one GPU reads, tokens/s")
    decode: Positive = Field(description="answers that one GPU writes, over all requests in work, tokens/s")
    sources: list[Url] = Field(min_length=1, description="where it is published, https addresses")


class Forecast(Model):
    """The traffic that the sizes must carry; `make plan` holds them against it."""

    requests_per_second: Rate = Field(description="traffic of the whole platform today")
    growth_percent: int = Field(ge=0, description="growth until the next plan, %")
    share_percent: Percent = Field(description="share of that traffic that this region must be able to carry, %")
    cached_percent: int = Field(
        ge=0, le=99, description="share of requests that the gateways answer from their cache, %"
    )
    input_tokens: Count = Field(description="mean prompt, tokens")
    output_tokens: Count = Field(description="mean answer, tokens")
    response_seconds: Positive = Field(description="mean time from a request to the end of its answer, s")
    safety: Annotated[float, AfterValidator(checked_safety)] = Field(
        description="how much more the sizes could do than they must, a factor from 1.5 to 2.0"
    )
    floor_percent: Percent = Field(
        description="share of the peak that the other sites carry at once when one is lost, before anything starts, %"
    )
    measured: Measured = Field(description="throughput of one GPU")
