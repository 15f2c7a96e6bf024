from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from sandbox.lifecycle.stacks import Project

SETTINGS = """\
config:
  demo:platform:
    region: {region}
    {upstream}
    cluster: {{administrators: ["arn:aws:iam::123456789012:role/deployer"]}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "Pulumi.yaml").write_text("name: demo\nruntime: python\n")
    (tmp_path / "Pulumi.zz.yaml").write_text(SETTINGS.format(region="us-east-1", upstream=""))
    (tmp_path / "Pulumi.aa.yaml").write_text(
        SETTINGS.format(region="us-west-2", upstream="upstream: organization/demo/zz")
    )
    return Project.of(tmp_path)


def test_a_stack_comes_after_the_one_that_it_reads(project: Project) -> None:
    assert [stack.name for stack in project.stacks()] == ["zz", "aa"]


def test_a_stack_knows_its_upstream_region_and_administrator(project: Project) -> None:
    stack = project.stack("aa")
    assert (stack.upstream, stack.region) == ("zz", "us-west-2")
    assert stack.administrator == "arn:aws:iam::123456789012:role/deployer"


def test_an_unknown_stack_is_refused_with_the_known_ones(project: Project) -> None:
    with pytest.raises(SandboxError, match=r"stack 'prd' has no Pulumi\.prd\.yaml; stacks here: aa, zz"):
        project.stack("prd")


def test_a_stack_without_administrators_is_refused(project: Project) -> None:
    project.stack_file("zz").write_text("config: {demo:platform: {region: us-east-1}}")
    with pytest.raises(SandboxError, match=r"cluster\.administrators is None; list one IAM role ARN"):
        _ = project.stack("zz").administrator


def test_broken_yaml_is_one_line(project: Project) -> None:
    project.stack_file("zz").write_text("config: [")
    with pytest.raises(SandboxError, match=r"Pulumi\.zz\.yaml is no valid YAML") as caught:
        project.stack("zz")
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match=r"no Pulumi\.yaml in"):
        Project.of(tmp_path)
