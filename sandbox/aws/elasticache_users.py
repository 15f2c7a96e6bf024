"""Users of ElastiCache and groups of them: the ledger holds them, and their rules are checked here.

moto has users that can not be modified, and no groups.
"""

import re
from typing import Final

from sandbox.aws.cloud import Cloud
from sandbox.aws.ledger import Row
from sandbox.aws.memorydb_access import require_access, require_passwords
from sandbox.aws.rules import require, require_one_of
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.plugin.wire import Props, rows, section

USER: Final = "aws:elasticache/user:User"
GROUP: Final = "aws:elasticache/userGroup:UserGroup"
CODE: Final = "InvalidParameterValue"
ENGINES: Final = ("redis", "valkey")
MODES: Final = ("password", "no-password-required", "iam")
NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
"""(https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateUser.html)."""


def _require_user(props: Props) -> None:
    _require_id("userId", props["userId"])
    require_one_of("engine", props["engine"], ENGINES, CODE)
    _require_proof(props)
    require_access(props["accessString"], CODE)


def _require_id(name: str, value: str) -> None:
    require(
        NAME.fullmatch(value) is not None,
        f"{CODE}: {name} is {value!r}; 1 to 40 small letters, digits and hyphens, a letter first",
    )


def _require_proof(props: Props) -> None:
    """Exactly one of three ways in which a user may prove who it is."""
    mode = section(props, "authenticationMode")
    ways = [name for name in ("passwords", "noPasswordRequired", "authenticationMode") if props.get(name)]
    require(
        len(ways) == 1,
        f"InvalidParameterCombination: user {props['userId']} has {' and '.join(ways) or 'no proof of itself'}; "
        "give one of passwords, noPasswordRequired and authenticationMode",
    )
    if mode:
        require_one_of("authenticationMode.type", mode.get("type"), MODES, CODE)
    passwords: list[str] = props.get("passwords") or mode.get("passwords") or []
    if passwords or mode.get("type") == MODES[0]:
        require_passwords(passwords, CODE)
    require(
        mode.get("type") != "iam" or props["userName"] == props["userId"],
        f"{CODE}: userName is {props['userName']}, userId {props['userId']}; with type iam they must be the same",
    )


def _create_user(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_user(props)
    return props["userId"], {"arn": cloud.arn("elasticache", f"user:{props['userId']}")}


def _update_user(cloud: Cloud, row: Row, news: Props) -> Props:
    del cloud, row
    _require_user(news)
    return {}


def _require_group(cloud: Cloud, props: Props) -> None:
    """(https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateUserGroup.html)."""
    _require_id("userGroupId", props["userGroupId"])
    require_one_of("engine", props["engine"], ENGINES, CODE)
    users = [row for row in cloud.ledger.find(USER, cloud.region) if row.id in _ids(props)]
    names = [row.inputs["userName"] for row in users]
    twice = sorted({name for name in names if names.count(name) > 1})
    require(not twice, f"DuplicateUserName: userIds of {props['userGroupId']} have several users named {twice}")
    require(
        props["engine"] != ENGINES[0] or "default" in names,
        f"DefaultUserRequired: userIds of {props['userGroupId']} have no user named default, which a group of "
        "Redis must have",
    )


def _ids(props: Props) -> list[str]:
    return list(map(str, rows(props, "userIds")))


def _create_group(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_group(cloud, props)
    return props["userGroupId"], {"arn": cloud.arn("elasticache", f"usergroup:{props['userGroupId']}")}


def _update_group(cloud: Cloud, row: Row, news: Props) -> Props:
    del row
    _require_group(cloud, news)
    return {}


SPECS = (
    Spec(
        USER,
        inputs(
            "userId!* userName!* engine* accessString* passwords noPasswordRequired authenticationMode.type "
            "authenticationMode.passwords tags"
        ),
        _create_user, update=_update_user, held="recorded", computed=("arn",), identity=("userId",),
    ),
    Spec(
        GROUP, inputs("userGroupId!* engine* userIds tags"),
        _create_group, update=_update_group, held="recorded", computed=("arn",), identity=("userGroupId",),
        references=(Reference("userIds", USER),),
    ),
)  # fmt: skip
