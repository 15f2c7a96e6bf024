"""The pods of service discovery as the program renders them, run here: only addresses and paths are replaced."""

import base64
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import engine
import pulumi
import pytest
from pulumi_kubernetes.apps.v1 import Deployment

from components.access import agent
from components.access.discovery import config
from components.access.discovery.component import Discovery, DiscoveryArgs
from components.settings import Settings
from sandbox.process import Daemon

DATACENTER = "llm-prod-a"
Object = dict[str, Any]


def values(**discovery: int) -> Object:
    """The shipped settings of prod with other numbers of discovery."""
    found = engine.values("prod")
    found["access"]["discovery"] |= discovery
    return found


def render(platform: Object) -> engine.Engine:
    """Register `Discovery`, and a Deployment with what stands beside each kind of pod."""
    settings = Settings.parse(platform)
    discovery = settings.access.discovery

    def program() -> None:
        args = DiscoveryArgs(
            discovery=discovery, waiting=settings.inference.concurrency, datacenter=DATACENTER, key="arn:key", after=[]
        )
        made = Discovery("discovery", args)
        mounts = [{"name": name, "mountPath": path} for name, path in GATEWAY_MOUNTS.items()]
        sides = {
            config.INFERENCE: agent.beside_inference(discovery),
            config.GATEWAY: agent.beside_gateway(discovery, cast("Any", mounts)),
        }
        for name, side in sides.items():
            pod = {"containers": [], "initContainers": list(side.init_containers), "volumes": list(side.volumes)}
            opts = pulumi.ResourceOptions(depends_on=made.ready)
            Deployment(name, spec=cast("Any", {"selector": {}, "template": {"spec": pod}}), opts=opts)

    found = engine.Engine()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_program", program)
        found.run("prod", platform)
    return found


# Paths of pods; a name in the middle of another path is none.
FOLDERS = re.compile(r"(?<![\w./])/(consul|etc/gateway|var/run|tls|scratch)(?=[/\"\s]|$)")
GATEWAY_MOUNTS = {"gateway": "/etc/gateway", "state": "/var/run/gateway", "tls": "/tls"}


def manifests(made: engine.Engine) -> list[Object]:
    """The objects of Kubernetes, as the provider sends them."""
    found: list[Object] = []
    for each in made.resources:
        if each.type.startswith("kubernetes:"):
            _, group, kind = each.type.split(":")
            version = group.removeprefix("core/")
            found.append({**each.inputs, "apiVersion": version, "kind": kind})
    return found


def pod_of(made: engine.Engine, kind: str, name: str) -> Object:
    """The spec of the pods of a workload."""
    (found,) = [each for each in made.of(f":{kind}") if each.name == name]
    return found.inputs["spec"]["template"]["spec"]


def container_of(pod: Object, name: str) -> Object:
    (found,) = [each for each in (*pod.get("initContainers", []), *pod["containers"]) if each["name"] == name]
    return found


def named(container: Object) -> dict[str, str]:
    """The environment that a container is given as it stands."""
    return {each["name"]: each["value"] for each in container.get("env", []) if "value" in each}


def decoded(secret: Object) -> dict[str, str]:
    """What a Secret holds."""
    return {key: base64.b64decode(value).decode() for key, value in secret["data"].items()}


@dataclass(frozen=True)
class Sources:
    """What volumes are filled from, by name."""

    maps: Mapping[str, Mapping[str, str]]
    secrets: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Place:
    """One pod's files below `root`, and the texts that stand for its addresses here."""

    root: Path
    replaced: Mapping[str, str]

    def here(self, text: str) -> str:
        """Return `text` with the pod's paths and addresses as they are here."""
        text = re.sub(FOLDERS, lambda found: f"{self.root}{found[0]}", text)
        for old, new in self.replaced.items():
            text = text.replace(old, new)
        return text

    def mount(self, pod: Object, container: Object, sources: Sources) -> None:
        """Fill the container's folders as kubelet would."""
        volumes = {each["name"]: each for each in pod["volumes"]}
        for mount in container["volumeMounts"]:
            folder = Path(f"{self.root}{mount['mountPath']}")
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in _content(volumes.get(mount["name"], {}), sources).items():
                (folder / name).write_text(self.here(text))

    def daemon(self, container: Object, environment: Mapping[str, str], programs: Path) -> Daemon:
        """Start the container's process, one of `programs`, with its command, arguments and environment."""
        given = {**environment, **named(container)}
        words: list[str] = [*container["command"], *container.get("args", [])]
        for name, value in given.items():
            words = [word.replace(f"$({name})", value) for word in words]
        found = Daemon(container["name"], self.root)
        variables = {name: self.here(value) for name, value in given.items()}
        found.start([str(programs / words[0]), *map(self.here, words[1:])], {**os.environ, **variables})
        return found


def _content(volume: Object, sources: Sources) -> Mapping[str, str]:
    if source := volume.get("configMap"):
        return sources.maps[source["name"]]
    if source := volume.get("secret"):
        data = sources.secrets[source["secretName"]]
        keys = [item["key"] for item in source.get("items", [])] or list(data)
        return {key: data[key] for key in keys}
    return {}


def maps_of(made: engine.Engine) -> dict[str, dict[str, str]]:
    """The content of the ConfigMaps, by name."""
    return {each.inputs["metadata"]["name"]: each.inputs["data"] for each in made.of(":ConfigMap")}


def text(value: object) -> str:
    return json.dumps(value, sort_keys=True)
