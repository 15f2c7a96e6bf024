"""The functions that a program may call: who we are, and a password that the secrets service draws."""

from collections.abc import Callable, Mapping

from sandbox.aws.cloud import Cloud
from sandbox.plugin.wire import Props

PASSWORD = {
    "excludeCharacters": "ExcludeCharacters", "excludeLowercase": "ExcludeLowercase",
    "excludeNumbers": "ExcludeNumbers", "excludePunctuation": "ExcludePunctuation",
    "excludeUppercase": "ExcludeUppercase", "includeSpace": "IncludeSpace", "passwordLength": "PasswordLength",
    "requireEachIncludedType": "RequireEachIncludedType",
}  # fmt: skip


def _caller(cloud: Cloud, arguments: Props) -> Props:
    del arguments
    caller = cloud.caller
    account = caller["Account"]
    return {"accountId": account, "arn": caller["Arn"], "userId": caller["UserId"], "id": account}


def _password(cloud: Cloud, arguments: Props) -> Props:
    """Another one at each call, as the service does: who keeps it ignores changes of it."""
    given = {key: arguments[name] for name, key in PASSWORD.items() if arguments.get(name) is not None}
    drawn = cloud.client("secretsmanager").get_random_password(**given)["RandomPassword"]
    return arguments | {"id": drawn, "randomPassword": drawn, "region": cloud.region}


FUNCTIONS: Mapping[str, Callable[[Cloud, Props], Props]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller,
    "aws:secretsmanager/getRandomPassword:getRandomPassword": _password,
}
