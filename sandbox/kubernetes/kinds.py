"""Resource types of the plugin: `kubernetes:<group>/<version>:<Kind>` of one typed object."""

from dataclasses import dataclass

from sandbox.plugin.provider import InvalidInputsError
from sandbox.plugin.wire import Props

CORE = "core/"
REFUSED_MODULES = ("helm.sh/", "yaml", "kustomize")


@dataclass(frozen=True, slots=True)
class Kind:
    """The Kubernetes type of a resource."""

    api_version: str
    kind: str

    @classmethod
    def of(cls, token: str, inputs: Props | None = None) -> "Kind":
        """The type that a resource's token names.

        Args:
            token: e.g. `kubernetes:apps/v1:Deployment`.
            inputs: of the resource; what they say of apiVersion and kind goes first, as for custom resources.

        Raises:
            InvalidInputsError: it is not one typed object.
        """
        _, module, kind = token.split(":")
        if module.startswith(REFUSED_MODULES) or kind.endswith(("List", "Patch")):
            raise InvalidInputsError([("", f"{token} is not one typed object; declare each object by its own type")])
        version = module.removeprefix(CORE) if module.startswith(CORE) else module
        given = inputs or {}
        return cls(given.get("apiVersion") or version, given.get("kind") or kind)
