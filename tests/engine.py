"""A recording engine: runs the real program under mocks with realistic outputs, and refuses a name used twice."""

import asyncio
import atexit
import json
import runpy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pulumi
import yaml
from pulumi.runtime import mocks, run_in_stack, settings

ROOT = Path(__file__).parents[1]
PROJECT = "inference-platform"
ACCOUNT = "123456789012"
ANSWERS: Mapping[str, Mapping[str, str]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": {
        "accountId": ACCOUNT, "arn": "arn", "userId": "user", "id": ACCOUNT,
    },
    "aws:secretsmanager/getRandomPassword:getRandomPassword": {"randomPassword": "word", "id": "word"},
}  # fmt: skip
# One loop for all runs: the SDK makes one of its own, and leaves it open, wherever it finds none.
_LOOP = asyncio.new_event_loop()
atexit.register(_LOOP.close)


@dataclass(frozen=True)
class Registered:
    """One resource as the program registered it."""

    type: str
    name: str
    inputs: Mapping[str, Any]
    provider: str


class _Asked(Protocol):
    """What the SDK asks of mocks; its own classes say `dict` without saying of what."""

    typ: str
    name: str
    inputs: dict[str, Any]
    provider: str | None


@dataclass
class Engine(mocks.Mocks):
    """Mocks that remember."""

    upstream: Mapping[str, Any] | None = None
    resources: list[Registered] = field(default_factory=list)
    requests: dict[str, Any] = field(default_factory=dict)

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        return dict(ANSWERS[args.token]), []

    def new_resource(self, args: _Asked) -> tuple[str | None, dict[str, Any]]:
        if args.typ == "pulumi:pulumi:StackReference":
            return args.name, {**args.inputs, "outputs": dict(self.upstream or {}), "secretOutputNames": []}
        key = (args.typ, args.name)
        assert key not in {(each.type, each.name) for each in self.resources}, f"{key} is registered twice"
        self.resources.append(Registered(args.typ, args.name, args.inputs, args.provider or ""))
        return f"{args.name}-id", {**args.inputs, **outputs(args.typ, args.name, args.inputs)}

    def of(self, type_: str) -> list[Registered]:
        return [each for each in self.resources if each.type.endswith(type_)]

    def run(self, stack: str, platform: object, more: Mapping[str, str] | None = None) -> None:
        """Run `__main__.py` with `platform` as its settings and `more` beside them."""
        self.carry_out(_program, stack, {f"{PROJECT}:platform": json.dumps(platform), **(more or {})})

    def carry_out(self, program: Callable[[], None], stack: str, config: Mapping[str, str]) -> None:
        """Run any program."""
        asyncio.set_event_loop(_LOOP)
        settings.reset_options()
        monitor = Monitor(self)
        mocks.set_mocks(self, project=PROJECT, stack=stack, preview=False, organization="organization", monitor=monitor)
        # The program runs in a stack of its own, as under a language host, and there is only one at a time.
        settings.set_root_resource(None)  # pyright: ignore[reportArgumentType] - the SDK has no other way to say "none"
        pulumi.runtime.set_all_config(dict(config))
        _LOOP.run_until_complete(run_in_stack(program))

    def ledger(self) -> str:
        lines = (f"{each.type} {each.name} {_short(each.provider)}".rstrip() for each in self.resources)
        return "\n".join(sorted(lines)) + "\n"


class Monitor(mocks.MockMonitor):
    """Keeps each registration as it came, by URN: with its options, and where its inputs come from."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.requests = engine.requests

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        answer = super().RegisterResource(request)  # pyright: ignore[reportUnknownMemberType] - it has no types
        self.requests[answer.urn] = request
        return answer


def _short(provider: str) -> str:
    return provider.split("::")[-2] if "::" in provider else ""


def outputs(type_: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the service would add to `inputs`."""
    if not type_.startswith("aws:"):
        return {}
    made: dict[str, Any] = {"arn": f"arn:aws:{name}", "name": inputs.get("name", f"{name}-1a2b3c4")}
    if type_ == "aws:eks/cluster:Cluster":
        made["endpoint"] = f"https://{name}.eks.example"
        made["certificateAuthority"] = {"data": "Q0E="}
        made["vpcConfig"] = {**inputs["vpcConfig"], "clusterSecurityGroupId": "sg-1", "vpcId": "vpc-1"}
    special: dict[str, dict[str, Any]] = {
        "aws:ec2/eip:Eip": {"allocationId": "eipalloc-1"},
        "aws:ec2/launchTemplate:LaunchTemplate": {"latestVersion": 1},
        "aws:kms/key:Key": {"keyId": f"{name}-id"},
        "aws:eks/nodeGroup:NodeGroup": {"resources": [{"autoscalingGroups": [{"name": f"{name}-scaling"}]}]},
        "aws:lb/loadBalancer:LoadBalancer": {
            "arnSuffix": f"net/{name}/1", "dnsName": f"{name}.elb.example", "zoneId": "Z-LB",
        },
        "aws:lb/targetGroup:TargetGroup": {"arnSuffix": f"targetgroup/{name}/1"},
        "aws:acm/certificate:Certificate": {"domainValidationOptions": _proofs(inputs)},
        "aws:route53/zone:Zone": {"zoneId": "Z-OWN", "nameServers": ["ns-1.example"]},
        "aws:cloudfront/distribution:Distribution": {"domainName": "d1.cloudfront.example", "hostedZoneId": "Z-CDN"},
        "aws:globalaccelerator/accelerator:Accelerator": {"dnsName": "a1.example", "hostedZoneId": "Z-GA"},
        "aws:elasticache/replicationGroup:ReplicationGroup": {
            "primaryEndpointAddress": f"master.{name}.cache.example",
            "memberClusters": [f"{name}-{number:03}" for number in range(1, int(inputs.get("numCacheClusters", 1)) + 1)],
        },
        "aws:rds/instance:Instance": {
            "address": f"{name}.abc.rds.example", "arn": f"arn:aws:rds:region:{ACCOUNT}:db:{name}",
        },
        "aws:memorydb/cluster:Cluster": {"clusterEndpoints": [{"address": f"clustercfg.{name}.example", "port": 6379}]},
        "aws:memorydb/multiRegionCluster:MultiRegionCluster": {"multiRegionClusterName": f"ldgnf-{name}"},
        "aws:s3/bucket:Bucket": {"bucket": f"{name}-1a2b3c4"},
    }  # fmt: skip
    return made | special.get(type_, {})


def _proofs(inputs: Mapping[str, Any]) -> list[dict[str, str]]:
    names = [inputs.get("domainName", ""), *inputs.get("subjectAlternativeNames", [])]
    return [
        {
            "domainName": name, "resourceRecordName": f"_p.{name}.", "resourceRecordType": "CNAME",
            "resourceRecordValue": "_v.acm.example.",
        }
        for name in names
    ]  # fmt: skip


def values(stack: str) -> dict[str, Any]:
    """Return the settings of the shipped file of `stack`."""
    text = (ROOT / f"Pulumi.{stack}.yaml").read_text()
    return yaml.safe_load(text)["config"][f"{PROJECT}:platform"]


UPSTREAM: Mapping[str, Any] = {
    "name": "llm-prod",
    "role": "primary",
    "region": "us-east-1",
    "cidr": "10.20.0.0/16",
    "vpc_id": "vpc-up",
    "endpoint_group": "sg-up",
    "tables": {
        name: f"rtb-{name}" for name in ("witness-database", "a-private", "a-database", "b-private", "b-database")
    },
    "sites": {},
    "weights": {"bucket": "weights-up", "arn": "arn:aws:s3:::weights-up", "key": "arn:key-up"},
    "entry": {
        "domain": "llm.example.com", "zone_id": "Z-UP", "name_servers": ["ns-1.example"], "listener_arn": "arn:listener",
    },
    "database": {"source_arn": "arn:aws:rds:us-east-1:123456789012:db:llm-prod-db-a", "monitor": "monitor"},
    "shared": "ldgnf-llm-prod-shared",
}  # fmt: skip


def exported(upstream: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return the outputs of a stack whose region is `upstream`; none where it is not up."""
    if not upstream:
        return {}
    secrets = {"origin_token": "word", "database_password": "word", "database_monitor_password": "monitor's word"}
    return {"platform": upstream, **secrets}


def run(stack: str, platform: object, upstream: Mapping[str, Any] | None) -> Engine:
    """Return what `__main__.py` made with `platform` as its settings."""
    engine = Engine(upstream=exported(upstream))
    engine.run(stack, platform)
    return engine


def declare(program: Callable[[], None]) -> Engine:
    """Return what a program of a test makes: a component by itself."""
    engine = Engine()
    engine.carry_out(program, "prod", {})
    return engine


def _program() -> None:
    runpy.run_path(str(ROOT / "__main__.py"))
