"""One cluster as the plugin uses it: apply, look, delete."""

from dataclasses import dataclass

from sandbox.controlplane.client import NOT_FOUND, ApiClient, ApiError
from sandbox.kubernetes.discovery import Discovery, Mapping
from sandbox.kubernetes.kinds import Kind
from sandbox.kubernetes.waiting import Waited, wait_gone, wait_ready
from sandbox.plugin.provider import ProviderError
from sandbox.plugin.wire import Props

FIELD_MANAGER = "pulumi-kubernetes"


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

    def apply(self, inputs: Props, *, dry_run: bool) -> Props:
        """Server-side apply, taking over fields that others set."""
        query = {"fieldManager": FIELD_MANAGER, "force": "true", "fieldValidation": "Strict"}
        if dry_run:
            query["dryRun"] = "All"
        body, path = self._placed(inputs)
        return self.client.apply(path, body, query)

    def wait(self, live: Props) -> Waited:
        """Wait until an applied object is ready."""
        return wait_ready(self.client, self._placed(live)[1], live)

    def delete(self, kind: Kind, namespace: str, name: str) -> None:
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
        wait_gone(self.client, path, live["metadata"].get("uid"), live)

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
