"""Settings of how much of a site each domain may take."""

from pydantic import Field

from components.demand import Demand
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


class Quotas(Model):
    """What each domain may take of a site."""

    business: Quota = Field(
        description="the inference tier and the access layer; holds the most replicas of both, and what an update adds"
    )
    data: Quota = Field(description="caches, queues and their workers")
    monitoring: Quota = Field(description="collectors and log shippers")
