"""Which updates in place stop or weaken service, by type and property; every other update is harmless."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from review.assessment import Level
from review.estate.lookup import at, number, text
from review.plan import Change, Step

_ONE_SITE: Final = "run it for one site at a time (pulumi up with --target), and watch the first before the second"
_KEEP: Final = "leave it as it was, or say in the pull request why less is enough"


class Impact(IntEnum):
    """What a change does to the service of its site meanwhile."""

    NONE = 0
    ROLLS = 1
    """Pods or rules are exchanged bit by bit; the site keeps its capacity."""
    DISRUPTS = 2
    """The site serves less, or not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What an update does, in the words of a danger."""

    consequence: str
    avoid: str
    impact: Impact = Impact.NONE
    level: Level = Level.CARE


@dataclass(frozen=True, slots=True)
class _Rule:
    """Properties of which a change, if `when` holds, has an effect."""

    paths: tuple[str, ...]
    consequence: str
    impact: Impact = Impact.NONE
    when: Callable[[Change], bool] = lambda _: True
    avoid: str = _ONE_SITE
    level: Level = Level.CARE


def _lower(change: Change) -> bool:
    before, after = number(change.before), number(change.after)
    return before is not None and (after is None or after < before)


def _higher(change: Change) -> bool:
    before, after = number(change.before) or 0, number(change.after)
    return after is not None and after > before


def _off(change: Change) -> bool:
    return change.before is True and change.after is not True


def _on(change: Change) -> bool:
    return change.after is True


def _less(paths: tuple[str, ...], consequence: str) -> _Rule:
    return _Rule(paths, consequence, when=_lower, avoid=_KEEP)


def _unguarded(path: str) -> _Rule:
    return _Rule((path,), f"{path} is turned off: AWS no longer refuses to delete it", when=_off, avoid=_KEEP)


_ROLLS, _DISRUPTS = Impact.ROLLS, Impact.DISRUPTS
_TEMPLATE: Final = _Rule(("spec.template",), "its pods are replaced, as many at a time as its strategy lets go", _ROLLS)
_NODES: Final = "its nodes are drained and replaced one after the other, and their pods with them"
_MEMORY: Final = _Rule(("nodeType", "engineVersion"), "its nodes fail over one by one: connections break", _ROLLS)
_RULES: Final[Mapping[str, Sequence[_Rule]]] = {
    "aws:eks/cluster:Cluster": (
        _Rule(("version",), "the control plane moves to another version, which can not be undone", _DISRUPTS),
        _Rule(("vpcConfig", "accessConfig"), "who reaches the cluster's API, and from where, changes", _ROLLS),
        _unguarded("deletionProtection"),
    ),
    "aws:eks/nodeGroup:NodeGroup": (
        _Rule(("launchTemplate", "version", "releaseVersion"), _NODES, _DISRUPTS),
        _less(("scalingConfig.minSize",), "fewer nodes are kept when load is low"),
        _less(("scalingConfig.maxSize",), "fewer nodes can be had when load is high"),
    ),
    "aws:eks/addon:Addon": (
        _Rule(("addonVersion", "configurationValues"), "its pods are replaced on every node", _ROLLS),
    ),
    "aws:autoscaling/group:Group": (
        _Rule(("launchTemplate", "mixedInstancesPolicy"), "its instances are replaced", _DISRUPTS),
        _less(("minSize", "maxSize"), "fewer instances are kept or can be had"),
    ),
    "aws:ec2/capacityReservation:CapacityReservation": (
        _less(("instanceCount",), "the GPUs given up go back to AWS, and may not be had again"),
    ),
    "aws:ec2/securityGroup:SecurityGroup": (_Rule(("ingress", "egress"), "its rules are exchanged", _ROLLS),),
    "aws:rds/instance:Instance": (
        _Rule(("instanceClass", "engineVersion", "storageType"), "it restarts, and is away for minutes"),
        _Rule(("parameterGroupName",), "parameters that are not dynamic wait for a restart"),
        _Rule(
            ("backupRetentionPeriod",),
            "backups older than the new period are deleted",
            when=_lower,
            avoid=_KEEP,
            level=Level.BLOCKED,
        ),
        _Rule(("skipFinalSnapshot",), "a deletion would keep no last snapshot", when=_on, avoid=_KEEP),
        _unguarded("deletionProtection"),
    ),
    "aws:rds/cluster:Cluster": (_unguarded("deletionProtection"),),
    "aws:elasticache/replicationGroup:ReplicationGroup": (
        _MEMORY,
        _less(("numCacheClusters", "replicasPerNodeGroup", "numNodeGroups"), "fewer copies survive a failure"),
        _Rule(("automaticFailoverEnabled", "multiAzEnabled"), "a failed zone is not survived", when=_off, avoid=_KEEP),
    ),
    "aws:memorydb/cluster:Cluster": (
        _MEMORY,
        _less(("numReplicasPerShard", "numShards"), "fewer copies survive a failure"),
    ),
    "aws:s3/bucket:Bucket": (
        _Rule(("forceDestroy",), "a deletion of the bucket would take its objects along", when=_on, avoid=_KEEP),
    ),
    "aws:s3/bucketVersioning:BucketVersioning": (
        _Rule(("versioningConfiguration.status",), "what is overwritten from now on may be gone for good", avoid=_KEEP),
    ),
    "aws:kms/key:Key": (
        _Rule(("isEnabled",), "what it encrypted can not be read", _DISRUPTS, _off, _KEEP, Level.BLOCKED),
        _Rule(("policy",), "who may use the key changes: a wrong rule locks data and nodes out", _ROLLS),
    ),
    "aws:cloudwatch/logGroup:LogGroup": (
        _Rule(
            ("retentionInDays",),
            "logs older than the new period are deleted",
            when=_lower,
            avoid="export them first, or keep the period",
            level=Level.BLOCKED,
        ),
    ),
    "aws:globalaccelerator/endpointGroup:EndpointGroup": (
        _Rule(("trafficDialPercentage",), "less traffic goes to its region", when=_lower, impact=_ROLLS),
        _Rule(("endpointConfigurations",), "traffic is shared out anew between the sites", _ROLLS),
    ),
    "aws:route53/record:Record": (
        _Rule(("records", "aliases", "ttl", "weightedRoutingPolicies"), "clients are sent elsewhere", _ROLLS),
    ),
    "aws:cloudfront/distribution:Distribution": (
        _Rule(("enabled",), "no client is served at the edge", _DISRUPTS, _off, _KEEP),
        _Rule(("origins", "orderedCacheBehaviors", "defaultCacheBehavior"), "requests go another way", _ROLLS),
    ),
    "kubernetes:apps/v1:Deployment": (_TEMPLATE, _less(("spec.replicas",), "fewer replicas run")),
    "kubernetes:apps/v1:StatefulSet": (_TEMPLATE, _less(("spec.replicas",), "members leave the group")),
    "kubernetes:apps/v1:DaemonSet": (_Rule(("spec.template",), "its pods are replaced, node after node", _ROLLS),),
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": (
        _less(("spec.minReplicas",), "fewer replicas are kept when load is low"),
        _less(("spec.maxReplicas",), "fewer replicas can be had when load is high"),
    ),
    "kubernetes:keda.sh/v1alpha1:ScaledObject": (
        _less(("spec.minReplicaCount",), "fewer replicas are kept when load is low"),
        _less(("spec.maxReplicaCount",), "fewer replicas can be had when load is high"),
        _less(("spec.fallback.replicas",), "fewer replicas are kept while a signal is gone"),
        _Rule(("spec.fallback.behavior",), "another number of replicas is kept while a signal is gone", avoid=_KEEP),
    ),
    "kubernetes:helm.sh/v3:Release": (
        _Rule(("version", "chart"), "its pods are replaced by those of another version", _ROLLS),
        _Rule(("values",), "its chart is applied anew, and pods that it changes are replaced", _ROLLS),
    ),
    "kubernetes:policy/v1:PodDisruptionBudget": (
        _Rule(("spec.maxUnavailable",), "a drain may take more pods at once", when=_higher, avoid=_KEEP),
        _less(("spec.minAvailable",), "a drain may take more pods at once"),
    ),
    "kubernetes:networking.k8s.io/v1:NetworkPolicy": (
        _Rule(("spec",), "who may talk to whom changes as soon as it is applied", _ROLLS),
    ),
}


def effects(step: Step) -> Iterator[Effect]:
    """Yield what an update in place does that a reviewer must know; nothing for a harmless one."""
    said = [change for change in step.changes if not change.computed]
    for rule in _RULES.get(step.type, ()):
        if any(_under(change.path, rule.paths) and rule.when(change) for change in said):
            yield Effect(
                consequence=rule.consequence,
                avoid=rule.avoid,
                impact=_DISRUPTS if _at_once(step, rule) else rule.impact,
                level=rule.level,
            )
    if step.before and step.after and step.before.protect and not step.after.protect:
        yield Effect(consequence="protect is taken off: the engine no longer refuses to delete it", avoid=_KEEP)


def _under(path: str, roots: tuple[str, ...]) -> bool:
    return any(path == root or path.startswith((f"{root}.", f"{root}[")) for root in roots)


def _at_once(step: Step, rule: _Rule) -> bool:
    """Tell whether a Deployment's pods all stop before the new ones start."""
    if rule is not _TEMPLATE:
        return False
    strategy = text(at(step.after, "spec", "strategy", "type"))
    return strategy == "Recreate" or at(step.after, "spec", "strategy", "rollingUpdate", "maxUnavailable") == "100%"
