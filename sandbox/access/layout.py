"""Where everything stands: each pod has an address of loopback of its own, so that all ports stay as in the cluster."""

import random
import socket
from dataclasses import dataclass

from sandbox.errors import SandboxError

SERVERS = 3
MODELS, MOST_MODELS = 2, 9
"""Model servers of a site, and those of scenarios that need more: nine take 500 streams of 64 each, at 95 %."""

GATEWAY_PORT = 8443
NETWORKS = range(64, 255)
"""Second byte of the addresses of one run: 127.0.0.0/8 is loopback (RFC 6890), and a run takes a /16 of it."""


@dataclass(frozen=True, slots=True)
class Pod:
    """One pod of a site.

    Attributes:
        name: as Kubernetes would name it; Consul knows the node by it.
        address: of loopback.
    """

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class SiteLayout:
    """The pods of one site.

    Attributes:
        name: of the site; its Consul datacenter too.
        network: the first three bytes of its addresses.
    """

    name: str
    network: str

    @property
    def servers(self) -> list[Pod]:
        """Consul's servers."""
        return [Pod(f"consul-{number}", f"{self.network}.{number + 11}") for number in range(SERVERS)]

    @property
    def gateway(self) -> Pod:
        """The Nginx gateway."""
        return Pod(f"gateway-{self.name}", f"{self.network}.20")

    @property
    def models(self) -> list[Pod]:
        """The model servers that always run."""
        return self.scaled_out[:MODELS]

    @property
    def scaled_out(self) -> list[Pod]:
        """All model servers, with those that run in some scenarios only."""
        numbers = range(MOST_MODELS)
        return [Pod(f"deepseek-inference-{self.name}{number}", f"{self.network}.{number + 31}") for number in numbers]


def layouts(sites: list[str]) -> list[SiteLayout]:
    """Addresses that nothing uses, for the sites of one run.

    Raises:
        SandboxError: this machine's loopback has no other address than 127.0.0.1.
    """
    for number in random.sample(NETWORKS, len(NETWORKS)):
        if _is_free(f"127.{number}.1.20"):
            return [SiteLayout(name, f"127.{number}.{index + 1}") for index, name in enumerate(sites)]
    raise SandboxError(
        "no address of 127.64.0.0 to 127.254.255.255 can be listened on; the bench needs Linux, where all of "
        "127.0.0.0/8 is loopback"
    )


def _is_free(address: str) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((address, GATEWAY_PORT))
        except OSError:
            return False
    return True
