"""What ElastiCache and MemoryDB refuse: one failing case for each rule, as moto has hardly any of both."""

import pytest

from sandbox.plugin.provider import ProviderError
from tests.sandbox.aws.case import Case, Props
from tests.sandbox.aws.cases import CASES
from tests.sandbox.aws.estate import Estate, refuse, refuse_deletion, refuse_update, subject_of

BY_NAME = {case.name: case for case in CASES}
STANDING = (
    "vpc", "a", "b", "sg", "key", "topic", "stores", "kept", "queue", "reader", "readers", "replies", "writer",
    "admitted", "zones", "settings", "shared", "joined",
)  # fmt: skip
QUEUE: Props = {"replicationGroupId": "x"}
OLD: Case = Case("old", BY_NAME["kept"].type, {"name": "old", "family": "redis7"})
ONE_ZONE: Case = Case("onezone", BY_NAME["stores"].type, {"name": "onezone", "subnetIds": ["@a"]})
OTHER: Props = {"name": "other", "region": "us-west-2"}
FAR: Props = {
    **OTHER, "aclName": "@faracl", "kmsKeyArn": None, "subnetGroupName": None, "securityGroupIds": None,
    "snsTopicArn": None,
}  # fmt: skip
ALONE: Props = {"name": "other"}

REFUSED: tuple[tuple[str, Props, str], ...] = (
    ("queue", {"replicationGroupId": "a--b"}, r"replicationGroupId is 'a--b'; 1 to 40 small letters"),
    ("queue", {"replicationGroupId": "Queue"}, r"replicationGroupId is 'Queue'"),
    ("queue", {**QUEUE, "engine": "memcached"}, r"engine is 'memcached'; allowed are redis, valkey"),
    ("queue", {**QUEUE, "numCacheClusters": 7}, r"numCacheClusters is 7; 1 to 6"),
    ("queue", {**QUEUE, "snapshotRetentionLimit": 36}, r"snapshotRetentionLimit is 36; 0 to 35"),
    ("queue", {**QUEUE, "numCacheClusters": 1}, r"automaticFailoverEnabled with 1 node; it takes 2 or more"),
    ("queue", {**QUEUE, "automaticFailoverEnabled": False}, r"multiAzEnabled needs automaticFailoverEnabled"),
    ("queue", {**QUEUE, "subnetGroupName": "@onezone"}, r"multiAzEnabled with subnets in \['us-east-1a'\]"),
    ("queue", {**QUEUE, "transitEncryptionEnabled": False}, r"authToken without transitEncryptionEnabled"),
    ("queue", {**QUEUE, "authToken": "short"}, r"authToken must be 16 to 128 letters"),
    ("queue", {**QUEUE, "parameterGroupName": "@old"}, r"old is of family redis7, the engine is valkey 8.0"),
    ("queue", {**QUEUE, "engineVersion": "7.2"}, r"is of family valkey8, the engine is valkey 7.2"),
    ("queue", {**QUEUE, "userGroupIds": ["@readers"]}, r"userGroupIds with authToken; give one of them"),
    ("queue", {**QUEUE, "subnetGroupName": "none"}, r"'none', which subnetGroupName of"),
    ("replies", {"replicationGroupId": "x", "transitEncryptionEnabled": None}, r"userGroupIds without transitEnc"),
    ("replies", {"replicationGroupId": "x", "userGroupIds": ["@readers"] * 2}, r"userGroupIds has 2 groups; 1 is"),
    ("kept", {"family": "valkey6"}, r"family is 'valkey6'; allowed are valkey7"),
    ("kept", {"parameters": [{"name": "maxmemory-policy", "value": "lru"}]}, r"maxmemory-policy is 'lru'; allowed"),
    ("reader", {"userId": "Reader"}, r"userId is 'Reader'; 1 to 40 small letters"),
    ("reader", {"userId": "x", "engine": "redis7"}, r"engine is 'redis7'; allowed are redis, valkey"),
    ("reader", {"userId": "x", "accessString": "~* +@all"}, r"accessString is .* must begin with on or off"),
    ("reader", {"userId": "x", "authenticationMode": None}, r"user x has no proof of itself; give one of passwords"),
    ("reader", {"userId": "x", "noPasswordRequired": True}, r"has noPasswordRequired and authenticationMode; give one"),
    ("reader", {"userId": "x", "authenticationMode": {"type": "iam"}}, r"userName is reader, userId x; with type iam"),
    ("reader", {"userId": "x", "authenticationMode": {"type": "password"}}, r"number of passwords is 0; 1 to 2"),
    ("readers", {"userGroupId": "x", "engine": "redis"}, r"DefaultUserRequired: userIds of x have no user named def"),
    ("readers", {"userGroupId": "x", "userIds": ["@reader", "@twin"]}, r"DuplicateUserName: .* named \['reader'\]"),
    ("readers", {"userGroupId": "x", "userIds": ["gone"]}, r"'gone', which userIds of"),
    ("writer", {}, r"UserAlreadyExistsFault: there is a user writer in us-east-1"),
    ("writer", {"userName": "a b"}, r"userName is 'a b'; 1 to 40 letters"),
    ("writer", {"userName": "x", "accessString": ""}, r"accessString is ''; it must begin with on or off"),
    ("writer", {"userName": "x", "authenticationMode": {"type": "no-password"}}, r"is 'no-password'; allowed are pass"),
    ("writer", {"userName": "x", "authenticationMode": {"type": "password", "passwords": ["short"]}},
     r"the length of a password is 5; 16 to 128"),
    ("writer", {"userName": "x", "authenticationMode": {"type": "iam", "passwords": ["0123456789abcdef"]}},
     r"passwords with type iam; leave them out"),
    ("admitted", {}, r"ACLAlreadyExistsFault: there is an ACL admitted"),
    ("admitted", {"name": "x", "userNames": ["@writer"] * 2}, r"DuplicateUserNameFault: userNames has \['writer'\]"),
    ("admitted", {"name": "x", "userNames": ["gone"]}, r"'gone', which userNames of"),
    ("settings", {"name": "x", "family": "valkey8"}, r"family is 'valkey8'; allowed are memorydb_redis6"),
    ("settings", {"name": "x", "parameters": [{"name": "maxmemory-policy", "value": "lru"}]}, r"is 'lru'; allowed are"),
    ("shared", {}, r"MultiRegionClusterAlreadyExistsFault: there is a multi-Region cluster \w{5}-shared"),
    ("shared", {"region": "eu-north-1"}, r"the region of a multi-Region cluster is 'eu-north-1'; allowed are us-east-1"),
    ("shared", {"multiRegionClusterNameSuffix": "x", "engine": "redis"}, r"engine is 'redis'; allowed are valkey"),
    ("shared", {"multiRegionClusterNameSuffix": "x", "engineVersion": "7.2"}, r"takes Valkey 7.3 and later"),
    ("shared", {"multiRegionClusterNameSuffix": "x", "nodeType": "db.r7g.large"}, r"takes db.r7g.xlarge and larger"),
    ("shared", {"multiRegionClusterNameSuffix": "x", "nodeType": "db.r6g.4xlarge"}, r"nodeType is db.r6g.4xlarge"),
    ("shared", {"multiRegionClusterNameSuffix": "x", "updateStrategy": "slow"}, r"updateStrategy is 'slow'; allowed"),
    ("shared", {"multiRegionClusterNameSuffix": "x", "numShards": 0}, r"numShards is 0; 1 or more"),
    ("joined", ALONE, r"has the member \['joined'\] in us-east-1 already; a region has one"),
    ("joined", {**ALONE, "multiRegionClusterName": "gone"}, r"'gone', which multiRegionClusterName of"),
    ("joined", {**FAR, "numShards": 2}, r"numShards with multiRegionClusterName; a member has those of"),
    ("joined", {**FAR, "engine": "valkey", "engineVersion": "7.3"}, r"engine and engineVersion with multiRegion"),
    ("joined", {**FAR, "nodeType": "db.r7g.2xlarge"}, r"nodeType is db.r7g.2xlarge, that of .* is db.r7g.xlarge"),
    ("joined", {**FAR, "dataTiering": True}, r"dataTiering with multiRegionClusterName"),
    ("joined", {**FAR, "multiRegionClusterName": "@bare.multiRegionClusterName"}, r"tlsEnabled of .*-bare is false"),
    ("joined", {**ALONE, "tlsEnabled": False}, r"tlsEnabled is false with aclName admitted; without TLS there is no"),
    ("joined", {**ALONE, "numReplicasPerShard": 6}, r"numReplicasPerShard is 6; 0 to 5"),
    ("joined", {**ALONE, "snapshotRetentionLimit": 36}, r"snapshotRetentionLimit is 36; 0 to 35"),
    ("joined", {"name": "a--b"}, r"name is 'a--b'; 1 to 40 small letters"),
    ("joined", {**ALONE, "aclName": "open-access"}, r"'open-access', which aclName of"),
    ("alone", {"name": "joined"}, r"ClusterAlreadyExistsFault: there is a cluster joined"),
    ("alone", {"engine": "memcached"}, r"engine is 'memcached'; allowed are redis, valkey"),
    ("alone", {"engine": "redis"}, r"is of family memorydb_valkey7, the engine redis"),
)  # fmt: skip


@pytest.fixture
def stores(estate: Estate) -> Estate:
    for name in STANDING:
        estate.create(BY_NAME[name])
    region = {"region": "us-west-2"}
    estate.create(Case("faruser", BY_NAME["writer"].type, {**BY_NAME["writer"].inputs, **region}))
    estate.create(Case("faracl", BY_NAME["admitted"].type, {**BY_NAME["admitted"].inputs, **region}))
    bare = {**BY_NAME["shared"].inputs, "multiRegionClusterNameSuffix": "bare", "tlsEnabled": False}
    estate.create(Case("bare", BY_NAME["shared"].type, bare))
    estate.create(Case("twin", BY_NAME["reader"].type, {**BY_NAME["reader"].inputs, "userId": "twin"}))
    for case in (OLD, ONE_ZONE):
        estate.create(case)
    return estate


def test_what_the_stores_would_not_make(stores: Estate) -> None:
    for name, change, message in REFUSED:
        refuse(stores, BY_NAME[name], change, message)


def test_what_the_stores_would_not_change_in_place(stores: Estate) -> None:
    for name, change, message in (
        ("queue", {"snapshotRetentionLimit": 36}, r"snapshotRetentionLimit is 36"),
        ("queue", {"authToken": "short"}, r"authToken must be"),
        ("kept", {"parameters": [{"name": "maxmemory-policy", "value": "lru"}]}, r"maxmemory-policy is 'lru'"),
        ("reader", {"accessString": "+@all"}, r"must begin with on or off"),
        ("readers", {"engine": "redis"}, r"DefaultUserRequired"),
        ("writer", {"accessString": "+@all"}, r"must begin with on or off"),
        ("admitted", {"userNames": ["@writer", "@writer"]}, r"DuplicateUserNameFault"),
        ("shared", {"engineVersion": "7.2"}, r"takes Valkey 7.3 and later"),
        ("joined", {"nodeType": "db.r7g.2xlarge"}, r"they must be the same"),
    ):
        refuse_update(stores, name, change, message)


def test_valkey_is_not_brought_back_to_an_older_version(stores: Estate) -> None:
    stores.update(BY_NAME["shared"], {"engineVersion": "8.0"})
    with pytest.raises(ProviderError, match=r"engineVersion of \w{5}-shared is 8.0 and can not go back to 7.3"):
        stores.update(BY_NAME["shared"])


def test_what_others_use_stays(stores: Estate) -> None:
    for name, message in (
        ("stores", r"CacheSubnetGroupInUse: .* in use by ReplicationGroup queue"),
        ("kept", r"InvalidCacheParameterGroupState: .* in use by ReplicationGroup queue"),
        ("readers", r"InvalidUserGroupState: .* in use by ReplicationGroup replies"),
        ("admitted", r"InvalidACLStateFault: .* in use by Cluster joined"),
        ("zones", r"SubnetGroupInUseFault: .* in use by Cluster joined"),
    ):
        refuse_deletion(stores, name, message)
    stores.delete(BY_NAME["writer"])


def test_a_second_region_joins_and_leaves_before_the_cluster_of_both_goes(stores: Estate) -> None:
    stores.create(Case("second", BY_NAME["joined"].type, {**BY_NAME["joined"].inputs, **FAR}))
    address = stores.made["second"].outputs["clusterEndpoints"][0]["address"]
    assert address.endswith(".memorydb.us-west-2.amazonaws.com")
    stores.delete(BY_NAME["joined"])
    refuse_deletion(stores, "shared", r"InvalidMultiRegionClusterStateFault: .* in use by Cluster other")
    stores.delete(stores.made["second"].case)
    stores.delete(BY_NAME["shared"])


def test_a_secret_is_in_no_message(stores: Estate) -> None:
    secret = "hunter2"
    password = {"authenticationMode": {"type": "password", "passwords": [secret]}}
    for name, change in (("queue", {**QUEUE, "authToken": secret}), ("reader", {"userId": "x", **password}),
                         ("writer", {"userName": "x", **password})):  # fmt: skip
        case = BY_NAME[name]
        with pytest.raises(ProviderError, match=r"16 to 128") as told:
            stores.create(Case(name, case.type, {**case.inputs, **change}))
        assert secret not in str(told.value)


REPLACED = {
    "shared": ("multiRegionClusterNameSuffix", "nodeType"),
    "joined": ("kmsKeyArn", "multiRegionClusterName", "name", "port", "subnetGroupName", "tlsEnabled"),
    "writer": ("userName",),
    "admitted": ("name",),
    "reader": ("userId", "userName"),
    "readers": ("userGroupId",),
}
IN_PLACE = {
    "shared": ("description", "engineVersion", "numShards", "updateStrategy"),
    "joined": ("aclName", "description", "maintenanceWindow", "nodeType", "numReplicasPerShard", "securityGroupIds"),
    "writer": ("accessString", "authenticationMode"),
    "admitted": ("userNames",),
    "reader": ("accessString", "authenticationMode"),
    "readers": ("userIds",),
    "queue": ("userGroupIds",),
}


def test_only_what_the_real_provider_replaces_is_replaced(stores: Estate) -> None:
    for table, replaced in ((REPLACED, True), (IN_PLACE, False)):
        for case, names in table.items():
            for name in names:
                found = stores.provider.diff(subject_of(BY_NAME[case]), "id", {name: "one"}, {name: "two"})
                assert [change.replaces for change in found.changes] == [replaced], (case, name)
