"""Where each resource stands: its region, site and zone, by what it says itself, else by whom it belongs to."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from review.plan import Place
from review.values import Value

_LETTER = re.compile("[a-z]")
"""A tag `site` that is none, e.g. `regional` or `witness`, is on what a region's sites share."""
_SITE = ":Site"
"""End of the type of the component that is a site; its name ends with the site's letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What the engine says of a resource, as far as its place hangs on it.

    Attributes:
        urn: the engine's full name of it.
        type: type token.
        parent: URN of its parent; empty for the stack.
        provider: URN of its provider; empty for components and providers.
        id: empty where it is not deployed.
        inputs: as it will be; as it is, where it will be deleted.
        outputs: of the same.
    """

    urn: str
    type: str
    parent: str
    provider: str
    id: str
    inputs: Mapping[str, Value]
    outputs: Mapping[str, Value]

    def text(self, key: str) -> str:
        """A property where it is a word that is known; else nothing."""
        found = self.inputs.get(key, self.outputs.get(key))
        return found if isinstance(found, str) else ""


@dataclass(slots=True)
class Map:
    """Finds places of resources that belong together.

    Attributes:
        resources: all of one stack, by URN.
    """

    resources: Mapping[str, Resource]
    _regions: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    _zones: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    @classmethod
    def of(cls, resources: Sequence[Resource]) -> "Map":
        """Note for each component which regions its resources are in, and for each site and subnet its zones."""
        found = cls({resource.urn: resource for resource in reversed(resources)})  # what comes first is what stays
        for resource in found.resources.values():
            region = found._own_region(resource)
            for above in found._lineage(resource) if region else ():
                found._regions.setdefault(above.urn, set()).add(region)
            zone = resource.text("availabilityZone")
            for holder in (resource.id, found._site(resource)) if zone else ():
                found._zones.setdefault(holder, set()).add(zone)
        return found

    def place(self, urn: str) -> Place:
        """Where a resource stands; empty where nothing says so."""
        resource = self.resources[urn]
        return Place(region=self._region(resource), site=self._site(resource), zone=self._zone(resource))

    def _region(self, resource: Resource) -> str:
        """Its own, else that of the nearest component above all of whose resources are in one region."""
        own = self._own_region(resource)
        around = (self._regions.get(above.urn, set[str]()) for above in self._lineage(resource))
        return own or next((min(regions) for regions in around if len(regions) == 1), "")

    def _own_region(self, resource: Resource) -> str:
        provider = self.resources.get(resource.provider)
        return _aws_region(resource) or (_aws_region(provider) if provider else "")

    def _site(self, resource: Resource) -> str:
        tags = resource.inputs.get("tags")
        tagged = tags.get("site") if isinstance(tags, dict) else None
        if isinstance(tagged, str):
            return tagged if _LETTER.fullmatch(tagged) else ""
        sites = (above for above in self._lineage(resource) if above.type.endswith(_SITE))
        return next((site.urn.rpartition("-")[2] for site in sites), "")

    def _zone(self, resource: Resource) -> str:
        """Its own, else the zone of its only subnet, which is the site's while the subnet is not made yet."""
        subnets = _subnets(resource)
        known = self._zones.get(str(subnets[0]), set[str]()) if len(subnets) == 1 else set[str]()
        if len(subnets) == 1 and not known:
            known = self._zones.get(self._site(resource) or resource.urn, set[str]())
        return resource.text("availabilityZone") or (min(known) if len(known) == 1 else "")

    def _lineage(self, resource: Resource) -> Iterator[Resource]:
        """The resource and what it belongs to, nearest first."""
        above: Resource | None = resource
        while above:
            yield above
            above = self.resources.get(above.parent)


def _aws_region(resource: Resource) -> str:
    is_aws = resource.type.startswith(("aws:", "pulumi:providers:aws"))
    return resource.text("region") if is_aws else ""


def _subnets(resource: Resource) -> Sequence[Value]:
    listed = resource.inputs.get("subnetIds")
    if isinstance(listed, list):
        return listed
    one = resource.inputs.get("subnetId")
    return [] if one is None else [one]
