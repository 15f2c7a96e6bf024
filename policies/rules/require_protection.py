"""O7: what cannot be made again from the program is protected from deletion.

Log groups are left out on purpose: they lose their content by retention anyway, and hold nothing that the
platform needs to come back.
"""

from collections.abc import Iterator
from typing import Final

from rules._resource import Resource
from rules._rule import Finding, ResourceRule, Severity, failure
from rules._types import (
    AWS_SECRET,
    BUCKET,
    CLUSTER,
    DATABASE,
    KEY,
    REPOSITORY,
    SHARED_MEMBER,
    SHARED_TABLE,
    VAULT,
)

STATEFUL: Final = frozenset(
    {
        KEY,
        CLUSTER,
        AWS_SECRET,
        BUCKET,
        DATABASE,
        REPOSITORY,
        VAULT,
        "aws:rds/cluster:Cluster",
        "aws:rds/globalCluster:GlobalCluster",
        SHARED_MEMBER,
        SHARED_TABLE,
        "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "aws:route53/zone:Zone",
    }
)


def _check(resource: Resource) -> Iterator[Finding]:
    if not resource.protect:
        yield failure(resource, "is stateful and not protected")


RULE = ResourceRule(
    id="O7",
    name="require-protection",
    severity=Severity.HIGH,
    what="Stateful resources are protected from deletion.",
    why="A rename or a replacing change deletes the old resource with its data; protect makes it an error.",
    source="https://www.pulumi.com/docs/iac/concepts/resources/options/protect/",
    fix="Pass ResourceOptions(protect=True); to delete one on purpose, unprotect it in a change of its own.",
    matches=STATEFUL.__contains__,
    check=_check,
)
