"""O8: every AWS resource says whose it is, where it is and who pays for it."""

from collections.abc import Iterator
from typing import Final

from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._setting import Names

_KEYS = Names(name="keys", what="tags that a resource must have", default=("owner", "site", "cost"))

# AWS gives these no tags. All others are taken to have them, so that a new type is demanded and not
# forgotten; a test holds this list against the SDK.
UNTAGGABLE: Final = frozenset(
    {
        "aws:acm/certificateValidation:CertificateValidation",
        "aws:autoscaling/attachment:Attachment",
        "aws:autoscaling/policy:Policy",
        "aws:backup/selection:Selection",
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        "aws:ec2/peeringConnectionOptions:PeeringConnectionOptions",
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        "aws:ecr/replicationConfiguration:ReplicationConfiguration",
        "aws:ec2/route:Route",
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        "aws:globalaccelerator/endpointGroup:EndpointGroup",
        "aws:globalaccelerator/listener:Listener",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:kms/alias:Alias",
        "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
        "aws:route53/record:Record",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "aws:s3/bucketVersioning:BucketVersioning",
        "aws:secretsmanager/secretVersion:SecretVersion",
        "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
    }
)


def _matches(token: str) -> bool:
    return token.startswith("aws:") and token not in UNTAGGABLE


def _check(resource: Resource, *, keys: tuple[str, ...]) -> Iterator[Finding]:
    missing: list[str] = []
    for key in keys:
        value = resource.get("tags", key)
        if value is UNKNOWN:
            yield undecided(resource, "tags", key)
        elif not value:
            missing.append(key)
    if missing:
        yield failure(resource, f"tags lack {', '.join(missing)}")


RULE = ResourceRule(
    id="O8",
    name="require-tags",
    severity=Severity.LOW,
    what="Every AWS resource that can be tagged has the tags owner, site and cost.",
    why="What nobody owns nobody removes, and a bill that is not split by site hides what a site costs.",
    source="https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html",
    fix=(
        "Create it with the region's provider, whose default tags have owner and cost, and pass `site`;"
        " if its type has no tags at all, list it in UNTAGGABLE of rules/require_tags.py."
    ),
    settings=(_KEYS,),
    matches=_matches,
    check=_check,
)
