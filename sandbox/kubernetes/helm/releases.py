"""The resource `kubernetes:helm.sh/v3:Release`: its inputs, and its life in a cluster."""

from dataclasses import dataclass

from sandbox.controllers import installing
from sandbox.controllers.manifests import identity
from sandbox.controlplane import ControlPlane
from sandbox.controlplane.client import Object
from sandbox.kubernetes.cluster import Cluster
from sandbox.kubernetes.helm.catalogue import CHARTS, chart_of
from sandbox.kubernetes.helm.chart import Chart, Release, Rendered
from sandbox.kubernetes.helm.record import MANAGER, Record
from sandbox.kubernetes.kinds import Kind
from sandbox.kubernetes.objects import automatic_name, split_identity
from sandbox.paths import Paths
from sandbox.plugin.diff import Diff, diff_props
from sandbox.plugin.provider import InvalidInputsError, Observed, ProviderError, Subject
from sandbox.plugin.wire import UNKNOWN, Props, section

TYPE = "kubernetes:helm.sh/v3:Release"
INPUTS = frozenset({
    "chart", "version", "name", "namespace", "createNamespace", "repositoryOpts", "values", "skipAwait", "timeout",
    "atomic", "cleanupOnFail", "lint", "dependencyUpdate", "maxHistory", "description", "skipCrds", "waitForJobs",
    "compat",
})  # fmt: skip
"""(https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v3/release/#inputs); what a release has no use for
here (history, linting) is kept and does nothing. The SDK adds `compat` by itself."""

TIMEOUT_SECONDS = 300
"""How long a release is waited for where it says nothing (input `timeout` there)."""

DEFAULT_NAMESPACE = "default"


def check(subject: Subject, olds: Props, news: Props, seed: bytes) -> Props:
    """Complete and validate a release's inputs.

    Raises:
        InvalidInputsError: an input, the chart or a value of it is unknown.
    """
    unknown = sorted(key for key in news.keys() - INPUTS if not key.startswith("__"))
    if unknown:
        allowed = ", ".join(sorted(INPUTS))
        raise InvalidInputsError([(key, f"no input of a release that the sandbox knows; known are {allowed}")
                                  for key in unknown])  # fmt: skip
    values: Props = news.get("values") or {}
    if UNKNOWN not in (news.get("chart"), news.get("version"), news.get("repositoryOpts"), values):
        chart_of(news).require_known(values)
    name = news.get("name") or olds.get("name") or automatic_name(subject.name, seed)
    return {**news, "name": name, "namespace": news.get("namespace") or DEFAULT_NAMESPACE}


def diff(olds: Props, news: Props) -> Diff:
    """Compare inputs: another name, place or chart is another release."""
    changes = diff_props(olds, news, lambda path: path in {"name", "namespace", "chart"})
    return Diff(changes, delete_before_replace=True)


def preview(inputs: Props) -> Props:
    """What a preview says of a release's outputs."""
    return {**inputs, "status": UNKNOWN, "resourceNames": UNKNOWN}


@dataclass(frozen=True, slots=True)
class Releases:
    """The releases of one cluster."""

    cluster: Cluster

    def install(self, inputs: Props, timeout: float | None) -> tuple[str, Props]:
        """Install a release, or bring it to what its inputs say now.

        Raises:
            ApiError: the API server refused an object.
            ProviderError: its namespace is missing.
            SandboxError: a program of it is missing or does not answer in time.
        """
        chart, release = chart_of(inputs), _release(inputs)
        self._ensure_namespace(release.namespace, create=bool(inputs.get("createNamespace")))
        plane = self._plane()
        rendered = chart.render(release, plane)
        known = Record.find(self.cluster, release.namespace, release.name)
        objects = [_marked(item, release) for item in rendered.objects]
        installing.apply(self.cluster, objects, MANAGER)
        for companion in rendered.companions:
            plane.install(companion)
        record = self._recorded(release, chart, rendered, known)
        if not inputs.get("skipAwait"):
            installing.wait(self.cluster, objects, timeout or inputs.get("timeout") or TIMEOUT_SECONDS)
        return f"{release.namespace}/{release.name}", _outputs(inputs, record)

    def read(self, identity: str, inputs: Props) -> Observed | None:
        """The release as the cluster remembers it; None when it has none of this name."""
        namespace, name = split_identity(identity)
        record = Record.find(self.cluster, namespace, name)
        if record is None:
            return None
        seen = {**inputs, "name": name, "namespace": namespace, "chart": record.chart, "version": record.version}
        if record.values or "values" in inputs:
            seen["values"] = record.values
        return Observed(seen, _outputs(seen, record))

    def remove(self, identity: str) -> None:
        """Uninstall a release: its objects while its programs still run and may let go of them, then these."""
        namespace, name = split_identity(identity)
        record = Record.find(self.cluster, namespace, name)
        if record is None:
            return
        installing.remove(self.cluster, record.objects)
        plane = self._plane()
        for program in CHARTS[record.chart].programs:
            plane.uninstall(program)
        Record.remove(self.cluster, namespace, name)

    def _recorded(self, release: Release, chart: Chart, rendered: Rendered, known: Record | None) -> Record:
        objects = [identity(item) for item in rendered.objects if not _stays(item)]
        kept = [identity(item) for item in rendered.objects if _stays(item)]
        revision = known.revision + 1 if known else 1
        record = Record(chart.name, release.version, release.values, revision, objects, kept)
        record.write(self.cluster, release.namespace, release.name)
        if known:
            installing.remove(self.cluster, [item for item in known.objects if item not in (*objects, *kept)])
        return record

    def _ensure_namespace(self, name: str, *, create: bool) -> None:
        if self.cluster.find(Kind("v1", "Namespace"), "", name):
            return
        if not create:
            raise ProviderError(f"there is no namespace {name}; declare it, or set createNamespace")
        self.cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, manager=MANAGER)

    def _plane(self) -> ControlPlane:
        return ControlPlane.at(Paths.from_environment(), self.cluster.client.endpoint)


def _release(inputs: Props) -> Release:
    return Release(inputs["name"], inputs["namespace"], inputs["version"], inputs.get("values") or {})


def _marked(item: Object, release: Release) -> Object:
    """The object with what Helm puts on all of a release's."""
    metadata = item["metadata"]
    owner = {"meta.helm.sh/release-name": release.name, "meta.helm.sh/release-namespace": release.namespace}
    labels = {**metadata.get("labels", {}), "app.kubernetes.io/managed-by": "Helm"}
    annotations = {**metadata.get("annotations", {}), **owner}
    return {**item, "metadata": {**metadata, "labels": labels, "annotations": annotations}}


def _stays(item: Object) -> bool:
    """Whether an object outlives its release (https://helm.sh/docs/howto/charts_tips_and_tricks/)."""
    return section(item, "metadata", "annotations").get("helm.sh/resource-policy") == "keep"


def _outputs(inputs: Props, record: Record) -> Props:
    chart = CHARTS[record.chart]
    status = {
        "name": inputs["name"], "namespace": inputs["namespace"], "chart": record.chart, "status": "deployed",
        "version": record.version, "appVersion": chart.application, "revision": record.revision,
    }  # fmt: skip
    return {**inputs, "status": status, "resourceNames": _names(record)}


def _names(record: Record) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for api_version, kind, namespace, name in (*record.objects, *record.kept):
        group = f".{api_version.split('/', maxsplit=1)[0]}" if "/" in api_version else ""
        found.setdefault(f"{kind}{group}/{api_version}", []).append(f"{namespace}/{name}" if namespace else name)
    return found
