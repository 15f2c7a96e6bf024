"""E2: Kubernetes secrets are encrypted with a key of ours."""

from collections.abc import Iterator

from rules._resource import UNKNOWN, Resource, items
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._types import CLUSTER


def _check(cluster: Resource) -> Iterator[Finding]:
    encrypted = items(cluster.get("encryptionConfig", "resources"))
    key = cluster.get("encryptionConfig", "provider", "keyArn")
    if "secrets" not in encrypted and UNKNOWN not in encrypted:
        yield failure(cluster, "encryptionConfig.resources does not name secrets")
    elif key is UNKNOWN:
        yield undecided(cluster, "encryptionConfig", "provider", "keyArn")
    elif not key:
        yield failure(cluster, "encryptionConfig.provider has no keyArn")
    elif UNKNOWN in encrypted:
        yield undecided(cluster, "encryptionConfig", "resources")


RULE = ResourceRule(
    id="E2",
    name="require-secrets-encryption",
    severity=Severity.HIGH,
    what="A cluster encrypts Kubernetes secrets with a customer-managed KMS key.",
    why="Without a key of ours, nobody here can see, limit or revoke the use of what decrypts the secrets.",
    source="https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html",
    fix="Set encryptionConfig to {provider: {keyArn: <the site's key>}, resources: [secrets]}.",
    matches={CLUSTER}.__contains__,
    check=_check,
)
