"""The secrets of one site, as the cluster's bootstrap makes them: by Consul's own command, never by hand."""

import json
import os
import subprocess
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.errors import SandboxError

HOLDERS = ("server", "agent", "gateway")
BOOTSTRAP = "bootstrap"
COMMAND_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Trust:
    """The keys and tokens of one site, in a folder.

    Attributes:
        folder: made anew for each run.
        program: the `consul` command.
        datacenter: the site's name.
    """

    folder: Path
    program: Path
    datacenter: str

    @property
    def authority(self) -> Path:
        """The certificate that signs all others of the site."""
        return self.folder / "ca.crt"

    def make(self) -> None:
        """Make the gossip key, the authority, the servers' certificate and the gateway's, and the tokens."""
        self.folder.mkdir(parents=True)
        self._consul("tls", "ca", "create")
        (self.folder / "consul-agent-ca.pem").rename(self.authority)
        (self.folder / "consul-agent-ca-key.pem").rename(self.folder / "ca.key")
        self._write("gossip.json", {"encrypt": self._consul("keygen").strip()})
        self._certificate("server")
        self.renew_gateway()
        for holder in (*HOLDERS, BOOTSTRAP):
            token = str(uuid.uuid4())
            (self.folder / f"{holder}.token").write_text(token)
            self._write(
                f"{holder}.json", {"acl": {"tokens": {"agent": token, "config_file_service_registration": token}}}
            )

    def renew_gateway(self) -> None:
        """Make the gateway's certificate anew, as the renewing job does."""
        self._certificate("client", "gateway")

    def token(self, holder: str) -> str:
        """The secret token of a holder."""
        return (self.folder / f"{holder}.token").read_text()

    def give(self, pod: Path, holder: str) -> None:
        """Put into a pod's folder what its Secrets would."""
        kind = "server" if holder == "server" else "client"
        tls = pod / ("consul/tls" if holder == "server" else "tls")
        self.give_certificate(tls, kind)
        self._copy({"ca.crt": "ca.crt"}, pod / "consul" / "ca")
        self._copy({"gossip.json": "gossip.json"}, pod / "consul" / "gossip")
        self._copy({f"{holder}.json": "token.json", f"{holder}.token": "token"}, pod / "consul" / "token")

    def give_certificate(self, folder: Path, kind: str = "client") -> None:
        """Put a certificate and its key into a folder."""
        self._copy({f"{kind}.crt": "tls.crt", f"{kind}.key": "tls.key"}, folder)

    def admit(self, server: str, policies: Mapping[str, str]) -> bool:
        """Let the tokens in, each with the policy that the ConfigMap has for it.

        Args:
            server: address of one of Consul's servers.
            policies: rules by file name, e.g. `consul-agent.hcl`.

        Returns:
            False where the servers have no leader yet.
        """
        if not self._asked(server, BOOTSTRAP, "acl", "bootstrap", f"{self.folder}/{BOOTSTRAP}.token"):
            return False
        for holder in HOLDERS:
            rules = self.folder / f"consul-{holder}.hcl"
            rules.write_text(policies[rules.name])
            name = f"-name=consul-{holder}"
            wanted = [f"-accessor={uuid.uuid4()}", f"-secret={self.token(holder)}", f"-policy-name=consul-{holder}"]
            if not self._asked(server, BOOTSTRAP, "acl", "policy", "create", name, f"-rules=@{rules}"):
                raise SandboxError(f"Consul refuses the policy of {rules.name}")
            if not self._asked(server, BOOTSTRAP, "acl", "token", "create", *wanted):
                raise SandboxError(f"Consul refuses the token of {holder}")
        return True

    def environment(self, server: str, holder: str) -> dict[str, str]:
        """Variables by which `consul` asks a server in the name of a holder."""
        return {
            **os.environ, "CONSUL_HTTP_ADDR": f"https://{server}:8501", "CONSUL_CACERT": str(self.authority),
            "CONSUL_CLIENT_CERT": f"{self.folder}/server.crt", "CONSUL_CLIENT_KEY": f"{self.folder}/server.key",
            "CONSUL_TLS_SERVER_NAME": f"server.{self.datacenter}.consul",
            "CONSUL_HTTP_TOKEN_FILE": f"{self.folder}/{holder}.token",
        }  # fmt: skip

    def _asked(self, server: str, holder: str, *words: str) -> bool:
        variables = self.environment(server, holder)
        ran = subprocess.run(
            [str(self.program), *words], env=variables, capture_output=True, check=False, timeout=COMMAND_SECONDS
        )
        return ran.returncode == 0

    def _certificate(self, kind: str, *names: str) -> None:
        made = f"{self.datacenter}-{kind}-consul-0"
        for path in self.folder.glob(f"{made}*"):
            path.unlink()
        more = [f"-additional-dnsname={name}" for name in names]
        self._consul("tls", "cert", "create", f"-{kind}", f"-dc={self.datacenter}", "-ca=ca.crt", "-key=ca.key", *more)
        (self.folder / f"{made}.pem").rename(self.folder / f"{kind}.crt")
        (self.folder / f"{made}-key.pem").rename(self.folder / f"{kind}.key")

    def _consul(self, *words: str) -> str:
        command = [str(self.program), *words]
        ran = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, check=False, timeout=COMMAND_SECONDS
        )
        if ran.returncode:
            raise SandboxError(f"`consul {' '.join(words[:3])}` failed: {(ran.stderr or ran.stdout).strip()[-300:]}")
        return ran.stdout

    def _copy(self, names: Mapping[str, str], folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for origin, name in names.items():
            partial = folder / f".{name}"
            partial.write_bytes((self.folder / origin).read_bytes())
            partial.replace(folder / name)

    def _write(self, name: str, value: dict[str, Any]) -> None:
        (self.folder / name).write_text(json.dumps(value))
