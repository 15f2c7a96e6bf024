"""A runner in small: it runs a job's steps as GitHub does, with stand-ins for actions that are not ours."""

import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.workflows.definitions import EXPRESSION, ROOT, Job, action, workflow

SHELLS = {None: ["-e"], "bash": ["--noprofile", "--norc", "-eo", "pipefail"]}
"""How a step's shell is started where none or bash is named:
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell."""
ELSEWHERE = {
    "actions/checkout", "actions/setup-python", "actions/cache", "pulumi/actions",
    "aws-actions/configure-aws-credentials",
}  # fmt: skip
"""What prepares a real runner; here it is prepared already."""

STAND_INS = {
    "python3": f'#!/bin/sh\nexec "{sys.executable}" -m tests.workflows.stand_in "$@"\n',
    "make": '#!/bin/sh\nfor word; do case $word in -*) ;; *) grep -q "^$word:" Makefile || exit 2;; esac; done\n',
    # It answers to the words that the steps give and to no others.
    "aws": '#!/bin/sh\n[ "$*" = "ecr get-login-password --region us-east-1" ] && echo word\n',
    "docker": """#!/bin/bash
registry=123456789012.dkr.ecr.us-east-1.amazonaws.com
rest="--metadata-file built.json --push ."
case "$*" in
"login --username AWS --password-stdin $registry") [ "$(cat)" = word ] ;;
"buildx build --file worker/Dockerfile --tag $registry/llm-prod-queue-worker:$SHA $rest" | \
"buildx build --file database/Dockerfile --tag $registry/llm-prod-database:$SHA $rest")
  [ -f "$4" ] && printf '{\n  "containerimage.digest": "sha256:%064d"\n}\n' 7 > built.json ;;
*) exit 2 ;;
esac
""",
}
"""Programs that come first on the path; `make` only looks its targets up."""


@dataclass
class Machine:
    """Where jobs run, one after another, each in a fresh checkout.

    Attributes:
        folder: holds all that they write.
        contexts: values of expressions, e.g. of `github.token`; one that is not there fails the job.
        variables: the environment that GitHub gives.
        recorded: name of the preview that the engine's stand-in shows of prod.
        summary: what the last job wrote for people.
    """

    folder: Path
    contexts: Mapping[str, str]
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    recorded: str = "one-more-replica"
    summary: str = ""

    def run(self, job: Job) -> bool:
        """Run all steps, after a failure only those that always run; tell whether none failed."""
        shutil.rmtree(self._workspace, ignore_errors=True)
        self._workspace.mkdir(parents=True)
        for path in ROOT.iterdir():
            if path.name not in {".git", ".sandbox", "report"}:
                (self._workspace / path.name).symlink_to(path)
        self._tools()
        (self.folder / "summary").write_text("")
        loaded = workflow(job.workflow)
        environment = {**loaded.get("env", {}), **job.body.get("env", {})}
        values = {name: self._resolve(value, {}) for name, value in environment.items()}
        done = self._steps(job.steps, values, {f"env.{name}": value for name, value in values.items()})
        self.summary = (self.folder / "summary").read_text()
        return done

    def artifact(self, name: str) -> set[str]:
        """The files of an artifact; none where it was not uploaded."""
        folder = self.folder / "artifacts" / name
        return {path.name for path in folder.iterdir()} if folder.is_dir() else set()

    @property
    def _workspace(self) -> Path:
        return self.folder / "workspace"

    def _tools(self) -> None:
        tools = self.folder / "tools"
        tools.mkdir(exist_ok=True)
        for name, script in STAND_INS.items():
            (tools / name).write_text(script)
            (tools / name).chmod(0o755)

    def _resolve(self, text: str, inputs: Mapping[str, str]) -> str:
        return EXPRESSION.sub(lambda found: {**self.contexts, **inputs}[found[1]], text)

    def _steps(
        self, steps: Sequence[Mapping[str, Any]], environment: Mapping[str, str], inputs: Mapping[str, str]
    ) -> bool:
        good = True
        for step in steps:
            assert step.get("if") in {None, "always()"}
            if good or "if" in step:
                good = self._step(step, environment, inputs) and good
        return good

    def _step(self, step: Mapping[str, Any], environment: Mapping[str, str], inputs: Mapping[str, str]) -> bool:
        if "run" in step:
            own = {name: self._resolve(value, inputs) for name, value in step.get("env", {}).items()}
            return self._shell(step, {**environment, **own})
        name = step["uses"].partition("@")[0]
        if name in ELSEWHERE:
            return True
        given = {key: self._resolve(value, inputs) for key, value in step.get("with", {}).items()}
        if name.startswith("./"):
            loaded = action(name)
            assert given.keys() == loaded.get("inputs", {}).keys(), f"{name} is given {[*given]}"
            return self._steps(
                loaded["runs"]["steps"], environment, {f"inputs.{key}": value for key, value in given.items()}
            )
        kept, here = self.folder / "artifacts" / given["name"], self._workspace / given["path"]
        source, target = {"actions/upload-artifact": (here, kept), "actions/download-artifact": (kept, here)}[name]
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        return source.is_dir() or given.get("if-no-files-found") == "ignore"

    def _shell(self, step: Mapping[str, Any], environment: Mapping[str, str]) -> bool:
        script = self.folder / "step.sh"
        script.write_text(step["run"])
        ran = subprocess.run(
            ["/bin/bash", *SHELLS[step.get("shell")], str(script)], cwd=self._workspace, check=False, capture_output=True,
            env={
                **self.variables, **environment, "PATH": f"{self.folder / 'tools'}:/usr/bin:/bin",
                "HOME": str(self.folder), "PYTHONPATH": str(ROOT), "RECORDED": self.recorded,
                "GITHUB_STEP_SUMMARY": str(self.folder / "summary"), "GRPC_VERBOSITY": "ERROR",
            },
        )  # fmt: skip
        sys.stdout.write((ran.stdout + ran.stderr).decode())
        return ran.returncode == 0
