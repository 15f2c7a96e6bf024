"""Settings of where the platform stands: the region's network, its sites, and the cluster of each."""

from typing import Self

from pydantic import Field, model_validator

from components import naming
from components.vocabulary import (
    Arn,
    Cidr,
    Days,
    KubernetesVersion,
    ListedCidr,
    Model,
    ReservationId,
    SiteName,
    Zone,
)


class Network(Model):
    """Addresses of the region."""

    cidr: Cidr = Field(description="the region's network, a /16; no other region may overlap it")
    witness_zone: Zone = Field(description="zone of the database witness; holds no workload")
    flow_log_retention_days: Days = Field(description="days that flow, access and firewall logs are kept")

    @model_validator(mode="after")
    def _is_a_16(self) -> Self:
        if not self.cidr.endswith("/16"):
            raise ValueError(f"cidr {self.cidr} must be a /16, like 10.20.0.0/16")
        return self


class Site(Model):
    """One zone with one cluster."""

    name: SiteName = Field(description="one letter, a to o; fixes the site's addresses")
    zone: Zone = Field(description="its availability zone; no two sites share one")
    weight: int = Field(ge=0, le=255, description="share of the region's traffic, relative; 0 drains the site")
    reservation_id: ReservationId | None = Field(
        default=None,
        description="capacity reservation of the site's zone that the reserved nodes start in, and nowhere else",
    )


class Cluster(Model):
    """The EKS cluster of each site."""

    version: KubernetesVersion = Field(description="Kubernetes version")
    service_cidr: Cidr = Field(description="addresses of Services")
    public_access_cidrs: list[ListedCidr] = Field(min_length=1, description="networks that reach the public endpoint")
    administrators: list[Arn] = Field(min_length=1, description="IAM principals with cluster admin")
    deletion_protection: bool = Field(description="whether AWS refuses to delete the cluster and its load balancer")
    log_retention_days: Days = Field(description="days that control-plane logs are kept")

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        names = [naming.principal(arn) for arn in self.administrators]
        if len(set(names)) < len(names):
            raise ValueError(
                f"administrators {self.administrators} must differ in what follows the account; rename one"
            )
        return self
