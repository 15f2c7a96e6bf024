"""Backups of a region's databases: a vault that lets nothing go before its time, and a plan that copies into another's.

AWS Backup knows no MemoryDB and no ElastiCache (https://docs.aws.amazon.com/aws-backup/latest/devguide/whatisbackup.html):
those keep snapshots of their own, and weights are replicated.
"""

import json
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws.backup import Plan, PlanRuleCopyActionArgsDict, Selection, Vault, VaultLockConfiguration
from pulumi_aws.iam import Role, RolePolicyAttachment

from components import naming
from components.base import Component
from components.durability import TAG
from components.keys import EncryptionKey, EncryptionKeyArgs
from components.settings import Settings
from components.upstream import RegionOutputs

_MANAGED: Final = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyFor"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupsArgs:
    """Whose databases; copies go to the standby that the settings name, or to the region of `upstream`."""

    settings: Settings
    account: str
    upstream: RegionOutputs | None


class Backups(Component):
    """Whatever has the tag `backup` with this name as its value is backed up; it need not be of this stack."""

    type_path = "storage:Backups"

    def __init__(self, name: str, args: BackupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args, self._backup = name, args, args.settings.durability.backup
        self._select(self._plan(self._vault()))
        self.publish()

    def _vault(self) -> Vault:
        args = EncryptionKeyArgs(
            description=f"backups of {self._args.settings.name}",
            account=self._args.account,
            statements=[],
            protect=self._args.settings.protect,
        )
        key = EncryptionKey(self._name, args, self.child()).arn
        vault = Vault(
            self._name,
            # Its own name is what another region's plan knows it by.
            name=self._name,
            kms_key_arn=key,
            tags={"Name": self._name},
            opts=pulumi.ResourceOptions(parent=self, protect=self._args.settings.protect),
        )
        # In governance mode: who may take the lock off is a matter of IAM. Compliance mode could never be undone, not
        # even by AWS: https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
        VaultLockConfiguration(
            self._name, backup_vault_name=vault.name, min_retention_days=self._backup.locked_days, opts=self.child()
        )
        return vault

    def _plan(self, vault: Vault) -> Plan:
        copied: list[PlanRuleCopyActionArgsDict] = [
            {"destination_vault_arn": arn, "lifecycle": {"delete_after": self._backup.copy_days}}
            for arn in self._elsewhere()
        ]
        return Plan(
            self._name,
            name=self._name,
            rules=[
                {
                    "rule_name": "databases",
                    "target_vault_name": vault.name,
                    "schedule": self._backup.schedule,
                    "start_window": self._backup.start_minutes,
                    "completion_window": self._backup.completion_minutes,
                    "lifecycle": {"delete_after": self._backup.keep_days},
                    "copy_actions": copied,
                }
            ],
            tags={"Name": self._name},
            opts=self.child(),
        )

    def _elsewhere(self) -> list[str]:
        """Return the other region's vault by its computed ARN: a primary is up before its standby has made it."""
        other = self._args.upstream or self._args.settings.durability.standby
        if other is None:
            return []
        return [f"arn:aws:backup:{other.region}:{self._args.account}:backup-vault:{naming.backups(other.name)}"]

    def _select(self, plan: Plan) -> None:
        trust = {"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        role = Role(self._name, assume_role_policy=document, tags={"Name": self._name}, opts=self.child())
        # https://docs.aws.amazon.com/aws-backup/latest/devguide/security-iam-awsmanpol.html
        able = [
            RolePolicyAttachment(
                f"{self._name}-{use.lower()}", role=role.name, policy_arn=f"{_MANAGED}{use}", opts=self.child()
            )
            for use in ("Backup", "Restores")
        ]
        Selection(
            self._name,
            name=self._name,
            plan_id=plan.id,
            iam_role_arn=role.arn,
            selection_tags=[{"type": "STRINGEQUALS", "key": TAG, "value": self._name}],
            opts=pulumi.ResourceOptions(parent=self, depends_on=able),
        )
