"""KMS keys: one per site, so that a site fails alone, and one per region for its logs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pulumi
from pulumi_aws.kms import Alias, Key

from components import naming
from components.base import Component

_DELETION_DAYS = 30
_USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
Statement: TypeAlias = Mapping[str, Any]


def for_logs(region: str, account: str) -> Statement:
    """Return the right of CloudWatch Logs to use a key for log groups of the account.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    context = {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{region}:{account}:*"}
    return _allow({"Service": f"logs.{region}.amazonaws.com"}, _USE, {"ArnLike": context})


def for_disks(region: str, account: str) -> Sequence[Statement]:
    """Return the rights of whoever starts instances of the account to use a key for their disks.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
    """
    only = {"StringEquals": {"kms:ViaService": f"ec2.{region}.amazonaws.com", "kms:CallerAccount": account}}
    grant = {**only, "Bool": {"kms:GrantIsForAWSResource": "true"}}
    return [_allow({"AWS": "*"}, _USE, only), _allow({"AWS": "*"}, ["kms:CreateGrant"], grant)]


def for_notices(account: str) -> Statement:
    """Return the right of RDS and of alarms of the account to tell an encrypted topic something.

    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    services = {"Service": ["events.rds.amazonaws.com", "cloudwatch.amazonaws.com"]}
    use = ["kms:Decrypt", "kms:GenerateDataKey*"]
    return _allow(services, use, {"StringEquals": {"aws:SourceAccount": account}})


def _allow(
    principal: Mapping[str, str | Sequence[str]], actions: Sequence[str], condition: Mapping[str, Any]
) -> Statement:
    base = {"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": "*"}
    return {**base, "Condition": condition} if condition else base


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptionKeyArgs:
    """Who may use the key besides the account's own administrators."""

    description: str
    account: str
    statements: Sequence[Statement]
    protect: bool
    tags: Mapping[str, str] = field(default_factory=dict[str, str])


class EncryptionKey(Component):
    """A rotated key with a readable alias."""

    type_path = "security:EncryptionKey"
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: EncryptionKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        owner = _allow({"AWS": f"arn:aws:iam::{args.account}:root"}, ["kms:*"], {})
        policy = {"Version": "2012-10-17", "Statement": [owner, *args.statements]}
        key = Key(
            name,
            description=args.description,
            enable_key_rotation=True,
            deletion_window_in_days=_DELETION_DAYS,
            policy=pulumi.Output.json_dumps(policy),
            tags={"Name": name, **args.tags},
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        Alias(name, name=naming.key_alias(name), target_key_id=key.key_id, opts=self.child())
        self.arn = key.arn
        self.publish()
