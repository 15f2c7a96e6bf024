"""Settings of how much of a site each domain may take."""

from typing import Self

from pydantic import Field, model_validator

from components.demand import POD, Demand, of_container
from components.vocabulary import Count, Model


class Quota(Model):
    """The most that the pods of one domain may ask for on one site."""

    cpu: Count = Field(description="cores per site")
    memory_gib: Count = Field(description="memory per site, GiB")
    gpus: int = Field(ge=0, description="GPUs per site")
    pods: Count = Field(description="pods per site, a count")

    def shortage(self, demand: Demand) -> str:
        """Return what is too small for `demand`, in a few words; empty when it fits."""
        least = {
            "cpu": (self.cpu, -(-demand.millicores // 1000)),
            "memory_gib": (self.memory_gib, -(-demand.memory_mib // 1024)),
            "gpus": (self.gpus, demand.gpus),
            "pods": (self.pods, demand.pods),
        }
        return ", ".join(f"{key} {has} is below {needs}" for key, (has, needs) in least.items() if has < needs)

    def demand(self) -> Demand:
        """Return what pods ask for that take all of it."""
        return of_container(self.cpu, self.memory_gib, self.gpus) + POD.times(self.pods)


def holding(demand: Demand) -> Quota:
    """Return the least quota that holds a demand."""
    return Quota(
        cpu=-(-demand.millicores // 1000),
        memory_gib=-(-demand.memory_mib // 1024),
        gpus=demand.gpus,
        pods=demand.pods,
    )


class Quotas(Model):
    """What each domain may take of a site, and those of its tiers that would otherwise take it from the rest."""

    business: Quota = Field(
        description=(
            "the inference tier, the access layer and precompute; holds the most replicas of the first two, and what"
            " an update adds"
        )
    )
    data: Quota = Field(description="caches, queues and their workers")
    monitoring: Quota = Field(description="collectors and log shippers")
    precompute: Quota = Field(description="the part of `business` that precompute may take")
    log_shipping: Quota = Field(description="the part of `monitoring` that log shippers may take")

    @model_validator(mode="after")
    def _within(self) -> Self:
        for part, share, name, whole in (
            ("precompute", self.precompute, "business", self.business),
            ("log_shipping", self.log_shipping, "monitoring", self.monitoring),
        ):
            if short := whole.shortage(share.demand()):
                raise ValueError(f"{name}: {short}, which {part} alone may take; raise it, or lower {part}")
        return self
