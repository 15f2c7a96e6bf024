"""One realistic resource of every type of the storage layer, on the network and the key of `cases.py`."""

import json

from tests.sandbox.aws.case import Case, Props, tagged

PUBLISHERS = {
    "Effect": "Allow", "Principal": {"Service": "events.rds.amazonaws.com"}, "Action": "sns:Publish",
    "Resource": "arn:aws:sns:us-east-1:123456789012:database",
}  # fmt: skip


def _policy(**change: str) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{**PUBLISHERS, **change}]})


def parameter(name: str, value: str, method: str = "pending-reboot") -> Props:
    return {"name": name, "value": value, "applyMethod": method}


GROUP = (
    parameter("rds.group_replication_enabled", "1"), parameter("rds.custom_dns_resolution", "1"),
    parameter("enforce_gtid_consistency", "ON"), parameter("gtid-mode", "ON"),
    parameter("group_replication_group_name", "5d5a0a4e-2f68-4d0e-9d5e-2f6a4d1b7c11"),
    parameter("binlog_format", "ROW", "immediate"), parameter("replica_preserve_commit_order", "ON", "immediate"),
)  # fmt: skip

STORAGE = (
    Case("topic", "aws:sns/topic:Topic",
         {"name": "database", "displayName": "database", "kmsMasterKeyId": "@key", **tagged()},
         {"displayName": "databases", **tagged("two")}),
    Case("publishers", "aws:sns/topicPolicy:TopicPolicy", {"arn": "@topic.arn", "policy": _policy()},
         {"policy": _policy(Sid="events")}),
    Case("members", "aws:rds/parameterGroup:ParameterGroup",
         {"family": "mysql8.4", "parameters": list(GROUP), **tagged()},
         {"parameters": [*GROUP[:5], parameter("max_connections", "500", "immediate")], **tagged("two")}),
    Case("placed", "aws:rds/subnetGroup:SubnetGroup",
         {"subnetIds": ["@a", "@b"], "description": "one subnet a zone", **tagged()},
         {"description": "one a zone", **tagged("two")}),
    Case("member", "aws:rds/instance:Instance",
         {"identifier": "member", "instanceClass": "db.r7g.xlarge", "engine": "mysql", "engineVersion": "8.4.8",
          "allocatedStorage": 400, "maxAllocatedStorage": 800, "storageType": "gp3", "iops": 12000,
          "storageThroughput": 500, "storageEncrypted": True, "kmsKeyId": "@key.arn", "multiAz": True,
          "parameterGroupName": "@members", "dbSubnetGroupName": "@placed", "vpcSecurityGroupIds": ["@sg"],
          "port": 3306, "username": "platform_admin", "manageMasterUserPassword": True,
          "masterUserSecretKmsKeyId": "@key.arn", "backupRetentionPeriod": 7, "backupWindow": "07:00-08:00",
          "maintenanceWindow": "Sun:08:30-Sun:09:30", "autoMinorVersionUpgrade": False, "copyTagsToSnapshot": True,
          "publiclyAccessible": False, "deletionProtection": True, "finalSnapshotIdentifier": "member-final",
          "enabledCloudwatchLogsExports": ["error", "slowquery"], "caCertIdentifier": "rds-ca-rsa2048-g1",
          "applyImmediately": False, **tagged()},
         {"allocatedStorage": 500, "maxAllocatedStorage": 0, "instanceClass": "db.r7g.2xlarge",
          "deletionProtection": False, "manageMasterUserPassword": False, "masterUserSecretKmsKeyId": None,
          "password": "a-password-of-our-own", "enabledCloudwatchLogsExports": ["error", "audit"],
          "engineVersion": "8.4.9", "maintenanceWindow": "mon:08:30-mon:09:30", **tagged("two")}),
    Case("plain", "aws:rds/instance:Instance",
         {"instanceClass": "db.m7g.large", "engine": "mysql", "engineVersion": "8.4.8", "allocatedStorage": 20,
          "availabilityZone": "us-east-1a", "dbSubnetGroupName": "@placed", "vpcSecurityGroupIds": ["@sg"],
          "username": "platform_admin", "password": "a-password-of-our-own", "backupRetentionPeriod": 1,
          "skipFinalSnapshot": True}, tagged()),
    Case("copied", "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
         {"sourceDbInstanceArn": "@plain.arn", "retentionPeriod": 7, "region": "us-west-2"}),
    Case("events", "aws:rds/eventSubscription:EventSubscription",
         {"snsTopic": "@topic.arn", "sourceType": "db-instance", "sourceIds": ["@member.identifier"],
          "eventCategories": ["availability", "failover"], **tagged()},
         {"eventCategories": ["failure"], "sourceIds": ["@plain.identifier"], "enabled": False, **tagged("two")}),
    Case("reader", "aws:elasticache/user:User",
         {"userId": "reader", "userName": "reader", "engine": "valkey", "accessString": "on ~* -@all +@read",
          "authenticationMode": {"type": "password", "passwords": ["0123456789abcdef"]}, **tagged()},
         {"accessString": "on ~* -@all +get"}),
    Case("readers", "aws:elasticache/userGroup:UserGroup",
         {"userGroupId": "readers", "engine": "valkey", "userIds": ["@reader"], **tagged()}, tagged("two")),
    Case("replies", "aws:elasticache/replicationGroup:ReplicationGroup",
         {"replicationGroupId": "replies", "description": "answers", "engine": "valkey", "engineVersion": "8.0",
          "nodeType": "cache.r7g.large", "numCacheClusters": 2, "subnetGroupName": "@stores",
          "userGroupIds": ["@readers"], "transitEncryptionEnabled": True, "automaticFailoverEnabled": True},
         {"snapshotRetentionLimit": 1}),
    Case("writer", "aws:memorydb/user:User",
         {"userName": "writer", "accessString": "on ~shared:* resetchannels -@all +get +set",
          "authenticationMode": {"type": "password", "passwords": ["0123456789abcdef"]}, **tagged()},
         {"accessString": "off -@all"}),
    Case("admitted", "aws:memorydb/acl:Acl", {"name": "admitted", "userNames": ["@writer"], **tagged()},
         {"userNames": []}),
    Case("zones", "aws:memorydb/subnetGroup:SubnetGroup", {"subnetIds": ["@a", "@b"], **tagged()},
         {"subnetIds": ["@a"]}),
    Case("settings", "aws:memorydb/parameterGroup:ParameterGroup",
         {"family": "memorydb_valkey7", "parameters": [{"name": "maxmemory-policy", "value": "noeviction"}]},
         {"parameters": [{"name": "maxmemory-policy", "value": "allkeys-lru"}], **tagged()}),
    Case("shared", "aws:memorydb/multiRegionCluster:MultiRegionCluster",
         {"multiRegionClusterNameSuffix": "shared", "description": "answers", "engine": "valkey",
          "engineVersion": "7.3", "nodeType": "db.r7g.xlarge", "numShards": 2, "tlsEnabled": True, **tagged()},
         {"numShards": 3, "updateStrategy": "coordinated"}),
    Case("joined", "aws:memorydb/cluster:Cluster",
         {"name": "joined", "description": "a member", "multiRegionClusterName": "@shared.multiRegionClusterName",
          "nodeType": "db.r7g.xlarge", "numReplicasPerShard": 1, "port": 6379, "aclName": "@admitted",
          "tlsEnabled": True, "kmsKeyArn": "@key.arn", "subnetGroupName": "@zones", "securityGroupIds": ["@sg"],
          "snapshotRetentionLimit": 7, "snapshotWindow": "07:00-08:00", "finalSnapshotName": "joined-final",
          "maintenanceWindow": "sun:08:30-sun:09:30", "snsTopicArn": "@topic.arn", **tagged()},
         {"numReplicasPerShard": 2, **tagged("two")}),
    Case("alone", "aws:memorydb/cluster:Cluster",
         {"aclName": "@admitted", "nodeType": "db.t4g.small", "engine": "valkey", "engineVersion": "7.3",
          "numShards": 1, "parameterGroupName": "@settings", "subnetGroupName": "@zones"}, {"numShards": 2}),
)  # fmt: skip
