"""MemoryDB, with the clusters that several regions write: the ledger holds it, and its rules are checked here.

moto has no multi-Region clusters, and makes a regional one without a look at what it would be a member of. Nothing
answers at an endpoint: what the service refuses of commands is tested on a real server of its own.
"""

import hashlib
import re
from typing import Final

from sandbox.aws.cloud import Cloud
from sandbox.aws.keys import KEY
from sandbox.aws.ledger import Row
from sandbox.aws.memorydb_access import ACL, CODE
from sandbox.aws.memorydb_groups import FAMILIES, PARAMETERS, SUBNETS
from sandbox.aws.rules import require, require_between, require_one_of
from sandbox.aws.security import GROUP as SECURITY_GROUP
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.topic import TOPIC
from sandbox.plugin.wire import Props

MULTI_REGION: Final = "aws:memorydb/multiRegionCluster:MultiRegionCluster"
CLUSTER: Final = "aws:memorydb/cluster:Cluster"
COMBINATION: Final = "InvalidParameterCombinationException"
REGIONS: Final = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-central-1", "eu-west-2", "ap-northeast-1",
    "ap-southeast-2", "ap-south-1", "ap-northeast-2", "ap-southeast-1",
)  # fmt: skip
MOST: Final = 5
LEAST_VERSION: Final = (7, 3)
NODES: Final = re.compile(r"db\.r7g\.\d*xlarge")
"""Regions, how many of them, versions of Valkey and node types of multi-Region clusters
(https://docs.aws.amazon.com/memorydb/latest/devguide/multi-region.prereq.html)."""

PARENTS: Final = ("engine", "engineVersion", "numShards", "parameterGroupName")
"""What a member has from its multi-Region cluster."""

ENGINES: Final = ("redis", "valkey")
STRATEGIES: Final = ("coordinated", "uncoordinated")
REPLICAS, SNAPSHOT_DAYS, PORT = (0, 5), (0, 35), 6379
NAME: Final = re.compile(r"(?!.*--)[a-z][a-z0-9-]{0,39}(?<!-)")
"""(https://docs.aws.amazon.com/memorydb/latest/APIReference/API_CreateCluster.html)."""


def _require_multi_region(cloud: Cloud, props: Props) -> None:
    require_one_of("the region of a multi-Region cluster", cloud.region, REGIONS, CODE)
    require_one_of("engine", props.get("engine", "valkey"), ("valkey",), CODE)
    version, node = str(props.get("engineVersion", "7.3")), props["nodeType"]
    require(
        _version(version) >= LEAST_VERSION,
        f"{CODE}: engineVersion is {version}; a multi-Region cluster takes Valkey 7.3 and later",
    )
    require(
        NODES.fullmatch(node) is not None,
        f"{CODE}: nodeType is {node}; a multi-Region cluster takes db.r7g.xlarge and larger ones of r7g",
    )
    require_one_of("updateStrategy", props.get("updateStrategy", STRATEGIES[0]), STRATEGIES, CODE)
    shards = props.get("numShards", 1)
    require(shards >= 1, f"{CODE}: numShards is {shards}; 1 or more are allowed")


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")) if re.fullmatch(r"\d+(\.\d+)*", text) else ()


def _create_multi_region(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_multi_region(cloud, props)
    prefix = hashlib.sha256(cloud.region.encode()).hexdigest()[:5]  # each region has its own
    name = f"{prefix}-{props['multiRegionClusterNameSuffix']}"
    require(
        cloud.ledger.get(cloud.region, MULTI_REGION, name) is None,
        f"MultiRegionClusterAlreadyExistsFault: there is a multi-Region cluster {name}",
    )
    arn = f"arn:aws:memorydb::{cloud.caller['Account']}:multiregioncluster/{name}"
    return name, {"arn": arn, "multiRegionClusterName": name, "status": "available"}


def _update_multi_region(cloud: Cloud, row: Row, news: Props) -> Props:
    _require_multi_region(cloud, news)
    old, new = (str(props.get("engineVersion", "7.3")) for props in (row.inputs, news))
    require(_version(new) >= _version(old), f"{CODE}: engineVersion of {row.id} is {old} and can not go back to {new}")
    return {}


def _require_cluster(cloud: Cloud, props: Props) -> None:
    name = props["name"]
    require(
        NAME.fullmatch(name) is not None,
        f"{CODE}: name is {name!r}; 1 to 40 small letters, digits and single hyphens, a letter first",
    )
    require_between("numReplicasPerShard", props.get("numReplicasPerShard"), REPLICAS, CODE)
    require_between("snapshotRetentionLimit", props.get("snapshotRetentionLimit"), SNAPSHOT_DAYS, CODE)
    require(
        props.get("tlsEnabled", True),
        f"{COMBINATION}: tlsEnabled is false with aclName {props['aclName']}; without TLS there is no ACL but "
        "open-access, which the sandbox does not have",
    )
    if props.get("multiRegionClusterName"):
        _require_member(cloud, props)
    else:
        require_one_of("engine", props.get("engine", ENGINES[0]), ENGINES, CODE)
        _require_family(cloud, props)


def _require_member(cloud: Cloud, props: Props) -> None:
    """(https://docs.aws.amazon.com/memorydb/latest/devguide/multi-region.how.html)."""
    joined = props["multiRegionClusterName"]
    whole = next(row for row in cloud.ledger.find(MULTI_REGION) if joined in {row.id, row.outputs["arn"]})
    require_one_of("the region of a member", cloud.region, REGIONS, CODE)
    own = [name for name in PARENTS if props.get(name) is not None]
    require(
        not own, f"{COMBINATION}: {' and '.join(own)} with multiRegionClusterName; a member has those of {whole.id}"
    )
    require(
        props["nodeType"] == whole.inputs["nodeType"],
        f"{COMBINATION}: nodeType is {props['nodeType']}, that of {whole.id} is {whole.inputs['nodeType']}; "
        "they must be the same",
    )
    require(
        whole.inputs.get("tlsEnabled", True),
        f"{COMBINATION}: tlsEnabled of {whole.id} is false, of its member true; they must be the same",
    )
    require(not props.get("dataTiering"), f"{COMBINATION}: dataTiering with multiRegionClusterName")
    _require_place(cloud, props, whole)


def _require_place(cloud: Cloud, props: Props, whole: Row) -> None:
    """One member in a region, and five regions at most."""
    members = [
        row for row in cloud.ledger.find(CLUSTER)
        if row.inputs.get("multiRegionClusterName") == props["multiRegionClusterName"]
        and (row.region, row.id) != (cloud.region, props["name"])
    ]  # fmt: skip
    here = [row.id for row in members if row.region == cloud.region]
    require(not here, f"{CODE}: {whole.id} has the member {here} in {cloud.region} already; a region has one")
    require(len(members) < MOST, f"{CODE}: {whole.id} has members in {MOST} regions, the most there can be")


def _require_family(cloud: Cloud, props: Props) -> None:
    group = cloud.ledger.get(cloud.region, PARAMETERS, props.get("parameterGroupName", ""))
    engine = props.get("engine", ENGINES[0])
    family = group.inputs["family"] if group else ""
    require(
        group is None or FAMILIES[family] == engine,
        f"{COMBINATION}: parameter group {props.get('parameterGroupName')} is of family {family}, the engine {engine}",
    )


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_cluster(cloud, props)
    name, port = props["name"], props.get("port", PORT)
    require(
        cloud.ledger.get(cloud.region, CLUSTER, name) is None,
        f"ClusterAlreadyExistsFault: there is a cluster {name} in {cloud.region}",
    )
    mark = hashlib.sha256(f"{cloud.caller['Account']}{cloud.region}".encode()).hexdigest()[:6]
    address = f"clustercfg.{name}.{mark}.memorydb.{cloud.region}.amazonaws.com"
    return name, {
        "arn": cloud.arn("memorydb", f"cluster/{name}"), "clusterEndpoints": [{"address": address, "port": port}],
    }  # fmt: skip


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    del row
    _require_cluster(cloud, news)
    return {}


SPECS = (
    Spec(
        MULTI_REGION,
        inputs(
            "multiRegionClusterNameSuffix!* nodeType!* description engine engineVersion multiRegionParameterGroupName "
            "numShards tlsEnabled updateStrategy tags"
        ),
        _create_multi_region, update=_update_multi_region, held="recorded",
        computed=("arn", "multiRegionClusterName", "status"), identity=("multiRegionClusterNameSuffix",),
    ),
    Spec(
        CLUSTER,
        inputs(
            "name! aclName* nodeType* description engine engineVersion multiRegionClusterName! numShards "
            "numReplicasPerShard parameterGroupName port! subnetGroupName! securityGroupIds kmsKeyArn! tlsEnabled! "
            "dataTiering! autoMinorVersionUpgrade! snapshotRetentionLimit snapshotWindow finalSnapshotName "
            "maintenanceWindow snsTopicArn tags"
        ),
        _create, update=_update, held="recorded", computed=("arn", "clusterEndpoints"), identity=("name",),
        autoname=("name", 40),
        references=(
            Reference("aclName", ACL, blocks=True),
            Reference("multiRegionClusterName", MULTI_REGION, blocks=True, everywhere=True),
            Reference("parameterGroupName", PARAMETERS, blocks=True),
            Reference("subnetGroupName", SUBNETS, blocks=True),
            Reference("securityGroupIds", SECURITY_GROUP, blocks=True),
            Reference("kmsKeyArn", KEY, output="arn"),
            Reference("snsTopicArn", TOPIC, output="arn"),
        ),
    ),
)  # fmt: skip
