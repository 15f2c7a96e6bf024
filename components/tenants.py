"""Settings of the tenants: whose pods run beside the platform's, each in a namespace of its own."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from components import naming
from components.name_limits import LIMITS
from components.quotas import Quota
from components.vocabulary import Name

# What is left of a namespace's name beside its prefix, in characters.
_LONGEST: Final = LIMITS["kubernetes:core/v1:Namespace"].longest - len(naming.tenant(""))


def _short(name: str) -> str:
    if len(name) > _LONGEST:
        raise ValueError(f"must have {_LONGEST} or fewer characters")
    return name


class Tenant(Quota):
    """One tenant, and the most that its pods may ask for on one site."""

    name: Annotated[Name, AfterValidator(_short)] = Field(description="its namespace is `tenant-<name>`")
    storage_gib: int = Field(default=0, ge=0, description="disks per site, GiB")


def _distinct(tenants: list[Tenant]) -> list[Tenant]:
    names = [each.name for each in tenants]
    if len(set(names)) < len(names):
        raise ValueError(f"names {names} must be distinct; give each tenant its own")
    return tenants


Tenants = Annotated[list[Tenant], AfterValidator(_distinct)]
