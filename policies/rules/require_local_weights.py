"""W21: a model server starts with what its node has, and changes none of it."""

from collections.abc import Iterator
from typing import Final

from rules._pods import GPU_LIMIT, NO_GPUS, POD_SPECS, asks_for_gpus, container_name, containers, pod
from rules._resource import Resource, Value, dig, is_known, items
from rules._rule import Finding, ResourceRule, Severity, failure, undecided

# https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables#hfhuboffline
_OFFLINE: Final = "HF_HUB_OFFLINE"
_TRUE: Final = ("1", "on", "yes", "true")
_CLAIM: Final = "persistentVolumeClaim"


def _check(resource: Resource) -> Iterator[Finding]:
    spec = POD_SPECS[resource.type]
    asked, volumes = asks_for_gpus(resource), pod(resource, "volumes")
    if asked is None:
        yield undecided(resource, *spec, "containers")
    elif asked and not is_known(volumes):
        yield undecided(resource, *spec, "volumes")
    elif asked:
        claims = {dig(each, "name"): dig(each, _CLAIM, "readOnly") is True for each in _of_claims(volumes)}
        for path, container in containers(resource):
            if dig(container, *GPU_LIMIT) not in NO_GPUS:
                yield from _check_container(resource, path, container, claims)


def _of_claims(volumes: Value) -> list[Value]:
    return [each for each in items(volumes) if dig(each, _CLAIM) is not None]


def _check_container(
    resource: Resource, path: tuple[str, ...], container: Value, claims: dict[Value, bool]
) -> Iterator[Finding]:
    name, mounts, env = container_name(container), dig(container, "volumeMounts"), dig(container, "env")
    if not is_known(mounts) or not is_known(env):
        yield undecided(resource, *path, name, "env" if is_known(mounts) else "volumeMounts")
        return
    mounted = [each for each in items(mounts) if dig(each, "name") in claims]
    if not mounted:
        yield failure(
            resource, f"container {name} mounts no volume that a claim holds, so it has no weights to start with"
        )
    for each in mounted:
        if dig(each, "readOnly") is not True and not claims[dig(each, "name")]:
            yield failure(resource, f"container {name} may write to {dig(each, 'mountPath')}, must mount it readOnly")
    if not any(dig(each, "name") == _OFFLINE and str(dig(each, "value")).lower() in _TRUE for each in items(env)):
        yield failure(resource, f"container {name} may download a model at its start, must have {_OFFLINE}=1")


RULE = ResourceRule(
    id="W21",
    name="require-local-weights",
    severity=Severity.HIGH,
    what="Pods with GPUs read their weights from a volume that they cannot write to, and download none.",
    why=(
        "A replica that downloads hundreds of GB at its start takes as long as the network lets it, fails with whoever"
        " hosts them, and runs what stands there that day; one that can write to the weights changes them for others."
    ),
    source="https://docs.aws.amazon.com/eks/latest/best-practices/aiml-performance.html",
    fix=(
        f"Mount the claim of the node's weights with readOnly: true in the container with the GPUs, set {_OFFLINE}=1 in"
        " its env, and give the server the path as its model."
    ),
    matches=POD_SPECS.__contains__,
    check=_check,
)
