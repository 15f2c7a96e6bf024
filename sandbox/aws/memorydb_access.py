"""Users of MemoryDB and the lists of them that clusters admit: the ledger holds them, and their rules are checked here.

moto has users and no lists, so that neither would mean anything there.
"""

import re
from typing import Final

from sandbox.aws.cloud import Cloud
from sandbox.aws.ledger import Row
from sandbox.aws.rules import require, require_between, require_one_of
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.plugin.wire import Props, rows, section

USER: Final = "aws:memorydb/user:User"
ACL: Final = "aws:memorydb/acl:Acl"
CODE: Final = "InvalidParameterValueException"
ENGINE: Final = "7.0"
NAME: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9-]{0,39}")
"""(https://docs.aws.amazon.com/memorydb/latest/APIReference/API_CreateUser.html)."""

MODES: Final = ("password", "iam")
PASSWORDS, LENGTH = (1, 2), (16, 128)
"""How many, and of how many characters (https://docs.aws.amazon.com/memorydb/latest/devguide/clusters.acls.html)."""


def require_access(access: str, code: str) -> None:
    """Refuse an access string that neither switches its user on nor off.

    Raises:
        ProviderError: with AWS's code and the string.
    """
    words = access.split()
    require(
        bool(words) and words[0] in {"on", "off"}, f"{code}: accessString is {access!r}; it must begin with on or off"
    )


def require_passwords(passwords: list[str], code: str) -> None:
    """Refuse too many passwords, or ones of a wrong length; their values are nobody's to see.

    Raises:
        ProviderError: with AWS's code, and how many or how long they are.
    """
    require_between("the number of passwords", len(passwords), PASSWORDS, code)
    for password in passwords:
        require_between("the length of a password", len(password), LENGTH, code)


def _require_user(props: Props) -> None:
    name, mode = props["userName"], section(props, "authenticationMode")
    require(
        NAME.fullmatch(name) is not None,
        f"{CODE}: userName is {name!r}; 1 to 40 letters, digits and hyphens, a letter first",
    )
    require_one_of("authenticationMode.type", mode.get("type"), MODES, CODE)
    passwords: list[str] = mode.get("passwords") or []
    if mode["type"] == "password":
        require_passwords(passwords, CODE)
    else:
        require(not passwords, f"{CODE}: authenticationMode.passwords with type iam; leave them out")
    require_access(props["accessString"], CODE)


def _create_user(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_user(props)
    name = props["userName"]
    require(
        cloud.ledger.get(cloud.region, USER, name) is None,
        f"UserAlreadyExistsFault: there is a user {name} in {cloud.region}",
    )
    return name, {"arn": cloud.arn("memorydb", f"user/{name}"), "minimumEngineVersion": ENGINE}


def _update_user(cloud: Cloud, row: Row, news: Props) -> Props:
    del cloud, row
    _require_user(news)
    return {}


def _create_acl(cloud: Cloud, props: Props) -> tuple[str, Props]:
    name = props["name"]
    require(
        cloud.ledger.get(cloud.region, ACL, name) is None,
        f"ACLAlreadyExistsFault: there is an ACL {name} in {cloud.region}",
    )
    _require_once(props)
    return name, {"arn": cloud.arn("memorydb", f"acl/{name}"), "minimumEngineVersion": ENGINE}


def _require_once(props: Props) -> None:
    names = list(map(str, rows(props, "userNames")))
    twice = sorted({name for name in names if names.count(name) > 1})
    require(not twice, f"DuplicateUserNameFault: userNames has {twice} twice")


def _update_acl(cloud: Cloud, row: Row, news: Props) -> Props:
    del cloud, row
    _require_once(news)
    return {}


SPECS = (
    Spec(
        USER,
        inputs(
            "userName!* accessString* authenticationMode* authenticationMode.type authenticationMode.passwords tags"
        ),
        _create_user, update=_update_user, held="recorded", computed=("arn", "minimumEngineVersion"),
        identity=("userName",),
    ),
    Spec(
        ACL, inputs("name! userNames tags"),
        _create_acl, update=_update_acl, held="recorded", computed=("arn", "minimumEngineVersion"),
        identity=("name",), autoname=("name", 40), references=(Reference("userNames", USER),),
    ),
)  # fmt: skip
