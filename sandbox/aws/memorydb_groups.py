"""Subnet and parameter groups of MemoryDB: the ledger holds them, and their rules are checked here.

moto can not modify a subnet group, and has no parameter groups.
"""

from collections.abc import Mapping
from typing import Final

from sandbox.aws.cloud import Cloud
from sandbox.aws.ledger import Row
from sandbox.aws.memorydb_access import CODE
from sandbox.aws.network import SUBNET
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.store_parameters import ParameterGroups
from sandbox.aws.subnet_groups import network_of, require_same_network, subnets_of
from sandbox.plugin.wire import Props

SUBNETS: Final = "aws:memorydb/subnetGroup:SubnetGroup"
PARAMETERS: Final = "aws:memorydb/parameterGroup:ParameterGroup"
FAMILIES: Final[Mapping[str, str]] = {
    "memorydb_redis6": "redis", "memorydb_redis7": "redis", "memorydb_valkey7": "valkey",
}  # fmt: skip
"""(https://docs.aws.amazon.com/memorydb/latest/devguide/parametergroups.redis.html)."""


def _create_subnets(cloud: Cloud, props: Props) -> tuple[str, Props]:
    network, name = network_of(subnets_of(cloud, props)), props["name"].lower()
    return name, {"arn": cloud.arn("memorydb", f"subnetgroup/{name}"), "vpcId": network}


def _update_subnets(cloud: Cloud, row: Row, news: Props) -> Props:
    require_same_network(row, network_of(subnets_of(cloud, news)))
    return {}


SPECS = (
    Spec(
        SUBNETS, inputs("name! description subnetIds* tags"),
        _create_subnets, update=_update_subnets, held="recorded", computed=("arn", "vpcId"), identity=("name",),
        autoname=("name", 255), references=(Reference("subnetIds", SUBNET, blocks=True),),
    ),
    ParameterGroups(
        token=PARAMETERS, service="memorydb", prefix="parametergroup/", families=FAMILIES, code=CODE
    ).spec(),
)  # fmt: skip
