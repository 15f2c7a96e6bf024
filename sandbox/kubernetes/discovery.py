"""REST mapping: where objects of a kind live in the API, asked of the server once."""

import threading
from dataclasses import dataclass

from sandbox.controlplane.client import NOT_FOUND, ApiClient, ApiError


class UnknownKindError(Exception):
    """The API server serves no such kind (its CustomResourceDefinition may be missing)."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """Where objects of one kind live."""

    base: str
    plural: str
    namespaced: bool

    def path(self, namespace: str, name: str) -> str:
        """The path of one object."""
        return f"{self.collection(namespace)}/{name}"

    def collection(self, namespace: str) -> str:
        """The path of all objects, of a namespace where they have one."""
        return f"{self.base}/namespaces/{namespace}/{self.plural}" if self.namespaced else f"{self.base}/{self.plural}"


class Discovery:
    """The kinds that an API server serves, kept for the life of the plugin."""

    def __init__(self, client: ApiClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._known: dict[str, dict[str, Mapping]] = {}

    def mapping(self, api_version: str, kind: str) -> Mapping:
        """Where a kind lives; a kind that is not known is asked for again, as it may be new.

        Raises:
            UnknownKindError: it is not served.
        """
        with self._lock:
            if kind not in self._known.get(api_version, {}):
                self._known[api_version] = self._ask(api_version)
            found = self._known[api_version].get(kind)
        if found is None:
            raise UnknownKindError(
                f"the API server at {self._client.endpoint} serves no {kind} of {api_version}; "
                "is its CustomResourceDefinition installed?"
            )
        return found

    def _ask(self, api_version: str) -> dict[str, Mapping]:
        base = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        try:
            resources = self._client.get(base)["resources"]
        except ApiError as error:
            if error.status == NOT_FOUND:
                return {}
            raise
        return {
            item["kind"]: Mapping(base, item["name"], item["namespaced"])
            for item in resources
            if "/" not in item["name"]
        }
