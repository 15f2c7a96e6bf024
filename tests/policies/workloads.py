"""Kubernetes workloads as rules see them; a test changes what it is about."""

from collections.abc import Mapping

from rules._resource import Resource, Value
from rules._types import DEPLOYMENT

from tests.policies.samples import resource

LABELS: dict[str, Value] = {"app.kubernetes.io/name": "server"}
SPEC = ("spec", "template", "spec")
CONTAINER = (*SPEC, "containers", 0)


def asking(gpus: Value = "8", **changes: Value) -> dict[str, Value]:
    """Return a container that asks for GPUs."""
    return {"name": "server", "resources": {"limits": {"nvidia.com/gpu": gpus}}, **changes}


def workload(
    *containers: Value,
    token: str = DEPLOYMENT,
    metadata: Mapping[str, Value] | None = None,
    spec: Mapping[str, Value] | None = None,
    **pod: Value,
) -> Resource:
    """Return a workload `server` of namespace business, with `spec` and `pod` in the spec of its pods."""
    inside: dict[str, Value] = {"containers": list(containers), **(spec or {}), **pod}
    template: Value = {"metadata": {"labels": dict(LABELS)}, "spec": inside}
    named: dict[str, Value] = {"name": "server", "namespace": "business", **(metadata or {})}
    return resource(token, {"metadata": named, "spec": {"template": template}}, provider="a")
