"""A machine of fakes: a `go` that writes what it is asked to build, an empty cache and an empty PATH beside it."""

import io
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.paths import Paths
from sandbox.progress import Progress
from sandbox.toolchain import Tools, ensure

FAKE_GO = """#!/bin/sh
echo "$@" >> "$GO_CALLS"
case "$1" in
env) echo go1.26.6 ;;
list) case "$*" in
  *" -m "*) echo "$GO_MODULE" ;;
  *) echo "go: downloading example.org/one v1.0.0"; echo one; echo two ;;
  esac ;;
build)
  if [ -n "$GO_FAILURE" ]; then echo "one"; echo "$GO_FAILURE"; exit 1; fi
  out=""; last=""
  for word in "$@"; do
    [ "$last" = -o ] && out="$word"
    case "$word" in
    */kwok|*/pulumi|*/kube-*|*/operator|./adapter|*/metrics-server)
      [ "$last" != -o ] && echo program > "$out${word##*/}" ;;
    */server/v3) echo program > "${out}server" ;;
    esac
    last="$word"
  done ;;
esac
"""


@dataclass(frozen=True)
class Machine:
    folder: Path
    output: io.StringIO

    @property
    def paths(self) -> Paths:
        return Paths.of_checkout(self.folder / "checkout")

    @property
    def cache(self) -> Path:
        return self.folder / "cache" / "inference-platform"

    @property
    def go_calls(self) -> list[str]:
        calls = self.folder / "go-calls"
        return calls.read_text().splitlines() if calls.exists() else []

    @property
    def builds(self) -> int:
        return sum(call.startswith("build") for call in self.go_calls)

    def program(self, name: str, text: str) -> Path:
        path = self.folder / "path" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        return path

    def ensure(self, *tools: str) -> Tools:
        return ensure(self.paths, Progress(self.output, live=False), tools or None)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(tmp_path, io.StringIO())
    made.program("go", FAKE_GO)
    stages = tmp_path / "module" / "kustomize" / "stage" / "node"
    (stages / "testdata").mkdir(parents=True)
    (stages / "ready.yaml").write_text("kind: Stage\n")
    (stages / "embed.go").write_text("package node\n")
    (stages / "testdata" / "case.yaml").write_text("kind: Pod\n")
    stages.chmod(0o555)
    for data in ("config", "manifests/base"):
        (tmp_path / "module" / data).mkdir(parents=True)
    values = {"PATH": f"{tmp_path / 'path'}{os.pathsep}/bin{os.pathsep}/usr/bin", "XDG_CACHE_HOME": f"{tmp_path}/cache"}
    values |= {"GO_CALLS": f"{tmp_path}/go-calls", "GO_MODULE": f"{tmp_path}/module"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    for name in ("GO_FAILURE", "GOMODCACHE", "GOCACHE", "KEEP_GO_CACHE"):
        monkeypatch.delenv(name, raising=False)
    return made
