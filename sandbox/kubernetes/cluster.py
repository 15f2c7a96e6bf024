"""One cluster as the plugin uses it: apply, look, delete."""

from dataclasses import dataclass

from sandbox.controlplane.client import NOT_FOUND, ApiClient, ApiError
from sandbox.kubernetes.discovery import Discovery, Mapping
from sandbox.kubernetes.kinds import Kind
from sandbox.kubernetes.volumes import provide
from sandbox.kubernetes.waiting import Waited, wait_gone, wait_ready
from sandbox.plugin.provider import ProviderError
from sandbox.plugin.wire import Props, section

FIELD_MANAGER = "pulumi-kubernetes"
FORCE_ANNOTATION = "pulumi.com/patchForce"
"""Takes fields over from other managers, as upstream
(https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/)."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """An API server, what it serves, and the namespace of objects that name none."""

    client: ApiClient
    discovery: Discovery
    namespace: str

    @classmethod
    def of(cls, client: ApiClient, namespace: str) -> "Cluster":
        """A cluster behind a client."""
        return cls(client, Discovery(client), namespace)

    def find(self, kind: Kind, namespace: str, name: str) -> Props | None:
        """The live object; None when there is none."""
        return self.client.find(self._mapping(kind).path(namespace or self.namespace, name))

    def apply(
        self, inputs: Props, *, dry_run: bool = False, force: bool = False, manager: str = FIELD_MANAGER
    ) -> Props:
        """Server-side apply; a field that another manager set is taken over by force or by the annotation alone.

        Raises:
            ApiError: the server refused, with reason `Conflict` where another manager holds a field.
        """
        forced = force or section(inputs, "metadata", "annotations").get(FORCE_ANNOTATION) == "true"
        query = {"fieldManager": manager, "force": str(forced).lower(), "fieldValidation": "Strict"}
        if dry_run:
            query["dryRun"] = "All"
        body, path = self._placed(inputs)
        return self.client.apply(path, body, query)

    def wait(self, live: Props, timeout: float | None) -> Waited:
        """Wait until an applied object is ready, for the given seconds or as long as the object says.

        Raises:
            ApiError: the server refused one of the volumes that it claims.
        """
        provide(self.client, live)
        return wait_ready(self.client, self._placed(live)[1], live, timeout)

    def delete(self, kind: Kind, namespace: str, name: str, timeout: float | None) -> None:
        """Delete an object with all that depends on it, and wait until it is gone."""
        path = self._mapping(kind).path(namespace or self.namespace, name)
        live = self.client.find(path)
        if live is None:
            return
        try:
            options = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Foreground"}
            self.client.request("DELETE", path, options)
        except ApiError as error:
            if error.status != NOT_FOUND:
                raise
        wait_gone(self.client, path, live, timeout)

    def _placed(self, inputs: Props) -> tuple[Props, str]:
        mapping = self._mapping(Kind(inputs["apiVersion"], inputs["kind"]))
        metadata = dict(inputs["metadata"])
        if mapping.namespaced:
            metadata.setdefault("namespace", self.namespace)
        elif metadata.get("namespace"):
            raise ProviderError(
                f"{inputs['kind']} {metadata['name']} names namespace {metadata['namespace']!r}, "
                "but objects of this kind have none; remove metadata.namespace"
            )
        path = mapping.path(metadata.get("namespace", ""), metadata["name"])
        return {**inputs, "metadata": metadata}, path

    def _mapping(self, kind: Kind) -> Mapping:
        return self.discovery.mapping(kind.api_version, kind.kind)
