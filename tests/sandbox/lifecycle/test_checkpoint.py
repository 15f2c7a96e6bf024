import json
from pathlib import Path

import pytest

from sandbox.lifecycle.checkpoint import Checkpoint, lock_files
from sandbox.lifecycle.stacks import Project, Stack
from sandbox.paths import Paths


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    return Stack("prod", Project(tmp_path, "demo"), {})


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.of_checkout(tmp_path)


def test_a_stack_never_brought_up_has_an_empty_checkpoint(paths: Paths, stack: Stack) -> None:
    assert Checkpoint.of(paths, stack) == Checkpoint([], [])


def test_identities_outputs_and_pending_operations_are_read(paths: Paths, stack: Stack) -> None:
    file = paths.state / ".pulumi" / "stacks" / "demo" / "prod.json"
    file.parent.mkdir(parents=True)
    resources = [
        {"type": "pulumi:pulumi:Stack", "outputs": {"region": "us-east-1"}},
        {"type": "aws:ec2/vpc:Vpc", "id": "vpc-1"},
    ]
    pending = [{"type": "creating", "resource": {"type": "aws:ec2/subnet:Subnet"}}]
    latest = {"resources": resources, "pending_operations": pending}
    file.write_text(json.dumps({"checkpoint": {"latest": latest}}))
    read = Checkpoint.of(paths, stack)
    assert read.identities == {("aws:ec2/vpc:Vpc", "vpc-1")}
    assert read.outputs == {"region": "us-east-1"}
    assert len(read.pending) == 1


def test_only_the_locks_of_the_stack_are_found(paths: Paths, stack: Stack) -> None:
    locks = paths.state / ".pulumi" / "locks" / "organization" / "demo"
    for name in ("prod", "dr"):
        (locks / name).mkdir(parents=True)
        (locks / name / "1.json").touch()
    assert lock_files(paths, stack) == [locks / "prod" / "1.json"]
