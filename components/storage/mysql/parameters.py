"""What members and copies are told to be, with the way in which RDS takes each value; pure.

The seeds of a group are the endpoints of its members, which are there only after their parameter group: the bootstrap
job sets them afterwards (docs/adr/0009-who-sets-the-seeds.md). They are left out here on purpose.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Final

from pulumi_aws.rds import ParameterGroupParameterArgsDict

FAMILY: Final = "mysql8.4"


def _immediate(name: str, value: str) -> ParameterGroupParameterArgsDict:
    return {"name": name, "value": value, "apply_method": "immediate"}


def _at_restart(name: str, value: str) -> ParameterGroupParameterArgsDict:
    return {"name": name, "value": value, "apply_method": "pending-reboot"}


# RDS lets clients in without TLS otherwise:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-ssl-connections.require-ssl.html
_ENCRYPTED: Final = _immediate("require_secure_transport", "ON")
# Both need them: a group's members number their transactions, and a copy must be able to follow or to be one.
_REPLICATED: Final = (
    _at_restart("enforce_gtid_consistency", "ON"),
    _at_restart("gtid-mode", "ON"),
    _immediate("binlog_format", "ROW"),
    _immediate("replica_preserve_commit_order", "ON"),
)


def of_member(group: str) -> Sequence[ParameterGroupParameterArgsDict]:
    """Return the parameters of the members of `group`, a UUID.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-active-active-clusters-parameters.html
    """
    return [
        _ENCRYPTED,
        _at_restart("rds.group_replication_enabled", "1"),
        _at_restart("rds.custom_dns_resolution", "1"),
        _at_restart("group_replication_group_name", group),
        # The same on all: what members tell each other is encrypted.
        _at_restart("group_replication_ssl_mode", "REQUIRED"),
        _at_restart("group_replication_recovery_use_ssl", "1"),
        *_REPLICATED,
    ]


def of_one() -> Sequence[ParameterGroupParameterArgsDict]:
    """Return the parameters of a copy, and of what stands alone.

    Nothing of group replication is among them: an instance that is told of a group and is in none takes no writes.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-active-active-clusters-considerations-limitations.html
    """
    return [_ENCRYPTED, *_REPLICATED]


def digest(parameters: Sequence[ParameterGroupParameterArgsDict]) -> str:
    """Return a few characters that are others when a parameter is."""
    return hashlib.sha256(json.dumps(list(parameters), sort_keys=True).encode()).hexdigest()[:8]
