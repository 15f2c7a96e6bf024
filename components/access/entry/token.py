"""The token by which a gateway knows that a request came through the distribution."""

from dataclasses import dataclass

import pulumi
from pulumi_aws.secretsmanager import Secret, SecretVersion, get_random_password_output

from components.base import Component

_CHARACTERS = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginTokenArgs:
    """The key that encrypts it, as ARN."""

    key: pulumi.Input[str]
    protect: bool


class OriginToken(Component):
    """A secret chosen once; `value` is a secret of the stack too, since the distribution's own input holds it."""

    type_path = "access:OriginToken"

    def __init__(self, name: str, args: OriginTokenArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        secret = Secret(
            name,
            description="What the distribution shows the gateways in x-origin-verify",
            kms_key_id=args.key,
            tags={"Name": name},
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        # Every run is offered another password; the first one stays.
        chosen = get_random_password_output(
            password_length=_CHARACTERS, exclude_punctuation=True, opts=pulumi.InvokeOutputOptions(parent=self)
        )
        version = SecretVersion(
            name,
            secret_id=secret.id,
            secret_string=pulumi.Output.secret(chosen.random_password),
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["secretString"]),
        )
        self.value: pulumi.Output[str] = pulumi.Output.secret(version.secret_string.apply(lambda text: text or ""))
        self.publish()
