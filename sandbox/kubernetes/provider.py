"""The provider: check, diff, and the life of objects by server-side apply."""

from collections.abc import Callable
from typing import TypeVar

from sandbox.controlplane.client import ApiError, UnreachableError
from sandbox.errors import SandboxError
from sandbox.kubernetes import objects
from sandbox.kubernetes.cluster import FORCE_ANNOTATION, Cluster
from sandbox.kubernetes.discovery import UnknownKindError
from sandbox.kubernetes.helm import releases
from sandbox.kubernetes.helm.releases import Releases
from sandbox.kubernetes.immutable import replaces
from sandbox.kubernetes.kinds import Kind
from sandbox.kubernetes.kubeconfig import Kubeconfig
from sandbox.plugin.diff import Diff, diff_props
from sandbox.plugin.provider import (
    InvalidInputsError,
    NotReadyError,
    Observed,
    Provider,
    ProviderError,
    Subject,
)
from sandbox.plugin.wire import UNKNOWN, Props, has_unknown, section

SETTINGS = frozenset({"kubeconfig", "context", "namespace", "enableServerSideApply", "version", "pluginDownloadURL"})
UNAUTHORIZED, FORBIDDEN, MISSING, CONFLICT, UNPROCESSABLE = 401, 403, 404, 409, 422
Answer = TypeVar("Answer")


class KubernetesProvider(Provider):
    """Objects of one cluster, the one that the provider's kubeconfig names."""

    name = "kubernetes"
    version = "4.34.2"

    def __init__(self) -> None:
        self._cluster: Cluster | None = None

    def check_config(self, news: Props) -> Props:
        """Refuse settings that this plugin does not know."""
        unknown = sorted(key for key in news.keys() - SETTINGS if not key.startswith("__"))
        if unknown:
            allowed = ", ".join(sorted(SETTINGS))
            raise InvalidInputsError(
                [(key, f"not a setting of this provider; allowed are {allowed}") for key in unknown]
            )
        return news

    def diff_config(self, olds: Props, news: Props) -> Diff:
        """Another cluster needs another provider; another way to log in to the same one does not."""
        changes = diff_props(olds, news, lambda path: path == "kubeconfig" and _moved(olds, news))
        return Diff(changes)

    def configure(self, variables: Props) -> None:
        """Take the kubeconfig; a preview may not know it yet."""
        text = variables.get("kubeconfig")
        if has_unknown(variables):
            return
        if not text:
            raise ProviderError("the kubernetes provider needs a kubeconfig; set it on the explicit provider")
        config = Kubeconfig.parse(text, variables.get("context"))
        self._cluster = Cluster.of(config.client(), variables.get("namespace") or config.namespace)

    def check(self, subject: Subject, olds: Props, news: Props, seed: bytes) -> Props:
        """Fill in type, name and the managed-by label."""
        if subject.type == releases.TYPE:
            return releases.check(subject, olds, news, seed)
        kind = Kind.of(subject.type, news)
        if not isinstance(news.get("metadata", {}), dict) and news["metadata"] != UNKNOWN:
            raise InvalidInputsError([("metadata", f"is {news['metadata']!r}; it must be an object")])
        if news.get("metadata") == UNKNOWN:
            return {**news, "apiVersion": kind.api_version, "kind": kind.kind}
        return objects.complete(subject, kind, olds, news, seed)

    def diff(self, subject: Subject, identity: str, olds: Props, news: Props) -> Diff:
        """Compare inputs; a replacement that keeps its name must wait until the old object is gone."""
        del identity
        if subject.type == releases.TYPE:
            return releases.diff(olds, news)
        kind = Kind.of(subject.type, news).kind
        changes = diff_props(olds, news, lambda path: replaces(kind, path))
        return Diff(changes, delete_before_replace=_place(olds) == _place(news))

    def create(self, subject: Subject, inputs: Props, *, preview: bool) -> tuple[str, Props]:
        """Apply the object and wait until it is ready; in a preview, let the server try it."""
        if subject.type == releases.TYPE:
            return ("", releases.preview(inputs)) if preview else self._installed(inputs, subject.timeout)
        if preview:
            return "", self._dry_run(inputs, fresh=True)
        return self._applied(inputs, subject.timeout)

    def update(
        self, subject: Subject, identity: str, olds: Props, news: Props, state: Props, *, preview: bool
    ) -> Props:
        """Apply the object as it should be now; fields left out are removed."""
        del identity, olds, state
        if subject.type == releases.TYPE:
            return releases.preview(news) if preview else self._installed(news, subject.timeout)[1]
        return self._dry_run(news, fresh=False) if preview else self._applied(news, subject.timeout)[1]

    def read(self, subject: Subject, identity: str, inputs: Props, state: Props) -> Observed | None:
        """The live object in the shape of its inputs; whole where it is imported."""
        if subject.type == releases.TYPE:
            return _told(lambda: Releases(self._connected()).read(identity, inputs))
        kind = Kind.of(subject.type, inputs or state)
        cluster = self._connected()
        try:
            live = _told(lambda: cluster.find(kind, *objects.split_identity(identity)))
        except UnknownKindError:
            return None
        if live is None:
            return None
        shape = inputs or objects.cleaned(live)
        return Observed(objects.project(shape, live), objects.outputs(shape, live))

    def delete(self, subject: Subject, identity: str, state: Props) -> None:
        """Delete the object and wait until it is gone."""
        cluster = self._connected()
        if subject.type == releases.TYPE:
            _told(lambda: Releases(cluster).remove(identity))
            return
        kind = Kind.of(subject.type, state)
        try:
            _told(lambda: cluster.delete(kind, *objects.split_identity(identity), subject.timeout))
        except UnknownKindError:
            return

    def invoke(self, token: str, arguments: Props) -> Props:
        """There are no functions."""
        del arguments
        raise ProviderError(f"{token} is no function of the sandbox's kubernetes plugin; declare typed objects instead")

    def _installed(self, inputs: Props, timeout: float | None) -> tuple[str, Props]:
        return _told(lambda: Releases(self._connected()).install(inputs, timeout))

    def _applied(self, inputs: Props, timeout: float | None) -> tuple[str, Props]:
        cluster = self._connected()
        try:
            live = cluster.apply(inputs)
        except ApiError as error:
            raise ProviderError(_refusal(inputs, error)) from None
        except (UnknownKindError, UnreachableError) as error:
            raise ProviderError(str(error)) from None
        waited = _told(lambda: cluster.wait(live, timeout))
        identity, outputs = objects.identity(waited.live), objects.outputs(inputs, waited.live)
        if waited.reasons:
            raise NotReadyError(identity, outputs, inputs, waited.reasons)
        return identity, outputs

    def _dry_run(self, inputs: Props, *, fresh: bool) -> Props:
        if self._cluster is None or has_unknown(inputs):
            return inputs
        try:
            return objects.outputs(inputs, self._cluster.apply(inputs, dry_run=True, force=fresh), preview=True)
        except (UnreachableError, UnknownKindError):
            return inputs
        except ApiError as error:
            # What the cluster lacks now (namespace, access entry) this very update may bring; and a replacement of the
            # same name is tried against the object that it replaces.
            expected = {UNAUTHORIZED, FORBIDDEN, MISSING, *({UNPROCESSABLE} if fresh else ())}
            if error.status in expected and not (error.status == UNPROCESSABLE and self._absent(inputs)):
                return inputs
            raise ProviderError(_refusal(inputs, error)) from None

    def _absent(self, inputs: Props) -> bool:
        metadata = inputs["metadata"]
        kind = Kind(inputs["apiVersion"], inputs["kind"])
        return self._connected().find(kind, metadata.get("namespace", ""), metadata["name"]) is None

    def _connected(self) -> Cluster:
        if self._cluster is None:
            raise ProviderError("the provider's kubeconfig is not known, so no cluster can be asked")
        return self._cluster


def _told(act: Callable[[], Answer]) -> Answer:
    try:
        return act()
    except (ApiError, UnreachableError, SandboxError) as error:
        raise ProviderError(str(error)) from None


def _refusal(inputs: Props, error: ApiError) -> str:
    told = f"the API server refuses {inputs['kind']} {inputs['metadata'].get('name')}: {error}"
    if error.status != CONFLICT:
        return told
    return f'{told}; leave the field out, or set the annotation {FORCE_ANNOTATION}: "true" to take it over'


def _place(inputs: Props) -> tuple[object, object]:
    if inputs.get("metadata") == UNKNOWN:
        return (UNKNOWN, None)
    metadata = section(inputs, "metadata")
    return (metadata.get("name"), metadata.get("namespace"))


def _moved(olds: Props, news: Props) -> bool:
    if has_unknown(news) or not olds.get("kubeconfig") or not news.get("kubeconfig"):
        return False
    before = Kubeconfig.parse(olds["kubeconfig"], olds.get("context"))
    return before.server != Kubeconfig.parse(news["kubeconfig"], news.get("context")).server
