"""A group of three MySQL servers as RDS hands them over, its AWS, and processes of the program in `database/`."""

import contextlib
import os
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import boto3
from moto.rds.models import rds_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.server import ThreadedMotoServer
from mysql_group import GROUP, SEEDS, Registry, furnish
from mysql_servers import PATIENCE, Mysqld, Relay, initialize

from sandbox.process import free_port, wait_until

ROOT = Path(__file__).parents[1]
ACCOUNT = "123456789012"
PARAMETER_GROUP = "llm-test-db"
MASTER, MASTER_PASSWORD = "platform_admin", "master-not-to-be-told"
REPLICATION_PASSWORD = "replication-not-to-be-told"
MONITOR_PASSWORD = "monitor-not-to-be-told"
SECRETS = (MASTER_PASSWORD, REPLICATION_PASSWORD, MONITOR_PASSWORD)


class Aws:
    """The parameter group and the secrets, in moto."""

    def __init__(self, port: int) -> None:
        self.server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
        self.server.start()
        self.url = f"http://127.0.0.1:{port}"
        client = cast("Any", boto3).client  # its own type says nothing of services
        access = {"endpoint_url": self.url, "region_name": "us-east-1", "aws_access_key_id": "key"}
        self.rds: Any = client("rds", aws_secret_access_key="secret", **access)
        self._secrets: Any = client("secretsmanager", aws_secret_access_key="secret", **access)
        # Another module's are still there, as moto is this process.
        for backends in (rds_backends, secretsmanager_backends):
            backends[ACCOUNT]["us-east-1"].reset()
        self.rds.create_db_parameter_group(
            DBParameterGroupName=PARAMETER_GROUP, DBParameterGroupFamily="mysql8.4", Description="the group's"
        )
        master = f'{{"username": "{MASTER}", "password": "{MASTER_PASSWORD}"}}'
        self.master = self.secret("master", master)
        self.replication = self.secret("replication", REPLICATION_PASSWORD)

    def secret(self, name: str, text: str) -> str:
        return str(self._secrets.create_secret(Name=name, SecretString=text)["ARN"])

    def parameters(self) -> dict[str, str]:
        found = self.rds.describe_db_parameters(DBParameterGroupName=PARAMETER_GROUP)["Parameters"]
        return {each["ParameterName"]: each.get("ParameterValue", "") for each in found}

    def seeds(self) -> str:
        """What members are to be told, past the API: it is asked for all the time."""
        group: Any = rds_backends[ACCOUNT]["us-east-1"].db_parameter_groups[PARAMETER_GROUP]
        return str(group.parameters.get(SEEDS, {}).get("ParameterValue", ""))

    def clear(self) -> None:
        self.set_seeds("")

    def set_seeds(self, seeds: str) -> None:
        parameter = {"ParameterName": SEEDS, "ParameterValue": seeds, "ApplyMethod": "immediate"}
        self.rds.modify_db_parameter_group(DBParameterGroupName=PARAMETER_GROUP, Parameters=[parameter])


@dataclass
class Run:
    """A process of the program."""

    process: subprocess.Popen[str]
    output: str = ""

    def kill(self) -> None:
        self.process.kill()

    def end(self) -> int:
        """Wait for it; its exit code."""
        self.output += self.process.communicate(timeout=PATIENCE)[0]
        assert not [each for each in SECRETS if each in self.output], "a password was told"
        return self.process.returncode


class Rig:
    """Three members a, b and c, the registry, and AWS."""

    def __init__(self, program: Path, folder: Path, files: "Certificates") -> None:
        self._folder, self.files = folder, files
        blank = folder / "blank"
        initialize(program, blank)
        self._servers = [Mysqld(program, folder / str(number), number, files.words) for number in range(4)]
        for each in self._servers:
            each.folder.mkdir()
            shutil.copytree(blank, each.folder / "data")
            (each.folder / "data" / "auto.cnf").unlink()
            each.start()
        for each in self._servers:
            each.ready()
        self.ground, *self.members = self._servers
        self.aws = Aws(free_port())
        self.relays = [Relay(each.port, files.context, self._on_statement) for each in self.members]
        furnish(self.ground, self.members, self.relays, (MASTER, MASTER_PASSWORD))
        self.registry = Registry(self.ground, self.members, self.aws.seeds)
        self.statements: list[tuple[str, str]] = []
        self.rule: Callable[[str, str], Callable[[], None] | None] = lambda _member, _statement: None
        self.runs: list[Run] = []
        self.password_file = folder / "monitor"
        self.registry.start()

    def fresh(self) -> None:
        for each in self.runs:
            each.kill()
            each.process.communicate()
        self.runs.clear()
        for relay in self.relays:
            relay.close()
        self.aws.clear()
        self.registry.reset()
        self.statements.clear()
        self.rule = lambda _member, _statement: None
        self.password_file.write_text(MONITOR_PASSWORD)

    def stop(self) -> None:
        self.fresh()
        self.registry.stop()
        self.aws.server.stop()
        for each in self._servers:
            each.daemon.stop()

    def listen(self, *names: str) -> None:
        for name, relay in self.named().items():
            if name in (names or "abc"):
                relay.listen()

    def named(self) -> dict[str, Relay]:
        return dict(zip("abc", self.relays, strict=True))

    def member(self, name: str) -> Mysqld:
        return self.members["abc".index(name)]

    def _on_statement(self, relay: Relay, statement: str) -> Callable[[], None] | None:
        member = "abc"[self.relays.index(relay)]
        self.statements.append((member, statement))
        return self.rule(member, statement)

    def environment(self, **more: str) -> dict[str, str]:
        members = ", ".join(f'"{name}": "127.0.0.1:{relay.port}"' for name, relay in self.named().items())
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
        own = {
            "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error::UserWarning", "AWS_ENDPOINT_URL": self.aws.url,
            "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1",
            "MEMBERS": f"{{{members}}}", "GROUP_NAME": GROUP, "PARAMETER_GROUPS": f'["{PARAMETER_GROUP}"]',
            "MASTER_SECRET_ARN": self.aws.master, "REPLICATION_SECRET_ARN": self.aws.replication,
            "MONITOR_PASSWORD_FILE": str(self.password_file), "CA_FILE": str(self.files.authority),
            "DEADLINE_SECONDS": "200",
        }  # fmt: skip
        return {**kept, **own, **more}

    def start(self, command: str = "bootstrap", **more: str) -> Run:
        words = [sys.executable, "-m", "database", command]
        run = Run(
            subprocess.Popen(
                words, cwd=ROOT, env=self.environment(**more), text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )
        )  # fmt: skip
        self.runs.append(run)
        return run

    def run(self, **more: str) -> Run:
        """Run the bootstrap to its end."""
        made = self.start(**more)
        made.end()
        return made

    def require_one_group(self) -> None:
        """Three members are online in one group, and no other was ever started."""
        assert self.registry.broken is None, self.registry.broken
        found = self.registry.members()
        assert len(found) == 3, found
        assert len({grp for grp, _ in found.values()}) == 1, found
        assert {state for _, state in found.values()} == {"ONLINE"}, found
        assert self.registry.made() == 1

    def until(self, condition: Callable[[], bool]) -> None:
        assert wait_until(condition, PATIENCE), (self.registry.members(), self.statements[-5:])


@dataclass(frozen=True)
class Certificates:
    """Who signs the members' certificates, and theirs, for 127.0.0.1."""

    authority: Path
    certificate: Path
    key: Path

    @property
    def words(self) -> Sequence[str]:
        return [f"--ssl-ca={self.authority}", f"--ssl-cert={self.certificate}", f"--ssl-key={self.key}"]

    @property
    def context(self) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.certificate, self.key)
        return made


@contextlib.contextmanager
def rig(program: Path, folder: Path, files: Certificates) -> Generator[Rig]:
    """The servers, for as long as the tests last."""
    made = Rig(program, folder, files)
    try:
        yield made
    finally:
        made.stop()


def pause() -> None:
    """A moment in which something that must not happen could."""
    time.sleep(1)
