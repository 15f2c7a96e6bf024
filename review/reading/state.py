"""What depends on what, as the deployed state tells it; the engine's events do not."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Graph:
    """The deployed resources and who needs them.

    Attributes:
        direct: by URN, the resources that name it as dependency, parent or provider, in the state's order.
    """

    direct: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, deployed: Mapping[str, Any] | None) -> "Graph":
        """Read an exported state, with or without the envelope that `pulumi stack export` puts around it."""
        state: Mapping[str, Any] = deployed or {}
        deployment: Mapping[str, Any] = state.get("deployment") or state
        resources: list[dict[str, Any]] = deployment.get("resources") or []
        direct: dict[str, dict[str, None]] = {}
        for resource in resources:
            if not resource.get("delete"):  # what is left of a replacement needs nobody's care
                for needed in _needs(resource):
                    direct.setdefault(needed, {})[str(resource["urn"])] = None
        return cls({urn: tuple(found) for urn, found in direct.items()})

    def dependents(self, urn: str) -> tuple[str, ...]:
        """Every resource that depends on it, directly or not, nearest first."""
        found: dict[str, None] = {}
        waiting = deque([urn])
        while waiting:
            for each in self.direct.get(waiting.popleft(), ()):
                if each not in found and each != urn:
                    found[each] = None
                    waiting.append(each)
        return tuple(found)


def _needs(resource: Mapping[str, Any]) -> Iterable[str]:
    yield from resource.get("dependencies") or ()
    properties: Mapping[str, list[str] | None] = resource.get("propertyDependencies") or {}
    for needed in properties.values():
        yield from needed or ()
    if resource.get("provider"):
        yield str(resource["provider"]).rpartition("::")[0]  # the rest is the provider's id
    for key in ("parent", "deletedWith"):
        if resource.get(key):
            yield str(resource[key])
