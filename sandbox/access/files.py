"""The files of the stacks' ConfigMaps, and the one change that is made to them: paths and addresses of this machine."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.access.layout import SiteLayout
from sandbox.controlplane import ControlPlane
from sandbox.errors import SandboxError
from sandbox.lifecycle.fleet import clusters
from sandbox.lifecycle.stacks import Stack
from sandbox.paths import Paths

NAMESPACE = "business"
_WANTED = re.compile(r"^(gateway|consul.*)$")
_PATH = re.compile(r"(?<![\w./-])/(?=(?:consul|etc/gateway|var/run/gateway|var/cache/gateway|tls|origin|redis)\b)")
_LISTEN = re.compile(r"\blisten (?=\d+[ ;])")
_SERVER = re.compile(r"\bconsul-(\d)\.consul(?:\.[a-z.]+)?")
_BACKUP_NAME = re.compile(r"proxy_ssl_name [^;]+;")
_AUTHORITIES = re.compile(r"(proxy|lua)_ssl_trusted_certificate [^;]+;")
_OWN = re.compile(r"\b(?:127\.0\.0\.1|0\.0\.0\.0)\b")


@dataclass(frozen=True, slots=True)
class SiteFiles:
    """What the ConfigMaps of one site hold.

    Attributes:
        gateway: files of the gateway's ConfigMap, by name.
        consul: files of Consul's ConfigMaps, by name.
    """

    gateway: Mapping[str, str]
    consul: Mapping[str, str]

    @classmethod
    def of(cls, maps: Mapping[str, Mapping[str, str]]) -> "SiteFiles":
        """Sort the ConfigMaps of a site by what reads them.

        Raises:
            SandboxError: there are none of the access layer.
        """
        consul = {name: text for each, files in maps.items() if each != "gateway" for name, text in files.items()}
        if "gateway" not in maps or not consul:
            raise SandboxError(
                f"namespace {NAMESPACE} has the ConfigMaps {', '.join(sorted(maps)) or 'none'}, and the access layer "
                "needs `gateway` and Consul's; run `make up` with settings that have `access`"
            )
        return cls(maps["gateway"], consul)


def from_clusters(paths: Paths, stack: Stack) -> dict[str, SiteFiles]:
    """Read the ConfigMaps of every site of a stack from its API servers.

    Raises:
        SandboxError: the stack is not up.
    """
    region, name = stack.region, str(stack.settings.get("name"))
    ours = [each for each in clusters(paths) if each.region == region and each.name.startswith(f"{name}-")]
    planes = {each.name.rsplit("-", 1)[-1]: ControlPlane.of(paths, region, each.name) for each in ours}
    down = [site for site, plane in planes.items() if not plane.is_running()]
    if not planes or down:
        found = f"the API servers of sites {', '.join(down)} do not run" if down else "it has no cluster"
        raise SandboxError(f"stack {stack.name} is not up: {found}; run `make up` first, then `make access` again")
    return {site: SiteFiles.of(_maps(plane)) for site, plane in sorted(planes.items())}


def from_folder(folder: Path) -> dict[str, SiteFiles]:
    """Read files that lie in `<site>/<ConfigMap>/<name>` of a folder.

    Raises:
        SandboxError: a site's files are not whole.
    """
    sites = [path for path in sorted(folder.iterdir()) if path.is_dir()]
    return {
        site.name: SiteFiles.of({each.name: _texts(each) for each in site.iterdir() if each.is_dir()}) for site in sites
    }


def write_local(files: Mapping[str, str], folder: Path, root: Path, site: SiteLayout, address: str) -> None:
    """Write files with the pod's root folder and the pods' addresses in place of the cluster's.

    Args:
        files: as in the ConfigMap.
        folder: takes them.
        root: what stands for `/` of the pod.
        site: has the addresses of Consul's servers.
        address: of the pod, in place of 127.0.0.1 (which a pod has for itself) and of "all of mine".
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(local(text, root, site, address))


def local(text: str, root: Path, site: SiteLayout, address: str) -> str:
    """The text of one file for a pod on this machine; see `write_local`."""
    text = _PATH.sub(f"{root}/", text)
    text = _SERVER.sub(lambda match: site.servers[int(match[1])].address, text)
    text = _OWN.sub(address, text)
    return _LISTEN.sub(f"listen {address}:", text)


def with_backup(files: Mapping[str, str], backup: str, authorities: Path) -> dict[str, str]:
    """The gateway's files with another site's gateway on this machine in place of the other's load balancer.

    Args:
        files: of the gateway's ConfigMap.
        backup: host and port of the other gateway; "" where there is one site.
        authorities: what signed its certificate, in place of the public ones.
    """
    trusted = rf"\1_ssl_trusted_certificate {authorities};"
    changed = {name: _AUTHORITIES.sub(trusted, text) for name, text in files.items() if name.endswith(".conf")}
    text = _BACKUP_NAME.sub("proxy_ssl_name gateway;", changed["nginx.conf"])
    return {**files, **changed, "backup": backup if files["backup"] else "", "nginx.conf": text}


def _maps(plane: ControlPlane) -> dict[str, Mapping[str, str]]:
    found: list[dict[str, Any]] = plane.admin().get(f"/api/v1/namespaces/{NAMESPACE}/configmaps")["items"]
    by_name: dict[str, Mapping[str, str]] = {each["metadata"]["name"]: each.get("data", {}) for each in found}
    return {name: data for name, data in by_name.items() if _WANTED.match(name)}


def _texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}
