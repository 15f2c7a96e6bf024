import pytest
from rules._resource import UNKNOWN, Value
from rules._types import CLUSTER

from tests.policies.mutation import changed
from tests.policies.samples import cluster, said

NAME = "require-secrets-encryption"
MUTATIONS = (
    changed(CLUSTER, "llm-prod-a", ("encryptionConfig", "resources"), []),
    changed(CLUSTER, "llm-prod-b", ("encryptionConfig", "provider", "keyArn"), None),
)
KEY: Value = {"keyArn": "arn:aws:kms:us-east-1:123456789012:key/1"}


def test_holds() -> None:
    assert said(NAME, cluster()) == []


@pytest.mark.parametrize(
    ("encryption", "message"),
    [
        (None, "encryptionConfig.resources does not name secrets"),
        ({"provider": KEY, "resources": []}, "encryptionConfig.resources does not name secrets"),
        ({"provider": {}, "resources": ["secrets"]}, "encryptionConfig.provider has no keyArn"),
    ],
    ids=str,
)
def test_fails(encryption: Value, message: str) -> None:
    assert said(NAME, cluster(encryptionConfig=encryption)) == [("fail", message)]


@pytest.mark.parametrize(
    ("encryption", "path"),
    [
        (UNKNOWN, "encryptionConfig.provider.keyArn"),
        (
            {"provider": {"keyArn": UNKNOWN}, "resources": ["secrets"]},
            "encryptionConfig.provider.keyArn",
        ),
        ({"provider": KEY, "resources": UNKNOWN}, "encryptionConfig.resources"),
    ],
    ids=str,
)
def test_undecided_while_unknown(encryption: Value, path: str) -> None:
    assert said(NAME, cluster(encryptionConfig=encryption)) == [("unknown", f"{path} is not known before the update")]
