"""The gateways of the shipped prod stack: what they are given agrees with what their files and the balancer expect."""

import base64
import json
from functools import cache
from typing import Any

import engine
from google.protobuf.json_format import MessageToDict

from components.pods import FILES
from components.settings import Settings

NAME = "llm-prod-a-gateway"
_DRAWN = "aws:secretsmanager/getRandomPassword:getRandomPassword"


@cache
def _prod() -> engine.Engine:
    return engine.run("prod", engine.values("prod"), None)


def _made(made: engine.Engine, kind: str, name: str = NAME) -> dict[str, Any]:
    (found,) = [each.inputs for each in made.of(kind) if each.name == name]
    return dict(found)


def _pod(made: engine.Engine | None = None, name: str = NAME) -> dict[str, Any]:
    return _made(made or _prod(), "apps/v1:Deployment", name)["spec"]["template"]["spec"]


def _nginx() -> dict[str, Any]:
    (container,) = _pod()["containers"]
    return container


def _files(made: engine.Engine | None = None) -> dict[str, str]:
    return _made(made or _prod(), "core/v1:ConfigMap")["data"]


def test_the_balancers_port_leads_to_where_nginx_listens() -> None:
    service = _made(_prod(), "core/v1:Service")["spec"]
    (port,) = service["ports"]
    (targets,) = {each.inputs["port"] for each in _prod().of("lb/targetGroup:TargetGroup")}
    assert (service["type"], service["externalTrafficPolicy"], port["nodePort"]) == ("NodePort", "Local", targets)
    ports = {each["name"]: int(each["containerPort"]) for each in _nginx()["ports"]}
    assert f"listen {ports[port['targetPort']]} ssl" in _files()["nginx.conf"]
    assert f"listen {ports['metrics']};" in _files()["nginx.conf"]


def test_every_folder_that_the_files_name_is_mounted_where_they_say() -> None:
    mounted = {each["mountPath"]: each.get("readOnly", False) for each in _nginx()["volumeMounts"]}
    for folder, sealed in {
        "/etc/gateway": True,
        "/tls": True,
        "/origin": True,
        "/var/run/gateway": False,
        "/var/cache/gateway": False,
    }.items():
        assert f" {folder}/" in _files()["nginx.conf"] or f'"{folder}/' in _files()["nginx.conf"], folder
        assert mounted[folder] is sealed
    volumes = {each["name"] for each in _pod()["volumes"]}
    used = {each["name"] for every in _containers() for each in every["volumeMounts"]}
    assert used == volumes


def _containers() -> list[dict[str, Any]]:
    return [*_pod()["initContainers"], *_pod()["containers"]]


def test_the_pod_says_that_it_goes_where_nginx_looks() -> None:
    (template,) = [each for each in _pod()["initContainers"] if each["name"] == "consul-template"]
    touch, mark = template["lifecycle"]["preStop"]["exec"]["command"]
    assert touch == "touch"
    assert f'draining = "{mark}"' in _files()["nginx.conf"]
    assert [each["restartPolicy"] for each in _pod()["initContainers"]] == ["Always", "Always"]


def test_the_balancer_looks_elsewhere_before_kubernetes_does_and_both_before_nginx_stops_listening() -> None:
    (check, *_) = [each.inputs["healthCheck"] for each in _prod().of("lb/targetGroup:TargetGroup")]
    ready, sleep = _nginx()["readinessProbe"], _nginx()["lifecycle"]["preStop"]["sleep"]["seconds"]
    balancer = check["interval"] * check["unhealthyThreshold"]
    assert check["path"] == ready["httpGet"]["path"]
    assert balancer < ready["periodSeconds"] * ready["failureThreshold"] <= sleep
    longest = engine.values("prod")["inference"]["longest_stream_seconds"]
    assert f"worker_shutdown_timeout {longest + 10}s;" in _files()["nginx.conf"]
    assert _pod()["terminationGracePeriodSeconds"] > sleep + longest + 10


def test_a_gateway_that_is_not_ready_is_not_restarted_for_it() -> None:
    ready, alive, started = (_nginx()[f"{kind}Probe"] for kind in ("readiness", "liveness", "startup"))
    assert ready["httpGet"]["path"] == "/ready"
    assert alive["httpGet"] == started["httpGet"] == {"path": "/healthz", "port": "https", "scheme": "HTTPS"}


def test_what_stands_beside_reaches_nginx_and_its_files() -> None:
    assert _pod()["shareProcessNamespace"] is True
    (template,) = [each for each in _pod()["initContainers"] if each["name"] == "consul-template"]
    config = _files()["consul-template.hcl"]
    for mount in template["volumeMounts"]:
        assert f'"{mount["mountPath"]}/' in config or f'"{mount["mountPath"]}/' in _files()["reload.ctmpl"]
    assert all(name in _files() for name in ("peers.json.ctmpl", "reload.ctmpl"))


def test_each_site_has_the_other_as_its_backup_and_a_lone_one_has_none() -> None:
    backups = [_made(_prod(), "core/v1:ConfigMap", f"llm-prod-{site}-gateway")["data"]["backup"] for site in "ab"]
    assert len(set(backups)) == len(backups)
    assert all(backup.endswith(":443") for backup in backups)
    lone = engine.run("dr", engine.values("dr"), engine.UPSTREAM)
    assert _made(lone, "core/v1:ConfigMap", "llm-dr-c-gateway")["data"]["backup"] == ""


def test_pods_change_with_their_files() -> None:
    def digest(made: engine.Engine) -> str:
        return _made(made, "apps/v1:Deployment")["spec"]["template"]["metadata"]["annotations"][FILES]

    values = engine.values("prod")
    values["access"]["gateway"]["retry"]["tries"] = 2
    other = engine.run("prod", values, None)
    assert _files(other)["nginx.conf"] != _files()["nginx.conf"]
    assert digest(other) != digest(_prod())


def test_the_origins_word_is_a_secret_of_the_stack() -> None:
    secrets = [each.inputs["metadata"] for each in _prod().of("core/v1:Secret")]
    names = {each["name"] for each in secrets if each["namespace"] == "business"}
    (volume,) = [each["secret"] for each in _pod()["volumes"] if each["name"] == "origin"]
    assert volume["secretName"] == "gateway-origin"
    assert names == {"gateway-origin", "redis-cluster", "redis-shared"}
    (request,) = [each for urn, each in _prod().requests.items() if urn.endswith(f"kubernetes:core/v1:Secret::{NAME}")]
    # The engine's mark of a secret: https://www.pulumi.com/docs/iac/concepts/secrets/
    held = MessageToDict(request.object)["data"]
    assert held["4dabf18193072939515e22adb298388d"] == "1b47061264138c4ac30d75fd1eb44270"
    assert base64.b64decode(held["value"]["token"]) == engine.ANSWERS[_DRAWN]["randomPassword"].encode()


def test_the_resolver_is_the_clusters() -> None:
    assert "resolver 10.100.0.10 " in _files()["nginx.conf"]


def test_the_autoscaler_has_the_settings_ends() -> None:
    spec = _made(_prod(), "HorizontalPodAutoscaler")["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 8)
    (metric,) = spec["metrics"]
    assert metric["containerResource"]["container"] == _nginx()["name"]


def test_only_monitoring_sees_metrics_only_precompute_sees_prompts_and_only_model_servers_are_asked() -> None:
    spec = _made(_prod(), "NetworkPolicy")["spec"]
    (clients, monitoring, precompute), (servers, others, cache) = spec["ingress"], spec["egress"]
    assert clients == {"ports": [{"protocol": "TCP", "port": 8443}]}
    assert monitoring["ports"] == [{"protocol": "TCP", "port": 8081}]
    (who,) = monitoring["from"]
    assert who["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "monitoring"}
    assert precompute["ports"] == [{"protocol": "TCP", "port": 8082}]
    assert precompute["from"] == [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "precompute"}}}]
    assert [each["port"] for each in servers["ports"]] == [8000, 8001]
    assert servers["to"] == [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "deepseek-inference"}}}]
    assert others == {"ports": [{"protocol": "TCP", "port": 443}]}
    assert cache["ports"] == [{"protocol": "TCP", "port": 6379}]
    assert len(cache["to"]) == 2


def test_the_way_to_the_shared_cache_is_mounted_where_the_settings_share_one() -> None:
    (folder,) = [each["mountPath"] for each in _nginx()["volumeMounts"] if each["name"] == "shared"]
    (volume,) = [each["secret"] for each in _pod()["volumes"] if each["name"] == "shared"]
    known = json.loads(_files()["settings.json"])["cache"]["shared"]
    values = engine.values("prod")["inference"]
    assert known["folder"] == folder
    assert known["revision"] == f"{values['model']}@{values['revision']}/{values['quantization']}"
    secrets = [each.inputs for each in _prod().of("core/v1:Secret") if each.name == "llm-prod-a-cache"]
    assert [each["metadata"]["name"] for each in secrets] == [volume["secretName"]]


def test_without_a_shared_cache_nothing_leads_to_one() -> None:
    values = engine.values("prod")
    del values["access"]["gateway"]["cache"]["shared"]
    made = engine.run("prod", values, None)
    files = _files(made)
    assert "shared" not in [each["name"] for each in _pod(made)["volumes"]]
    assert not [name for name in files if name.startswith(("shared", "link"))]
    assert "include " not in files["nginx.conf"]
    assert "shared" not in json.loads(files["settings.json"])["cache"]
    assert len(_made(made, "NetworkPolicy")["spec"]["egress"]) == 2


def _asked(pod: dict[str, Any]) -> tuple[int, int, int]:
    """Return millicores, MiB and GPUs of a pod: sidecars run beside the others, so all count.

    What ends before the others begin does not, as long as it asks for no more than they:
    https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers
    """
    first = pod.get("initContainers", [])
    beside = [*(each for each in first if each.get("restartPolicy") == "Always"), *pod["containers"]]
    limits = [each["resources"]["limits"] for each in beside]
    for each in first:
        assert _millicores(each["resources"]["limits"]["cpu"]) <= sum(_millicores(limit["cpu"]) for limit in limits)
    for every in (*pod.get("initContainers", []), *pod["containers"]):
        assert every["resources"]["requests"] == every["resources"]["limits"]
    return (
        sum(_millicores(each["cpu"]) for each in limits),
        sum(_mebibytes(each["memory"]) for each in limits),
        sum(int(each.get("nvidia.com/gpu", 0)) for each in limits),
    )


def _millicores(quantity: str) -> int:
    return int(quantity.removesuffix("m")) if quantity.endswith("m") else int(quantity) * 1000


def _mebibytes(quantity: str) -> int:
    return int(quantity[:-2]) * {"Gi": 1024, "Mi": 1}[quantity[-2:]]


def test_the_quota_is_counted_on_what_the_pods_ask_for() -> None:
    made, settings = _prod(), Settings.parse(engine.values("prod"))
    most = {each.name: each.inputs["spec"]["maxReplicas"] for each in made.of("HorizontalPodAutoscaler")}
    most |= {each.name: each.inputs["spec"]["maxReplicaCount"] for each in made.of("ScaledObject")}
    counted = [(_pod(name=name), most[name] + 1) for name in ("llm-prod-a-inference", "llm-prod-a-gateway")]
    servers = _made(made, "apps/v1:StatefulSet", "llm-prod-a-consul")["spec"]
    renewal = _made(made, "batch/v1:CronJob", "llm-prod-a-consul-bootstrap")["spec"]["jobTemplate"]["spec"]
    counted += [(servers["template"]["spec"], servers["replicas"]), (renewal["template"]["spec"], 2)]
    demand = settings.inference.demand() + settings.access.demand()
    found = [tuple(count * each for each in _asked(pod)) for pod, count in counted]
    assert tuple(map(sum, zip(*found, strict=True))) == (demand.millicores, demand.memory_mib, demand.gpus)
    assert sum(count for _, count in counted) == demand.pods
