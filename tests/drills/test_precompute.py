"""A run of the precompute job as it is rendered, on a real control plane: quotas, tiers and pod security let it in."""

import pytest

from .site import Object, Site, eventually

pytestmark = pytest.mark.controlplane
JOBS = "/apis/batch/v1/namespaces/business/jobs"


@pytest.fixture
def job(site: Site) -> Object:
    found = site.client.get("/apis/batch/v1/namespaces/business/cronjobs/precompute")
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "precompute-now", "namespace": "business"},
        "spec": found["spec"]["jobTemplate"]["spec"],
    }


def test_a_run_is_let_in_and_takes_a_system_node(site: Site, job: Object) -> None:
    site.nodes("system", 1)
    site.client.request("POST", JOBS, job)
    eventually(lambda: bool(_pods(site)) and _pods(site)[0]["status"]["phase"] in ("Running", "Succeeded"))
    (pod,) = _pods(site)
    node = site.client.get(f"/api/v1/nodes/{pod['spec']['nodeName']}")
    assert node["metadata"]["labels"]["inference-platform/domain"] == "system"
    assert (pod["spec"]["priority"], pod["spec"]["preemptionPolicy"]) == (-1000, "Never")
    assert pod["status"]["qosClass"] == "Guaranteed"
    site.client.request("DELETE", f"{JOBS}/precompute-now?propagationPolicy=Foreground")
    eventually(lambda: not _pods(site))
    site.nodes("system", 0)


def _pods(site: Site) -> list[Object]:
    selector = "labelSelector=batch.kubernetes.io/job-name%3Dprecompute-now"
    return site.client.get(f"/api/v1/namespaces/business/pods?{selector}")["items"]
