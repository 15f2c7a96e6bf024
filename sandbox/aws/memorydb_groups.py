"""Subnet and parameter groups of MemoryDB: the ledger holds them, and their rules are checked here.

moto can not modify a subnet group, and has no parameter groups.
"""

from collections.abc import Mapping
from typing import Final

from sandbox.aws.cloud import Cloud
from sandbox.aws.ledger import Row
from sandbox.aws.memorydb_access import CODE
from sandbox.aws.network import SUBNET
from sandbox.aws.rules import require, require_one_of
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.plugin.wire import Props, rows

SUBNETS: Final = "aws:memorydb/subnetGroup:SubnetGroup"
PARAMETERS: Final = "aws:memorydb/parameterGroup:ParameterGroup"
FAMILIES: Final[Mapping[str, str]] = {
    "memorydb_redis6": "redis", "memorydb_redis7": "redis", "memorydb_valkey7": "valkey",
}  # fmt: skip
"""(https://docs.aws.amazon.com/memorydb/latest/devguide/parametergroups.redis.html)."""

EVICTION: Final = (
    "volatile-lru", "allkeys-lru", "volatile-lfu", "allkeys-lfu", "volatile-random", "allkeys-random", "volatile-ttl",
    "noeviction",
)  # fmt: skip


def _require_subnets(cloud: Cloud, props: Props) -> str:
    found = [row for row in cloud.ledger.find(SUBNET, cloud.region) if row.id in props["subnetIds"]]
    networks = {row.inputs["vpcId"] for row in found}
    require(len(networks) == 1, f"InvalidSubnet: subnetIds are of {sorted(networks)}; they must be of one VPC")
    return networks.pop()


def _create_subnets(cloud: Cloud, props: Props) -> tuple[str, Props]:
    network, name = _require_subnets(cloud, props), props["name"].lower()
    return name, {"arn": cloud.arn("memorydb", f"subnetgroup/{name}"), "vpcId": network}


def _update_subnets(cloud: Cloud, row: Row, news: Props) -> Props:
    require(
        _require_subnets(cloud, news) == row.outputs["vpcId"],
        f"InvalidSubnet: subnet group {row.id} is of {row.outputs['vpcId']} and can not move to another VPC",
    )
    return {}


def _require_parameters(props: Props) -> None:
    require_one_of("family", props["family"], FAMILIES, CODE)
    for parameter in rows(props, "parameters"):
        if parameter["name"] == "maxmemory-policy":
            require_one_of("maxmemory-policy", parameter["value"], EVICTION, CODE)


def _create_parameters(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_parameters(props)
    return props["name"], {"arn": cloud.arn("memorydb", f"parametergroup/{props['name']}")}


def _update_parameters(cloud: Cloud, row: Row, news: Props) -> Props:
    del cloud, row
    _require_parameters(news)
    return {}


SPECS = (
    Spec(
        SUBNETS, inputs("name! description subnetIds* tags"),
        _create_subnets, update=_update_subnets, held="recorded", computed=("arn", "vpcId"), identity=("name",),
        autoname=("name", 255), references=(Reference("subnetIds", SUBNET, blocks=True),),
    ),
    Spec(
        PARAMETERS, inputs("name! family!* description! parameters.name parameters.value tags"),
        _create_parameters, update=_update_parameters, held="recorded", computed=("arn",), identity=("name",),
        autoname=("name", 255),
    ),
)  # fmt: skip
