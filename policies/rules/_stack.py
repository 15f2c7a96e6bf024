"""How the resources of a stack belong together: by type, by cluster, and by what a value comes from."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from rules._resource import Resource
from rules._types import CLUSTER

_PROVIDER = "pulumi:providers:kubernetes"


def of_type(resources: Sequence[Resource], *tokens: str) -> list[Resource]:
    """Return the resources of any of these types, in their order."""
    return [each for each in resources if each.type in tokens]


def by_cluster(resources: Sequence[Resource]) -> Mapping[str, list[Resource]]:
    """Return the Kubernetes objects of each site's cluster, which has one explicit provider, by its name."""
    clusters: dict[str, list[Resource]] = defaultdict(list)
    for each in resources:
        if each.type.startswith("kubernetes:"):
            clusters[each.provider].append(each)
    return clusters


def sources(resource: Resource, key: str, resources: Sequence[Resource]) -> list[Resource]:
    """Return the resources that the value of the input `key` comes from, be it known or not."""
    urns = resource.references.get(key, ())
    return [each for each in resources if each.urn in urns]


def users(resource: Resource, key: str, resources: Sequence[Resource]) -> list[Resource]:
    """Return the resources whose input `key` comes from `resource`, be it known or not."""
    return [each for each in resources if resource.urn in each.references.get(key, ())]


def home(provider: str, resources: Sequence[Resource]) -> Resource | None:
    """Return the EKS cluster that the Kubernetes provider of this name talks to, None where that cannot be told."""
    providers = [each for each in of_type(resources, _PROVIDER) if each.name == provider]
    clusters = of_type(resources, CLUSTER)
    found = [cluster for each in providers for cluster in sources(each, "kubeconfig", clusters)]
    return found[0] if len(found) == 1 else None
