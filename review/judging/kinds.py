"""What is known of each type of resource: the data it holds, and what stands still while it is gone.

It covers what the platform declares or is to declare; `of` answers for every other type by its provider. The minutes
of a gap are this project's own estimates, said as such in a report.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_PROTECT: Final = (
    "keep it with protect, make the new one beside it, move the data, and delete the old one in a second pull request"
)
_BESIDE: Final = "make the new one beside it in one pull request, move traffic, and remove the old one in a second"
_BLUE_GREEN: Final = (
    "add a second node group in one pull request, drain the old one, and remove it in a second (blue/green)"
)
_ONE_SITE: Final = "run it for one site at a time (pulumi up with --target), and watch the first before the second"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One type of resource.

    Attributes:
        loss: what is lost with it, as a clause; empty where it holds no data.
        outage: what stands still while it is gone, as a clause; empty where nothing does.
        minutes: how long it takes to make, our estimate; 0 where that is seconds.
        carries: whether its site stops serving without it.
        avoid: how to reach the same end without deleting it.
    """

    loss: str = ""
    outage: str = ""
    minutes: int = 0
    carries: bool = False
    avoid: str = _BESIDE


def _data(loss: str, minutes: int = 0, outage: str = "what reads it fails", avoid: str = _PROTECT) -> Kind:
    return Kind(loss=loss, outage=outage, minutes=minutes, avoid=avoid)


def _serving(outage: str, minutes: int = 0, avoid: str = _BESIDE) -> Kind:
    return Kind(outage=outage, minutes=minutes, carries=True, avoid=avoid)


def _minor(outage: str, minutes: int = 0, avoid: str = _BESIDE) -> Kind:
    return Kind(outage=outage, minutes=minutes, avoid=avoid)


_NETWORK: Final[Mapping[str, Kind]] = {
    "aws:ec2/vpc:Vpc": _serving("nothing in the region has a network", 60),
    "aws:ec2/subnet:Subnet": _serving("everything that stands in the subnet is made again", 30),
    "aws:ec2/natGateway:NatGateway": _serving("nothing in the site reaches the internet", 5),
    "aws:ec2/eip:Eip": _minor("the address changes, and whoever allows only the old one refuses us"),
    "aws:ec2/internetGateway:InternetGateway": _serving("nothing in the region is reached from the internet", 5),
    "aws:ec2/route:Route": _serving("traffic of this route goes nowhere", avoid=_ONE_SITE),
    "aws:ec2/routeTable:RouteTable": _serving("its subnets have no way out", avoid=_ONE_SITE),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _serving("its subnet has no way out", avoid=_ONE_SITE),
    "aws:ec2/securityGroup:SecurityGroup": _serving("what only this group let through is refused"),
    "aws:ec2/securityGroupRule:SecurityGroupRule": _serving("the traffic that it let through stops at once"),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _serving("the traffic that it let in stops at once"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _serving("the traffic that it let out stops at once"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _minor("new nodes can not pull images or register while NAT is down too", 5),
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": _serving("the two regions do not reach each other", 5),
    "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter": _serving("the two regions do not meet", 5),
    "aws:lb/loadBalancer:LoadBalancer": _serving("the site takes no requests, and its name changes", 5),
    "aws:lb/listener:Listener": _serving("requests to its port are refused"),
    "aws:lb/targetGroup:TargetGroup": _serving("requests find no target"),
    "aws:globalaccelerator/accelerator:Accelerator": _serving("no client reaches any region: its addresses change", 10),
    "aws:globalaccelerator/listener:Listener": _serving("no client reaches any region on its ports", 5),
    "aws:globalaccelerator/endpointGroup:EndpointGroup": _serving("its region gets no traffic", 5),
    "aws:route53/zone:Zone": _data(
        "all its records and the name servers that the world asks", outage="names do not resolve"
    ),
    "aws:route53/record:Record": _serving("the name does not resolve until caches expire"),
    "aws:route53/healthCheck:HealthCheck": _minor("a dead endpoint stays in DNS answers"),
    "aws:cloudfront/distribution:Distribution": _serving("no client is served at the edge, and its name changes", 20),
    "aws:wafv2/webAcl:WebAcl": _minor("requests come in unfiltered"),
}
_COMPUTE: Final[Mapping[str, Kind]] = {
    "aws:eks/cluster:Cluster": Kind(
        loss="all objects of the cluster (etcd), with its endpoint and identity",
        outage="everything that the site runs stops",
        minutes=20,
        carries=True,
        avoid="make a second cluster as a new site, move traffic to it, and remove this one in a second pull request",
    ),
    "aws:eks/nodeGroup:NodeGroup": _serving("the pods on its nodes are evicted, and wait for room", 15, _BLUE_GREEN),
    "aws:eks/addon:Addon": _serving("pods that need it do not start, and running ones lose what it does", 3, _ONE_SITE),
    "aws:eks/accessEntry:AccessEntry": _minor("its principal loses access to the cluster"),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": _minor("its principal loses rights in the cluster"),
    "aws:autoscaling/group:Group": _serving("its instances are terminated", 15, _BLUE_GREEN),
    "aws:autoscaling/attachment:Attachment": _serving("no request reaches its group's nodes", avoid=_ONE_SITE),
    "aws:autoscaling/policy:Policy": _minor("its group does not grow when the alarm rings", avoid=_ONE_SITE),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _minor("nobody is told, and no nodes are added", avoid=_ONE_SITE),
    "aws:ec2/instance:Instance": _data("what is on its local disks", 10),
    "aws:ec2/launchTemplate:LaunchTemplate": _minor("node groups that use it can not start a node"),
    "aws:ec2/capacityReservation:CapacityReservation": _minor(
        "the GPUs that it held go back to AWS, and may not be had again",
        avoid="make the new reservation first and remove this one in a second pull request, once it is active",
    ),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": _minor("new pods of its service account have no rights"),
    "aws:iam/role:Role": _serving("whatever acts under it is refused"),
    "aws:iam/rolePolicy:RolePolicy": _minor("its role loses these rights"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _minor("its role loses these rights"),
}
_STORAGE: Final[Mapping[str, Kind]] = {
    "aws:rds/instance:Instance": _data("the database of this instance", 20),
    "aws:rds/cluster:Cluster": _data("the database of this cluster", 20),
    "aws:rds/clusterInstance:ClusterInstance": _minor("its connections break and fail over", 15),
    "aws:rds/globalCluster:GlobalCluster": _data("replication between regions"),
    "aws:rds/snapshot:Snapshot": _data("a backup"),
    "aws:rds/parameterGroup:ParameterGroup": _minor("its instances need another group, and a restart"),
    "aws:rds/subnetGroup:SubnetGroup": _minor("its instances need another group"),
    "aws:rds/eventSubscription:EventSubscription": _minor("nobody is told of a failover or a failing instance"),
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": _data(
        "the backups that its region has of another region's instance", outage="new backups stay in one region"
    ),
    "aws:elasticache/replicationGroup:ReplicationGroup": _data("the cache and every job that waits in the queue", 15),
    "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup": _data("replication of the cache between regions"),
    "aws:elasticache/serverlessCache:ServerlessCache": _data("the cache and every job that waits in the queue", 5),
    "aws:memorydb/cluster:Cluster": _data("this region's copy of the shared state", 20),
    "aws:memorydb/multiRegionCluster:MultiRegionCluster": _data("the shared state of all regions", 30),
    "aws:s3/bucket:Bucket": _data("all objects of the bucket, and its name"),
    "aws:s3/bucketObject:BucketObject": _data("the object"),
    "aws:s3/bucketObjectv2:BucketObjectv2": _data("the object"),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": _minor("new objects stay in one region"),
    "aws:ebs/volume:Volume": _data("the disk", 5),
    "aws:ebs/snapshot:Snapshot": _data("a backup"),
    "aws:efs/fileSystem:FileSystem": _data("all files", 5),
    "aws:dynamodb/table:Table": _data("all items", 5),
    "aws:backup/vault:Vault": _data("all backups in it"),
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": _minor("backups can be deleted before their time"),
    "aws:backup/plan:Plan": _minor("nothing new is backed up or copied to the other region"),
    "aws:backup/selection:Selection": _minor("nothing new is backed up or copied to the other region"),
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": _minor("new images stay in one region"),
    "aws:kms/key:Key": Kind(
        loss="all that it encrypted, when its waiting days are over",
        outage="what it encrypted can not be read",
        carries=True,
        avoid=_PROTECT,
    ),
    "aws:kms/replicaKey:ReplicaKey": _data("all that it encrypted in its region"),
    "aws:kms/alias:Alias": _minor("who asks for the key by its alias is refused"),
    "aws:ecr/repository:Repository": _data("all images in it", outage="new pods can not pull their image"),
    "aws:secretsmanager/secret:Secret": _data(
        "the secret, for good after its waiting days", outage="who reads it fails"
    ),
    "aws:ssm/parameter:Parameter": _data("the parameter", outage="who reads it fails"),
    "aws:sqs/queue:Queue": _data("every message in it", 1),
    "aws:kinesis/stream:Stream": _data("every record in it", 1),
    "aws:cloudwatch/logGroup:LogGroup": _data("all logs in it", outage="what is logged meanwhile is lost"),
    "aws:opensearch/domain:Domain": _data("all logs and traces in it", 30),
    "aws:amp/workspace:Workspace": _data("all metrics in it", 5),
}
_KUBERNETES: Final[Mapping[str, Kind]] = {
    "core/v1:PersistentVolumeClaim": _data("the volume, unless its class retains it"),
    "core/v1:PersistentVolume": _data("the volume, unless it is retained"),
    "core/v1:Namespace": Kind(
        loss="everything in it, volume claims too",
        outage="everything in it stops",
        minutes=5,
        carries=True,
        avoid=_PROTECT,
    ),
    "apiextensions.k8s.io/v1:CustomResourceDefinition": _data("every object of its kind in the cluster"),
    "apps/v1:Deployment": _serving("the site does not serve what it runs", 30),
    "apps/v1:StatefulSet": _serving("its members are gone together; their volumes stay", 10),
    "apps/v1:DaemonSet": _minor("every node loses what it does", 5, _ONE_SITE),
    "core/v1:Service": _serving("clients in the cluster do not find its pods, and its address changes"),
    "core/v1:ServiceAccount": _minor("pods under it do not start"),
    "core/v1:Secret": _minor("pods that read it do not start"),
    "core/v1:ConfigMap": _minor("pods that read it do not start"),
    "networking.k8s.io/v1:Ingress": _serving("requests to its hosts are refused"),
    "networking.k8s.io/v1:NetworkPolicy": _minor("what it let through is refused, or what it closed is open"),
    "autoscaling/v2:HorizontalPodAutoscaler": _minor("replicas stay at their number whatever the load"),
    "keda.sh/v1alpha1:ScaledObject": _minor("replicas stay at their number whatever the load"),
    "helm.sh/v3:Release": _minor("what its chart installed is gone, and what hangs on it stands still", 10, _ONE_SITE),
    "policy/v1:PodDisruptionBudget": _minor("a drain may take all its pods at once"),
    "batch/v1:CronJob": _minor("what it does is not done until the next one"),
    "batch/v1:Job": _minor("what it did is done once more"),
    "core/v1:ResourceQuota": _minor("pods of its namespace may ask for all of the cluster"),
    "admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy": _minor("what it refuses is let in"),
    "admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding": _minor("what its policy refuses is let in"),
    "scheduling.k8s.io/v1:PriorityClass": _minor("pods of its class do not start"),
    "storage.k8s.io/v1:StorageClass": _minor("new volumes of its class can not be made"),
}
KINDS: Final[Mapping[str, Kind]] = {
    **_NETWORK,
    **_COMPUTE,
    **_STORAGE,
    **{f"kubernetes:{token}": kind for token, kind in _KUBERNETES.items()},
}
_UNKNOWN: Final = Kind(avoid=f"look up what it holds; to be safe, {_BESIDE}")


def of(token: str) -> Kind:
    """Return what is known of a type; of an unknown one nothing is claimed, neither data nor an outage."""
    return KINDS.get(token, _UNKNOWN)
