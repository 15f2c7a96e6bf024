"""ElastiCache: the ledger holds it, and its rules are checked here.

moto has no parameter groups, can not delete a subnet group, and never lets go of the id of a replication group that
was deleted, so that the next one of that name would be refused. Nothing answers at an endpoint: the worker is tested on
a real Redis of its own.
"""

import hashlib
import re
from collections.abc import Mapping

from sandbox.aws.cloud import Cloud
from sandbox.aws.elasticache_users import GROUP as USER_GROUP
from sandbox.aws.ledger import Row
from sandbox.aws.network import SUBNET
from sandbox.aws.rules import require, require_between, require_one_of
from sandbox.aws.security import GROUP as SECURITY_GROUP
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.store_parameters import ParameterGroups
from sandbox.plugin.wire import Props, rows

REPLICATION = "aws:elasticache/replicationGroup:ReplicationGroup"
SUBNETS = "aws:elasticache/subnetGroup:SubnetGroup"
PARAMETERS = "aws:elasticache/parameterGroup:ParameterGroup"

CODE = "InvalidParameterValue"
COMBINATION = "InvalidParameterCombination"
FAMILIES: Mapping[str, str] = {
    "valkey7": "valkey", "valkey8": "valkey", "valkey9": "valkey", "redis6.x": "redis", "redis7": "redis",
}  # fmt: skip
"""Parameter-group families and their engines
(https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html)."""

NODES, SNAPSHOT_DAYS = (1, 6), (0, 35)
TOKEN = re.compile(r"[A-Za-z0-9!&#$^<>-]{16,128}")
IDENTIFIER = re.compile(r"(?!.*--)[a-z][a-z0-9-]{0,39}(?<!-)")
"""(https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html)."""


def _require_group(cloud: Cloud, props: Props) -> None:
    _require_values(props)
    _require_failover(cloud, props)
    _require_token(props)
    _require_users(props)
    _require_family(cloud, props)


def _require_values(props: Props) -> None:
    name = props["replicationGroupId"]
    require(
        IDENTIFIER.fullmatch(name) is not None,
        f"{CODE}: replicationGroupId is {name!r}; 1 to 40 small letters, digits and single hyphens, a letter first",
    )
    require_one_of("engine", props.get("engine", "redis"), ("redis", "valkey"), CODE)
    require_between("numCacheClusters", props.get("numCacheClusters"), NODES, CODE)
    require_between("snapshotRetentionLimit", props.get("snapshotRetentionLimit"), SNAPSHOT_DAYS, CODE)


def _require_failover(cloud: Cloud, props: Props) -> None:
    failover, zones = props.get("automaticFailoverEnabled"), props.get("multiAzEnabled")
    require(
        not failover or props.get("numCacheClusters", 1) > 1,
        f"{COMBINATION}: automaticFailoverEnabled with {props.get('numCacheClusters', 1)} node; it takes 2 or more",
    )
    require(not zones or bool(failover), f"{COMBINATION}: multiAzEnabled needs automaticFailoverEnabled")
    found = _zones(cloud, props) if zones and props.get("subnetGroupName") else {"-", "--"}
    require(len(found) > 1, f"{COMBINATION}: multiAzEnabled with subnets in {sorted(found)}; it takes 2 zones or more")


def _zones(cloud: Cloud, props: Props) -> set[str]:
    groups = cloud.ledger.find(SUBNETS, cloud.region)
    subnets = [each for row in groups if row.id == props["subnetGroupName"] for each in row.inputs["subnetIds"]]
    rows = cloud.ledger.find(SUBNET, cloud.region)
    return {row.inputs["availabilityZone"] for row in rows if row.id in subnets}


def _require_token(props: Props) -> None:
    token = props.get("authToken")
    require(
        not token or bool(props.get("transitEncryptionEnabled")),
        f"{COMBINATION}: authToken without transitEncryptionEnabled; set it to true",
    )
    # Its value is nobody's to see.
    require(
        not token or TOKEN.fullmatch(token) is not None,
        f"{CODE}: authToken must be 16 to 128 letters, digits or of !&#$^<>-",
    )


def _require_users(props: Props) -> None:
    """(https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html)."""
    groups = rows(props, "userGroupIds")
    require(len(groups) <= 1, f"{COMBINATION}: userGroupIds has {len(groups)} groups; 1 is allowed")
    require(
        not groups or bool(props.get("transitEncryptionEnabled")),
        f"{COMBINATION}: userGroupIds without transitEncryptionEnabled; set it to true",
    )
    require(not groups or not props.get("authToken"), f"{COMBINATION}: userGroupIds with authToken; give one of them")


def _require_family(cloud: Cloud, props: Props) -> None:
    engine, version = props.get("engine", "redis"), str(props.get("engineVersion", ""))
    for row in cloud.ledger.find(PARAMETERS, cloud.region):
        family = row.inputs["family"]
        fits = FAMILIES[family] == engine and family.startswith(f"{engine}{version.partition('.')[0]}")
        require(
            row.id != props.get("parameterGroupName") or fits,
            f"{COMBINATION}: parameter group {row.id} is of family {family}, the engine is {engine} {version}",
        )


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_group(cloud, props)
    name = props["replicationGroupId"]
    region = re.sub(r"^([a-z]+)-([a-z])[a-z]*-(\d)$", r"\1\2\3", cloud.region)
    mark = hashlib.sha256(f"{cloud.caller['Account']}{cloud.region}".encode()).hexdigest()[:6]
    return name, {
        "arn": cloud.arn("elasticache", f"replicationgroup:{name}"),
        "primaryEndpointAddress": f"master.{name}.{mark}.{region}.cache.amazonaws.com",
        "readerEndpointAddress": f"replica.{name}.{mark}.{region}.cache.amazonaws.com",
        "memberClusters": _members(props),
        "clusterEnabled": False,
    }


def _members(props: Props) -> list[str]:
    return [f"{props['replicationGroupId']}-{number:03}" for number in range(1, props.get("numCacheClusters", 1) + 1)]


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    del row
    _require_group(cloud, news)
    return {"memberClusters": _members(news)}


def _create_subnets(cloud: Cloud, props: Props) -> tuple[str, Props]:
    name = props["name"].lower()
    return name, {"arn": cloud.arn("elasticache", f"subnetgroup:{name}")}


SPECS = (
    Spec(
        SUBNETS, inputs("name! description subnetIds* tags"),
        _create_subnets, held="recorded", computed=("arn",), identity=("name",), autoname=("name", 255),
        references=(Reference("subnetIds", SUBNET, blocks=True),),
    ),
    ParameterGroups(
        token=PARAMETERS, service="elasticache", prefix="parametergroup:", families=FAMILIES, code=CODE
    ).spec(),
    Spec(
        REPLICATION,
        inputs(
            "replicationGroupId!* description* engine engineVersion nodeType numCacheClusters port! parameterGroupName "
            "subnetGroupName! securityGroupIds userGroupIds authToken authTokenUpdateStrategy kmsKeyId! "
            "atRestEncryptionEnabled! transitEncryptionEnabled automaticFailoverEnabled multiAzEnabled "
            "snapshotRetentionLimit snapshotWindow finalSnapshotIdentifier maintenanceWindow autoMinorVersionUpgrade "
            "applyImmediately tags"
        ),
        _create, update=_update, held="recorded", volatile=("memberClusters",), identity=("replicationGroupId",),
        computed=("arn", "primaryEndpointAddress", "readerEndpointAddress", "memberClusters", "clusterEnabled"),
        references=(
            Reference("subnetGroupName", SUBNETS, blocks=True),
            Reference("parameterGroupName", PARAMETERS, blocks=True),
            Reference("securityGroupIds", SECURITY_GROUP, blocks=True),
            Reference("userGroupIds", USER_GROUP, blocks=True),
            Reference("kmsKeyId", "aws:kms/key:Key", output="arn"),
        ),
    ),
)  # fmt: skip
