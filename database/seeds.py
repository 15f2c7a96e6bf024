"""The members that each member asks first: in their parameter groups, since they have no names before they are made."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from database.errors import DatabaseError
from database.settings import Member

PARAMETER: Final = "group_replication_group_seeds"


class ParameterGroups(Protocol):
    """The calls that are made."""

    def get_paginator(self, operation_name: str) -> Any:
        """Return what asks page by page."""

    def modify_db_parameter_group(self, *, DBParameterGroupName: str, Parameters: list[dict[str, str]]) -> object:  # noqa: N803 - AWS's names
        """Change parameters."""


def wanted(members: Sequence[Member]) -> str:
    """Return the parameter's value."""
    return ",".join(each.address for each in members)


def ensure(client: ParameterGroups, groups: Sequence[str], seeds: str) -> list[str]:
    """Write the seeds where they differ, and return the groups that were changed; RDS then tells the members.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-active-active-clusters-setting-up.html

    Raises:
        DatabaseError: RDS refuses.
    """
    try:
        return [group for group in groups if _ensure(client, group, seeds)]
    except (BotoCoreError, ClientError) as error:
        raise DatabaseError(
            f"RDS refuses parameter groups {', '.join(groups)} ({error}); check their names, and the role of the pod"
        ) from None


def _ensure(client: ParameterGroups, group: str, seeds: str) -> bool:
    if _now(client, group) == seeds:
        return False
    parameter = {"ParameterName": PARAMETER, "ParameterValue": seeds, "ApplyMethod": "immediate"}
    client.modify_db_parameter_group(DBParameterGroupName=group, Parameters=[parameter])
    return True


def _now(client: ParameterGroups, group: str) -> str:
    pages: Iterable[Any] = client.get_paginator("describe_db_parameters").paginate(DBParameterGroupName=group)
    found = [each for page in pages for each in page["Parameters"] if each["ParameterName"] == PARAMETER]
    return str(found[0].get("ParameterValue", "")) if found else ""
