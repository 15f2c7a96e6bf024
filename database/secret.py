"""What Secrets Manager keeps for the bootstrap."""

import json
from typing import Any, Final, Protocol, cast

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from database.errors import DatabaseError
from database.server import Login

LONGEST_REPLICATION_PASSWORD: Final = 32
"""https://dev.mysql.com/doc/refman/8.4/en/change-replication-source-to.html"""


class Store(Protocol):
    """The one call that is made."""

    def get_secret_value(self, *, SecretId: str) -> dict[str, Any]:  # noqa: N803 - AWS's names
        """Return a secret's current version."""
        ...


def client(service: str, region: str) -> Any:
    """Return a client of a service, with the pod's own role."""
    config = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 4, "mode": "standard"})
    session = cast("Any", botocore.session).get_session()  # its own type says nothing of services
    return session.create_client(service, region_name=region, config=config)


def master(store: Store, arn: str) -> Login:
    """Return the master user; raises DatabaseError when the secret is not to be had, or holds something else."""
    text = _text(store, arn)
    try:
        found = json.loads(text)
        return Login(str(found["username"]), str(found["password"]))
    except (ValueError, KeyError, TypeError):
        # Never the text itself.
        raise DatabaseError(
            f"secret {arn} is no JSON with username and password; let RDS or the stack write it anew"
        ) from None


def replication_password(store: Store, arn: str) -> str:
    """Return the password of the group's own user; raises DatabaseError as `master` does."""
    text = _text(store, arn)
    if not 1 <= len(text) <= LONGEST_REPLICATION_PASSWORD:
        raise DatabaseError(
            f"secret {arn} has {len(text)} characters, a replication password has 1 to"
            f" {LONGEST_REPLICATION_PASSWORD}; have the stack write a shorter one"
        )
    return text


def _text(store: Store, arn: str) -> str:
    try:
        return str(store.get_secret_value(SecretId=arn)["SecretString"])
    except KeyError:
        raise DatabaseError(f"secret {arn} holds bytes, must hold text; write it anew") from None
    except (BotoCoreError, ClientError) as error:
        raise DatabaseError(
            f"secret {arn} is not to be had ({error}); check its name, and the role of the pod"
        ) from None
