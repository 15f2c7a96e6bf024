"""The namespaces that the program makes, with what it puts into them."""

from collections.abc import Iterator, Sequence

from rules._resource import UNKNOWN, Resource
from rules._stack import by_cluster, of_type
from rules._types import NAMESPACE


def with_neighbours(resources: Sequence[Resource], token: str) -> Iterator[tuple[Resource, list[Resource]]]:
    """Yield each namespace with the objects of type `token` that are, or may turn out to be, in it."""
    for objects in by_cluster(resources).values():
        for namespace in of_type(objects, NAMESPACE):
            name = namespace.get("metadata", "name")
            yield namespace, [each for each in of_type(objects, token) if _may_be_in(each, name)]


def _may_be_in(each: Resource, name: object) -> bool:
    place = each.get("metadata", "namespace")
    return UNKNOWN in (place, name) or place == name
