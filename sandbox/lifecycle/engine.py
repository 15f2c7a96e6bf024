"""The real Pulumi engine on the checkout's own program, with the sandbox's plugins, state and policies."""

import json
import os
import secrets
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pulumi import automation as auto

from review.engine import heard
from review.errors import ReviewError
from review.plan import Plan
from sandbox.cloud import Endpoints
from sandbox.cloud.identity import assume
from sandbox.errors import SandboxError
from sandbox.lifecycle import leftovers
from sandbox.lifecycle.interruption import deferred
from sandbox.lifecycle.program import program_of
from sandbox.lifecycle.report import Report
from sandbox.lifecycle.stacks import Stack
from sandbox.paths import HOME_VARIABLE, Paths

PARALLEL = 16
"""Steps under way at once: more does not help, since moto answers one request at a time."""

WHOLE_WRITES = "?metadata=skip"
"""Each state file is then one rename. With its attributes in a file beside it, which is written in place, an engine
that is killed between the two leaves a state that no engine reads (https://pkg.go.dev/gocloud.dev/blob/fileblob#Options).
"""


@dataclass(frozen=True, slots=True)
class Engine:
    """Runs operations of one stack.

    Attributes:
        paths: the sandbox.
        stack: what to run.
        endpoints: where the sandbox's AWS answers.
        program: what declares the resources; the checkout's own program where none is given.
        policies: folders of policy packs; the checkout's own pack where none are given.
    """

    paths: Paths
    stack: Stack
    endpoints: Endpoints
    program: Callable[[], None] | None = None
    policies: tuple[str, ...] | None = None

    def preview(self, report: Report) -> dict[str, int]:
        """What `up` would do, policies enforced; answers counts by operation."""
        result = self._run(report, lambda s: s.preview(policy_packs=self._policies, **self._common(report)))
        return {str(op): count for op, count in result.change_summary.items()}

    def plan(self, report: Report) -> Plan:
        """What `up` would do, for a review; where a policy or the program stops the preview, the plan says so."""
        return self._run(report, lambda s: heard(s, s.preview, policy_packs=self._policies, **self._common(report)))

    def up(self, report: Report) -> dict[str, int]:
        """Bring the stack up, policies enforced; answers counts by operation."""
        result = self._run(report, lambda s: s.up(policy_packs=self._policies, **self._common(report)))
        return dict(result.summary.resource_changes or {})

    def refresh(self, report: Report) -> dict[str, int]:
        """Bring the state in line with what the plugins see; answers counts by operation."""
        result = self._run(report, lambda s: s.refresh(**self._common(report)))
        return dict(result.summary.resource_changes or {})

    def destroy(self, report: Report) -> dict[str, int]:
        """Delete every resource of the stack; protected ones make the engine refuse."""
        result = self._run(report, lambda s: s.destroy(**self._common(report)))
        return dict(result.summary.resource_changes or {})

    def mend(self) -> None:
        """Drop the lock of an engine that was killed, and the operations that it left open."""
        with self._told("mend the state"):
            opened = self._open()
            opened.cancel()
            exported = opened.export_stack()
            kept: dict[str, Any] = {**(exported.deployment or {}), "pending_operations": []}
            opened.import_stack(auto.Deployment(version=exported.version, deployment=kept))

    def unprotect(self) -> None:
        """Lift `protect` in the state of the sandbox alone, so that it can be taken down."""
        with self._told("lift the protection"):
            self._command("state", "unprotect", "--all", "--yes")

    def resources(self) -> list[dict[str, Any]]:
        """Every resource of the state, its secrets in plain text: for this process alone, never for a file or a log."""
        with self._told("read the state"):
            exported = self._command("stack", "export", "--show-secrets")
        found: list[dict[str, Any]] = json.loads(exported)["deployment"].get("resources") or []
        return found

    def _command(self, *words: str) -> str:
        """What the engine's own command prints on this stack."""
        workspace = self._open().workspace
        command = [*words, "--stack", self.stack.name]
        return workspace.pulumi_command.run(command, workspace.work_dir, workspace.env_vars).stdout

    @property
    def _policies(self) -> list[str]:
        own = (str(self.stack.project.checkout / "policies"),)
        return list(own if self.policies is None else self.policies)

    def _common(self, report: Report) -> dict[str, Any]:
        return {
            "on_event": report.event, "on_output": report.output, "on_error": report.output,
            "color": "never", "parallel": PARALLEL,
        }  # fmt: skip

    def _run(self, report: Report, operation: Callable[[auto.Stack], Any]) -> Any:
        with deferred(self.paths, report.interrupt):
            try:
                return operation(self._open())
            except (auto.CommandError, ReviewError) as error:
                raise SandboxError(report.failure(str(error))) from None
            finally:
                leftovers.remove(self.paths)

    @contextmanager
    def _told(self, purpose: str) -> Generator[None]:
        try:
            yield
        except auto.CommandError as error:
            reason = " ".join(str(error).partition("stderr:")[2].split())
            raise SandboxError(
                f"the engine could not {purpose} of stack {self.stack.name}: {reason}; `make down` starts afresh"
            ) from None

    def _open(self) -> auto.Stack:
        work = self.paths.home / "work"
        write_workspace(self.stack, work)
        environment = self._environment()
        options = auto.LocalWorkspaceOptions(
            work_dir=str(work), pulumi_home=str(self.paths.pulumi_home), env_vars=environment
        )
        self.paths.state.mkdir(parents=True, exist_ok=True)
        os.environ["PATH"] = environment["PATH"]  # the SDK looks `pulumi` up on the path of this process
        return auto.create_or_select_stack(
            self.stack.name, self.stack.project.name, self.program or program_of(self.stack.project), opts=options
        )

    def _environment(self) -> dict[str, str]:
        credentials = assume(self.paths, self.endpoints, self.stack.administrator, self.stack.region)
        ours, path = f"{self.paths.bin}:{Path(sys.executable).parent}:", os.environ["PATH"]
        return credentials | {
            HOME_VARIABLE: str(self.paths.home),
            "AWS_ENDPOINT_URL": self.endpoints.moto,
            "PATH": ours + path.removeprefix(ours),
            "PYTHONPATH": str(self.stack.project.checkout),
            "PULUMI_BACKEND_URL": f"file://{self.paths.state}{WHOLE_WRITES}",
            "PULUMI_CONFIG_PASSPHRASE": passphrase(self.paths),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }


def write_workspace(stack: Stack, work: Path) -> None:
    """Copy the project and stack file, since the engine writes its salt into the stack file that it uses."""
    work.mkdir(parents=True, exist_ok=True)
    source = yaml.safe_load((stack.project.checkout / "Pulumi.yaml").read_text())
    source["runtime"] = "python"
    (work / "Pulumi.yaml").write_text(yaml.safe_dump(source))
    target = work / f"Pulumi.{stack.name}.yaml"
    kept: dict[str, Any] = (yaml.safe_load(target.read_text()) if target.is_file() else None) or {}
    salt = {key: value for key, value in kept.items() if key == "encryptionsalt"}
    target.write_text(yaml.safe_dump(salt | {"config": stack.config}))


def passphrase(paths: Paths) -> str:
    """The sandbox's own passphrase for secrets in its state, made once and readable by its owner alone."""
    file = paths.home / "passphrase"
    if not file.is_file():
        paths.home.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(32))
    return file.read_text()
