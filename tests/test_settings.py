"""Settings: what is taken, and the one line said of what is not."""

from typing import Any

import engine
import pytest
import yaml

from components.settings import Settings, SettingsError
from components.settings_doc import render


def _with(stack: str, path: str, text: str) -> dict[str, Any]:
    """Return the shipped settings of `stack` with one of them as somebody may have typed it; empty leaves it out."""
    values = engine.values(stack)
    *way, last = path.split(".")
    at: Any = values
    for key in way:
        at = at[int(key) if key.isdigit() else key]
    at[last] = yaml.safe_load(text)
    if not text:
        del at[last]
    return values


def _refusal(values: object) -> str:
    with pytest.raises(SettingsError) as raised:
        Settings.parse(values)
    return str(raised.value)


@pytest.mark.parametrize("stack", ["prod", "dr"])
def test_the_shipped_files_are_good(stack: str) -> None:
    assert Settings.parse(engine.values(stack)).name == f"llm-{stack}"


TYPED = [
    ("role", "boss", "role: got \"boss\", must be 'primary' or 'standby'"),
    ("region", "mars", 'region: got "mars", must be like us-east-1'),
    ("name", "Prod", 'name: got "Prod", must be lower-case letters, digits and hyphens, like llm-prod'),
    ("owner", '""', 'owner: got "", must not be empty'),
    ("protect", '"yes"', 'protect: got "yes", must be true or false'),
    ("network", "10.20.0.0/16", 'network: got "10.20.0.0/16", must be a mapping of settings'),
    ("network", "null", "network: got null, must be a mapping of settings"),
    ("network.cidr", "10.20", "network.cidr: got 10.2, must be text; put quotes around what looks like a number"),
    ("cluster.version", "1.36", "cluster.version: got 1.36, must be text; put quotes around"),
    ("cluster.version", '"2.0"', 'cluster.version: got "2.0", must be like 1.36'),
    ("cluster.administrators", "[me]", 'cluster.administrators.0: got "me", must be like arn:aws:iam::'),
    (
        "cluster.administrators",
        "['arn:aws:iam::123456789012:role/a', 'arn:aws:iam::210987654321:role/a']",
        "must differ in what follows the account; rename one",
    ),
    ("sites", "{a: us-east-1a}", "sites: got a mapping, must be a list"),
    ("sites", "[]", "sites: got [], must have 1 or more entries"),
    ("sites.1.name", "p", 'sites.1.name: got "p", must be one letter, a to o'),
    ("sites.1.reservation_id", "cr-1", 'sites.1.reservation_id: got "cr-1", must be like cr-'),
    ("inference.cpu", "1.5", "inference.cpu: got 1.5, must be a whole number"),
    ("inference.tensor_parallel", '"8"', 'inference.tensor_parallel: got "8", must be a whole number'),
    ("inference.replicas.minimum", "true", "inference.replicas.minimum: got true, must be a whole number"),
    ("inference.replicas.minimum", "0", "inference.replicas.minimum: got 0, must be 1 or more"),
    ("scaling.cpu_percent", "101", "scaling.cpu_percent: got 101, must be 100 or less"),
    ("scaling.scale_down_window_seconds", "3601", "scale_down_window_seconds: got 3601, must be 3600 or less"),
    ("scaling.keda_version", '"2.21"', 'scaling.keda_version: got "2.21", must be a version in full, like 2.21.0'),
    ("scaling.prometheus.scrape_seconds", "31", "prometheus.scrape_seconds: got 31, must be 30 or less"),
    ("inference.quantization", "int4", 'inference.quantization: got "int4", must be fp8, int8 or awq'),
    ("inference.revision", "main", 'inference.revision: got "main", must be the 40 hexadecimal digits of a commit; a'),
    ("inference.image", "vllm:v1", 'inference.image: got "vllm:v1", must be an image by digest, name@sha256:64 hex'),
    ("inference.kv_cache.format", "fp4", 'inference.kv_cache.format: got "fp4", must be auto or fp8'),
    ("inference.kv_cache.gpu_memory_percent", "101", "gpu_memory_percent: got 101, must be 100 or less"),
    ("nodes.reserved.instance_types", "[a, b]", 'got ["a", "b"], must have 1 or fewer entries'),
    ("nodes.reserved.instance_types", "[m7i.large]", "instance_types ['m7i.large'] must be of ['g6e.12xlarge', "),
    ("forecast.safety", "1.2", "forecast.safety: got 1.2, must be from 1.5 to 2.0: with less an ordinary peak queues"),
    ("forecast.safety", "2.5", "forecast.safety: got 2.5, must be from 1.5 to 2.0"),
    ("forecast.safety", "high", 'forecast.safety: got "high", must be a number'),
    ("forecast.response_seconds", "0", "forecast.response_seconds: got 0, must be above 0"),
    ("forecast.response_seconds", ".inf", "must be a finite number"),
    ("forecast.requests_per_second.mean", "40", "mean 40.0 is above peak 36.0; lower one or raise the other"),
    ("forecast.measured.sources", "[someone]", 'sources.0: got "someone", must be an https address'),
    ("stores.shared.node_type", "db.r7g.large", 'stores.shared.node_type: got "db.r7g.large", must be an R7g of size'),
    ("stores.shared.node_type", "db.r6g.2xlarge", 'got "db.r6g.2xlarge", must be an R7g of size xlarge or above'),
    ("quotas.data.gpus", "-1", "quotas.data.gpus: got -1, must be 0 or more"),
]
PLACES = [
    ("network.cidr", "10.20.0.0/17", "network: cidr 10.20.0.0/17 must be a /16, like 10.20.0.0/16"),
    ("network.cidr", "10.20.0.1/16", 'network.cidr: got "10.20.0.1/16", must be an IPv4 network without host bits'),
    ("network.cidr", "10.100.0.0/16", "cluster.service_cidr 10.100.0.0/16 overlaps network.cidr 10.100.0.0/16; take"),
    (
        "network.cidr",
        "172.20.0.0/16",
        "network.cidr 172.20.0.0/16 and cluster.service_cidr 10.100.0.0/16 must be on one",
    ),
    ("cluster.service_cidr", "172.20.0.0/16", "must be on one side of 128.0.0.0; take both from"),
    (
        "cluster.public_access_cidrs",
        "[0.0.0.0/0]",
        'got "0.0.0.0/0", opens the endpoint to everyone; list the networks',
    ),
    (
        "sites.1.zone",
        "us-east-1a",
        "['us-east-1a', 'us-east-1a', 'us-east-1c'] must be distinct; give each site its own",
    ),
    (
        "sites.1.zone",
        "us-east-1c",
        "zones (the last is network.witness_zone) ['us-east-1a', 'us-east-1c', 'us-east-1c']",
    ),
    (
        "sites.1.zone",
        "us-west-2a",
        "zones ['us-west-2a'] are not in region us-east-1; take zones of it, like us-east-1a",
    ),
    ("database.standby_zone", "us-east-1c", "zones (the last is database.standby_zone) ['us-east-1a', 'us-east-1b',"),
    ("database.standby_zone", "us-west-2a", "zones ['us-west-2a'] are not in region us-east-1"),
    ("database.standby_zone", "", "database.replica None: a primary has the first, a standby the second"),
    ("database.replica", "{lag_seconds: 5, promoted: false}", "a primary has the first, a standby the second"),
    ("database.storage_maximum_gib", "439", "storage_maximum_gib 439 must be a tenth or more above storage_gib 400"),
    ("database.engine_version", "8.0.45", 'engine_version: got "8.0.45", must be a version of MySQL 8.4 in full, like'),
    ("database.backup_days", "0", "database.backup_days: got 0, must be 1 or more"),
    ("sites.1.zone", "us-east", 'sites.1.zone: got "us-east", must be like us-east-1a'),
    ("sites.1.name", "a", "sites: names ['a', 'a'] must be distinct; give each site its own"),
]
SIZES = [
    (
        "scaling.fallback.replicas",
        "1",
        "scaling.fallback.replicas 1 must be from inference.replicas.minimum 2 to maximum 6; take one of them or between",
    ),
    ("scaling.fallback.replicas", "7", "scaling.fallback.replicas 7 must be from inference.replicas.minimum 2 to"),
    (
        "quotas.monitoring.cpu",
        "9",
        "quotas.monitoring: cpu 9 is below 10, which Prometheus needs in an update beside log shippers; raise it",
    ),
    ("inference.replicas.minimum", "7", "replicas: minimum 7 is above maximum 6; lower one or raise the other"),
    ("inference.replicas.maximum", "7", "cpu 260 is below 285, memory_gib 3656 is below 4127, gpus 56 is below 64"),
    (
        "inference.replicas.maximum",
        "7",
        "which the most replicas and gateways need in an update beside precompute; raise it, or lower inference.",
    ),
    ("quotas.business.pods", "20", "quotas.business: pods 20 is below 31, which the most replicas and gateways need"),
    ("access.gateway.replicas.maximum", "13", "quotas.business: cpu 260 is below 265, which the most replicas and"),
    (
        "nodes.system.maximum",
        "3",
        "nodes.system: 9 gateways, 3 Consul servers and 18 others on 3 nodes need 9550 thousandths of a core on one, 7000 are free",
    ),
    (
        "access.gateway.replicas.minimum",
        "5",
        "nodes.system: 5 gateways, 3 Consul servers and 18 others on 2 nodes need 10300 thousandths of a core on one, 7000 are free",
    ),
    ("nodes.system.minimum", "2", "nodes.system: minimum 2 must be at least 3, one for each Consul server; take more"),
    ("nodes.system.instance_type", "m7g.large", "instance_type 'm7g.large' must be of ['m6i.2xlarge', 'm6i.4xlarge'"),
    ("nodes.spot.minimum", "1", "nodes.spot alone holds 1 replicas, must hold inference.replicas.minimum 2; raise"),
    (
        "nodes.reserved.spare",
        "2",
        "nodes.reserved alone holds 1 replicas, must hold inference.replicas.minimum 2; raise",
    ),
    ("nodes.on_demand.maximum", "0", "nodes.on_demand.maximum: got 0, must be 1 or more"),
    ("nodes.scale_out.cpu.period_seconds", "90", "period_seconds: got 90, must be a multiple of 60"),
    ("nodes.scale_out.memory.above_percent", "101", "memory.above_percent: got 101, must be 100 or less"),
    ("nodes.scale_in.every_minutes", "60", "every_minutes: got 60, must be 59 or less"),
    ("nodes.reserved.initial", "20", "nodes.reserved: initial 20 must be from 3 to 8"),
    (
        "quotas.precompute.cpu",
        "300",
        "quotas: business: cpu 260 is below 300, which precompute alone may take; raise it, or lower precompute",
    ),
    (
        "quotas.log_shipping.pods",
        "101",
        "quotas: monitoring: pods 100 is below 101, which log_shipping alone may take; raise it, or lower log_shipping",
    ),
    ("upstream", "other", "role primary with upstream other: a standby needs one, a primary has none"),
]
MODELS = [
    ("inference.model", "gpt", "inference: model 'gpt' must be of ['Qwen/Qwen2.5-72B-Instruct', "),
    ("inference.context_tokens", "200000", "inference: context_tokens 200000 must be 163840 or less"),
    ("inference.mean_tokens", "40000", "inference: mean_tokens 40000 must be context_tokens 32768 or less"),
    ("inference.tensor_parallel", "6", "inference: tensor_parallel 6 must divide the 128 attention heads"),
    ("inference.quantization", "awq", "quantization awq: deepseek-ai/DeepSeek-V3 is published in fp8, which the"),
    ("inference.concurrency", "200", "inference: batching.sequences 128 must be concurrency 200 or more"),
    ("nodes.spot.instance_types", "[p5en.48xlarge, p5.48xlarge]", "inference: p5.48xlarge has no room for KV cache:"),
    ("inference.mean_tokens", "16384", "room for 581,316 tokens of KV cache, 1,048,576 are needed for 64 requests of"),
]
TENANTS = [
    ("tenants", "[{}]", "platform.tenants.0.cpu: is missing, must be given: cores per site"),
    (
        "tenants",
        "[{name: Bad, cpu: 1, memory_gib: 1, gpus: 0, pods: 1}]",
        'tenants.0.name: got "Bad", must be lower-case letters, digits and hyphens',
    ),
    (
        "tenants",
        f"[{{name: {'a' * 57}, cpu: 1, memory_gib: 1, gpus: 0, pods: 1}}]",
        "must have 56 or fewer characters",
    ),
    (
        "tenants",
        "[&t {name: one, cpu: 1, memory_gib: 1, gpus: 0, pods: 1}, *t]",
        "names ['one', 'one'] must be distinct; give each tenant its own",
    ),
]
DURABILITY = [
    ("durability.backup.schedule", "daily", 'schedule: got "daily", must be six fields like cron(0 5 * * ? *)'),
    ("durability.backup.keep_days", "6", "durability.backup.keep_days: got 6, must be 7 or more"),
    (
        "durability.backup.completion_minutes",
        "119",
        "completion_minutes 119 must be 120 or more: start_minutes and an hour",
    ),
    (
        "durability.backup.locked_days",
        "36",
        "locked_days 36 must be at most keep_days 35 and copy_days 35; lower it, or keep backups for longer",
    ),
    ("durability.old_version_days", "1", "durability.old_version_days: got 1, must be 7 or more"),
    ("durability.standby.region", "us-east-1", "durability.standby: us-east-1 is the stack's own region; name another"),
]
KEYS = [
    (
        "surprise",
        "1",
        "platform.surprise: unknown key, known here are access, asynchronous, cluster, cost_center, ",
    ),
    ("sites.1.rack", "3", "platform.sites.1.rack: unknown key, known here are name, reservation_id, weight, zone"),
    ("phase", "full", "platform.phase: unknown key, known here are"),
    ("nodes.system", "", "platform.nodes.system: is missing, must be given: nodes of the cluster's own services"),
]


@pytest.mark.parametrize(("path", "text", "said"), [*TYPED, *PLACES, *SIZES, *MODELS, *TENANTS, *DURABILITY, *KEYS])
def test_a_bad_value_is_one_clear_line(path: str, text: str, said: str) -> None:
    line = _refusal(_with("prod", path, text))
    assert said in line
    assert line.startswith("platform")
    assert line.endswith("; correct the stack's settings file")
    assert "\n" not in line


@pytest.mark.parametrize("values", [[1], "prod", None, 3])
def test_settings_that_are_no_mapping(values: object) -> None:
    assert "must be a mapping of settings" in _refusal(values)


def test_many_mistakes_are_still_one_line_that_can_be_read() -> None:
    line = _refusal({})
    missing = [name for name, field in Settings.model_fields.items() if field.is_required()]
    named = line.count("is missing")
    assert 1 < named < len(missing)
    assert f"and {len(missing) - named} more" in line
    assert len(line) < 400


def test_two_sites_cannot_share_a_reservation() -> None:
    values = engine.values("prod")
    for site in values["sites"]:
        site["reservation_id"] = "cr-0123456789abcdef0"
    assert "reservation_ids" in _refusal(values)


def test_a_standby_needs_an_upstream() -> None:
    assert "a standby needs one" in _refusal(_with("dr", "upstream", ""))


def test_a_standby_names_no_standby() -> None:
    values = _with("dr", "durability.standby", "{name: llm-third, region: us-east-2}")
    assert "llm-third beside upstream prod, whose region gets the copies; remove it" in _refusal(values)


def test_the_readme_has_the_table() -> None:
    assert render() in (engine.ROOT / "README.md").read_text()


def test_every_setting_is_described() -> None:
    assert "None" not in render()
    assert "| `inference.replicas.minimum` |" in render()
