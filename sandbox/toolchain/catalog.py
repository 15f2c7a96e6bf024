"""The pinned Go modules that carry the tools, and how each is compiled."""

import hashlib
import platform
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

MODULES_FOLDER = Path(__file__).resolve().parent / "modules"
BUILD_FLAGS = ("-mod=readonly", "-trimpath")
KWOK_STAGES = "kwok-stages"
OPENAPI = "kubernetes-openapi"
KEDA_MANIFESTS = "keda-manifests"
METRICS_SERVER_MANIFESTS = "metrics-server-manifests"
SANDBOX = "sandbox"
"""The group of programs that `make up` runs."""

ACCESS = "access"
"""The group of programs that only the bench of the access layer runs."""

SCALING = "scaling"
"""The group of programs that only the bench and the tests of autoscaling run."""

QUEUE = "queue"
"""The group of programs that only the tests of the queue's worker run."""

DATABASE = "database"
"""The group of programs that only the tests of the database's bootstrap run."""

LINT = "lint"
"""The group of programs that only check this repository."""


@dataclass(frozen=True, slots=True)
class Module:
    """One folder of `modules/`: a go.mod and go.sum that pin all, and the tools it builds.

    Attributes:
        name: the folder's name.
        version: of the tool's own Go module.
        tools: program names, each with its Go package; one that begins with `./` is a folder of the module's own.
        minutes: time on a bare 2-core machine, download and compilation together: measured, but for KEDA and
            metrics-server, whose are estimated from CPU time.
        disk_gib: share of the room that downloads, compiler cache and programs of all modules took together.
        variables: what the linker writes into the programs, as `package.name=value`.
        data: folders to keep beside the programs: name, then the Go module and the path inside it.
        group: a word that asks for all modules that name it.
    """

    name: str
    version: str
    tools: dict[str, str]
    minutes: float
    disk_gib: float
    variables: tuple[str, ...] = ()
    data: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    group: str = SANDBOX

    @property
    def title(self) -> str:
        """The module as people call it."""
        return f"{self.name} {self.version}"

    @property
    def linker_flags(self) -> str:
        """Without symbol tables, which no one reads here, the programs are a third smaller."""
        return " ".join(["-s", "-w", *(f"-X {variable}" for variable in self.variables)])

    def key(self, modules: Path = MODULES_FOLDER) -> str:
        """The name of the cache entry: it changes with any input of the build."""
        digest, folder = hashlib.sha256(), modules / self.name
        # Most have no code but tools.go, which names what is built of other modules.
        for file in (folder / "go.mod", folder / "go.sum", folder / "tools.go", *sorted(folder.glob("*/*.go"))):
            digest.update(file.read_bytes())
        words = [*BUILD_FLAGS, self.linker_flags, repr(self.tools), repr(self.data)]
        digest.update("\0".join([*words, platform.system(), platform.machine()]).encode())
        return f"{self.name}-{self.version}-{digest.hexdigest()[:12]}"


_KUBERNETES_VERSION = "k8s.io/component-base/version"

# The longest first: two are built side by side, and the short ones fill the gap at the end.
MODULES = (
    Module(
        name="keda",
        version="v2.21.0",
        # The adapter's own command listens on all addresses: ours is that command without this listener.
        tools={"keda-operator": "github.com/kedacore/keda/v2/cmd/operator", "keda-adapter": "./adapter"},
        minutes=12.0,
        disk_gib=6.0,
        data={KEDA_MANIFESTS: ("github.com/kedacore/keda/v2", "config")},
    ),
    Module(
        name="kubernetes",
        version="v1.36.1",
        tools={
            name: f"k8s.io/kubernetes/cmd/{name}"
            for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
        },
        minutes=6.4,
        disk_gib=3.0,
        variables=(
            f"{_KUBERNETES_VERSION}.gitVersion=v1.36.1",
            f"{_KUBERNETES_VERSION}.gitMajor=1",
            f"{_KUBERNETES_VERSION}.gitMinor=36",
        ),
    ),
    Module(
        name="pulumi",
        version="v3.259.0",
        tools={"pulumi": "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"},
        minutes=6.7,
        disk_gib=3.5,
        variables=("github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.259.0",),
    ),
    Module(
        name="kwok",
        version="v0.8.0",
        tools={"kwok": "sigs.k8s.io/kwok/cmd/kwok"},
        minutes=1.5,
        disk_gib=1.5,
        data={KWOK_STAGES: ("sigs.k8s.io/kwok", "kustomize/stage")},
    ),
    Module(
        name="metrics-server",
        version="v0.9.0",
        tools={"metrics-server": "sigs.k8s.io/metrics-server/cmd/metrics-server"},
        minutes=3.7,
        disk_gib=2.0,
        data={METRICS_SERVER_MANIFESTS: ("sigs.k8s.io/metrics-server", "manifests/base")},
    ),
    Module(
        name="etcd",
        version="v3.6.5",
        tools={"etcd": "go.etcd.io/etcd/server/v3"},
        minutes=0.7,
        disk_gib=0.5,
    ),
    Module(
        name="actionlint",
        version="v1.7.12",
        tools={"actionlint": "github.com/rhysd/actionlint/cmd/actionlint"},
        minutes=0.5,
        disk_gib=0.2,
        group=LINT,
    ),
    Module(
        name="consul",
        version="v1.20.6",
        tools={"consul": "github.com/hashicorp/consul"},
        minutes=5.5,
        disk_gib=3.5,
        variables=("github.com/hashicorp/consul/version.Version=1.20.6",),
        group=ACCESS,
    ),
    Module(
        name="consul-template",
        version="v0.41.1",
        tools={"consul-template": "github.com/hashicorp/consul-template"},
        minutes=1.0,
        disk_gib=0.3,
        variables=("github.com/hashicorp/consul-template/version.Version=0.41.1",),
        group=ACCESS,
    ),
    Module(
        name="kubeconform",
        version="v0.8.0",
        tools={"kubeconform": "github.com/yannh/kubeconform/cmd/kubeconform"},
        minutes=0.7,
        disk_gib=0.4,
        data={OPENAPI: ("k8s.io/kubernetes", "api/openapi-spec")},
        group=ACCESS,
    ),
)


def modules_for(names: Iterable[str]) -> list[Module]:
    """The modules that carry the named tools, or belong to the named groups."""
    wanted = set(names)
    return [module for module in MODULES if wanted & {*module.tools, module.group}]
