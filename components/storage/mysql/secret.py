"""The master user and its password: one for all members, since a group replicates its users too.

RDS could keep the password itself, one for each instance. It refuses to copy such an instance, though, and in a group
the last of three passwords would hold for all (docs/adr/0009-who-sets-the-seeds.md).
"""

import json
from dataclasses import dataclass

import pulumi
from pulumi_aws.secretsmanager import Secret, SecretVersion

from components.base import Component
from components.chosen import ChosenSecret
from components.database import USER

_DESCRIPTION = "The master user of the database"


def _login(password: str) -> str:
    """Return the form in which RDS and its clients keep a login.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
    """
    return json.dumps({"username": USER, "password": password})


class MasterSecret(ChosenSecret):
    """A login whose password AWS draws; `value` is the password alone."""

    type_path = "storage:MasterSecret"
    description = _DESCRIPTION
    # The most that RDS takes: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
    characters = 41

    def kept(self, chosen: str) -> str:
        """Return the login."""
        return _login(chosen)

    def chosen(self, kept: str | None) -> str:
        """Return the password of the login."""
        return json.loads(kept)["password"] if kept else ""


class ReplicationSecret(ChosenSecret):
    """What members of a group show each other."""

    type_path = "storage:ReplicationSecret"
    description = "What members of the database's group show each other"
    # The most that MySQL takes: https://dev.mysql.com/doc/refman/8.4/en/change-replication-source-to.html
    characters = 32


class MonitorSecret(ChosenSecret):
    """The password of the account that reads a group's state."""

    type_path = "storage:MonitorSecret"
    description = "The account that reads the state of the database's group"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedSecretArgs:
    """The key that encrypts it, as ARN, and the upstream's password."""

    key: pulumi.Input[str]
    password: pulumi.Input[str]
    protect: bool


class CopiedSecret(Component):
    """The upstream's login in a standby's own region, where it is still there when the other region is not."""

    type_path = "storage:CopiedSecret"
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: CopiedSecretArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        secret = Secret(
            name,
            description=_DESCRIPTION,
            kms_key_id=args.key,
            tags={"Name": name},
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        self.value: pulumi.Output[str] = pulumi.Output.secret(args.password)
        SecretVersion(name, secret_id=secret.id, secret_string=self.value.apply(_login), opts=self.child())
        self.arn = secret.arn
        self.publish()
