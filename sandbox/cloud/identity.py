"""Who runs a stack: a session of the role that the stack file names, as an operator's or CI's would be."""

import json
import re
from typing import Any, cast

import boto3
from botocore.config import Config

from sandbox.cloud import Endpoints
from sandbox.errors import SandboxError
from sandbox.paths import Paths

ROOT = {"aws_access_key_id": "sandbox", "aws_secret_access_key": "sandbox"}
SESSION = "sandbox"
ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/.+")
VARIABLES = {
    "AWS_ACCESS_KEY_ID": "AccessKeyId",
    "AWS_SECRET_ACCESS_KEY": "SecretAccessKey",
    "AWS_SESSION_TOKEN": "SessionToken",
}


def assume(paths: Paths, endpoints: Endpoints, role_arn: str, region: str) -> dict[str, str]:
    """Credentials of a session of the role, kept while AWS knows the session, so that logins stay the same.

    Returns:
        The environment variables that every AWS client reads.

    Raises:
        SandboxError: the ARN does not name an IAM role.
    """
    _require_role(role_arn)
    file = paths.cloud / "credentials.json"
    kept: dict[str, dict[str, str]] = json.loads(file.read_text()) if file.is_file() else {}
    if role_arn not in kept or not _is_known(endpoints, kept[role_arn], role_arn, region):
        kept[role_arn] = _assumed(endpoints, role_arn, region)
        file.touch(mode=0o600)
        file.write_text(json.dumps(kept))
    return kept[role_arn] | {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}


def _assumed(endpoints: Endpoints, role_arn: str, region: str) -> dict[str, str]:
    sts = _sts(endpoints, region, ROOT)
    credentials: dict[str, str] = sts.assume_role(RoleArn=role_arn, RoleSessionName=SESSION)["Credentials"]
    return {variable: credentials[key] for variable, key in VARIABLES.items()}


def _is_known(endpoints: Endpoints, session: dict[str, str], role_arn: str, region: str) -> bool:
    """Whether AWS still holds the session: one that moto does not know is answered as a user of its own."""
    keys = {variable.lower(): value for variable, value in session.items()}
    arn: str = _sts(endpoints, region, keys).get_caller_identity()["Arn"]
    account, role = role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    return arn.split(":")[4:] == [account, f"assumed-role/{role}/{SESSION}"]


def _sts(endpoints: Endpoints, region: str, keys: dict[str, str]) -> Any:
    config = Config(retries={"max_attempts": 0})
    return cast("Any", boto3).client("sts", region_name=region, endpoint_url=endpoints.moto, config=config, **keys)


def _require_role(role_arn: str) -> None:
    if ROLE.fullmatch(role_arn) is None:
        raise SandboxError(
            f"administrator {role_arn!r} is no IAM role; write it as arn:aws:iam::123456789012:role/NAME"
        )
