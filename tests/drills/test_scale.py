"""Filling nodes with pods, at a size that takes seconds: what `make bench` does with hundreds."""

import pytest
from control_plane import Cloud

from sandbox import scale
from sandbox.controlplane import ControlPlane
from sandbox.drills.workload import GPU, NODES, Workload

from .site import Site

pytestmark = pytest.mark.controlplane


def test_pods_fill_the_nodes_and_leave_nothing(site: Site, cloud: Cloud) -> None:
    site.nodes("reserved", 1)
    template = scale.Template.of(Workload.of(site.plane))
    site.nodes("reserved", 0)
    large = ControlPlane(cloud.paths, "us-east-1", "scale", 2)
    try:
        large.start("10.100.0.0/16")
        scale.prepare(large, template)
        scale.grow(large, template.node, 2)
        nodes = large.admin().get(NODES)["items"]
        assert [each["status"]["allocatable"][GPU] for each in nodes] == ["8", "8"]
        # As many as there are GPUs for: all of them must fit to be ready.
        for pod in (scale.bare(scale.smaller(template.pod)), scale.smaller(template.pod)):
            assert scale.fill(large, pod, 2, 8).pods == 8
            assert not large.admin().get(f"/api/v1/namespaces/{scale.NAMESPACE}/pods")["items"]
    finally:
        large.destroy()


def test_the_figures_as_a_line() -> None:
    part, floor, whole = scale.Filled(125, 500, 10), scale.Filled(500, 2000, 40), scale.Filled(500, 2000, 50)
    said = scale.told(part, floor, whole)
    assert "all ready after 50 s, bare pods 40 s, ratio 1.25; 25 ms a pod, 20 ms with 500 on 125, ratio 1.25" in said
