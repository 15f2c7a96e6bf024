"""Secrets that AWS draws once: kept in Secrets Manager, and a secret of the stack where an input needs the value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import pulumi
from pulumi_aws.secretsmanager import Secret, SecretVersion, get_random_password_output

from components.base import Component


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenSecretArgs:
    """The key that encrypts it, as ARN, and the regions that hold a copy of it."""

    key: pulumi.Input[str]
    protect: bool
    copies: Sequence[str] = ()
    tags: Mapping[str, str] = field(default_factory=dict[str, str])


class ChosenSecret(Component):
    """Letters and digits that nobody chose; `value` is marked secret, so that no state holds it in clear.

    Attributes:
        arn: of the secret, known once it holds a value.
        value: what was drawn.
    """

    description: ClassVar[str]
    characters: ClassVar[int] = 48

    def __init__(self, name: str, args: ChosenSecretArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        secret = Secret(
            name,
            description=self.description,
            kms_key_id=args.key,
            # A copy is under Secrets Manager's own key of its region: one of ours would have to be there first.
            # https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html
            replicas=[{"region": region} for region in args.copies] or None,
            tags={"Name": name, **args.tags},
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        # Every run is offered another password; the first one stays.
        chosen = get_random_password_output(
            password_length=self.characters, exclude_punctuation=True, opts=pulumi.InvokeOutputOptions(parent=self)
        )
        version = SecretVersion(
            name,
            secret_id=secret.id,
            secret_string=pulumi.Output.secret(chosen.random_password.apply(self.kept)),
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["secretString"]),
        )
        self.arn = pulumi.Output.all(secret.arn, version.version_id).apply(lambda known: str(known[0]))
        self.value: pulumi.Output[str] = pulumi.Output.secret(version.secret_string.apply(self.chosen))
        self.publish()

    def kept(self, chosen: str) -> str:
        """Return what Secrets Manager keeps of what was drawn."""
        return chosen

    def chosen(self, kept: str | None) -> str:
        """Return what was drawn, of what Secrets Manager keeps."""
        return kept or ""
