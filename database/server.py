"""One member, over one encrypted connection, with errors in one line and no password in them."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import pymysql
from pymysql.constants import CR, ER

from database.errors import DatabaseError, NotYetError
from database.gtids import of_group
from database.membership import Standing
from database.settings import Member

_CONNECT_SECONDS: Final = 5
# In offline mode, as RDS puts an expelled member: https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
_OFFLINE_MODE: Final = 3032
_AWAY: Final = frozenset(
    {CR.CR_CONN_HOST_ERROR, CR.CR_CONNECTION_ERROR, CR.CR_SERVER_GONE_ERROR, CR.CR_SERVER_LOST, CR.CR_UNKNOWN_HOST,
     ER.CON_COUNT_ERROR, ER.SERVER_SHUTDOWN, _OFFLINE_MODE}
)  # fmt: skip
"""What a member that starts, restarts or is full looks like."""
# It is online a moment before it takes writes: https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
_READ_ONLY: Final = 1290
_DENIED: Final = frozenset({ER.ACCESS_DENIED_ERROR, ER.DBACCESS_DENIED_ERROR, ER.TABLEACCESS_DENIED_ERROR})


@dataclass(frozen=True, slots=True)
class Login:
    """Who connects; the password is never shown."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Login({self.user!r})"


class DeniedError(DatabaseError):
    """The member does not know this user, or this password, or gives it no right to what it asks."""


class Server:
    """A member as `login`; to be used in a `with` block, at whose end the connection is closed, and its locks freed."""

    def __init__(
        self, member: Member, login: Login, ca_file: Path, *, hidden: Sequence[str] = (), answer_seconds: float
    ) -> None:
        self.member, self._login = member, login
        self._ca_file, self._answer_seconds = ca_file, answer_seconds
        self._hidden = [each for each in (login.password, *hidden) if each]

    def __enter__(self) -> Self:
        try:
            self._connection = pymysql.connect(
                host=self.member.host,
                port=self.member.port,
                user=self._login.user,
                password=self._login.password,
                ssl=ssl.create_default_context(cafile=str(self._ca_file)),
                autocommit=True,
                connect_timeout=min(_CONNECT_SECONDS, self._answer_seconds),
                read_timeout=self._answer_seconds,
                write_timeout=min(_CONNECT_SECONDS, self._answer_seconds),
            )
        except (pymysql.MySQLError, OSError) as error:
            raise self._told(error) from None
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        if self._connection.open:
            self._connection.close()

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the first result of a statement.

        Raises:
            NotYetError: the member went away; whether the statement was carried out is not known.
            DatabaseError: the member refused it.
        """
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(statement, values)
                first = list(cursor.fetchall())
                while cursor.nextset():
                    pass
        except (pymysql.MySQLError, OSError) as error:
            raise self._told(error) from None
        return first

    def value(self, statement: str, *values: object) -> Any:
        """Return the one value of a statement's result."""
        [[found]] = self.rows(statement, *values)
        return found

    def variables(self, *names: str) -> dict[str, str]:
        """Return the global variables of these names, as far as the server has them."""
        places = ", ".join(["%s"] * len(names))
        asked = f"SELECT VARIABLE_NAME, VARIABLE_VALUE FROM performance_schema.global_variables WHERE VARIABLE_NAME IN ({places})"  # noqa: E501, S608 - places of values
        return {str(name): str(value) for name, value in self.rows(asked, *names)}

    def standing(self, group: str) -> Standing:
        """Return what the member says of the group whose UUID is given."""
        seen = self.rows(
            "SELECT MEMBER_ID, MEMBER_STATE, MEMBER_ROLE FROM performance_schema.replication_group_members"
        )
        return Standing(
            name=self.member.name,
            uuid=self.value("SELECT @@GLOBAL.server_uuid"),
            # A server that never was in a group shows one line without an id.
            states={uuid: state for uuid, state, _ in seen if uuid},
            roles={uuid: role for uuid, _, role in seen if uuid},
            done=of_group(self.value("SELECT @@GLOBAL.gtid_executed"), group),
        )

    def _told(self, error: Exception) -> DatabaseError:
        code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        text = " ".join(str(error.args[-1] if error.args else error).split())
        for each in self._hidden:
            text = text.replace(each, "***")
        where = f"{self.member.name} at {self.member.address}"
        if code in _DENIED:
            return DeniedError(
                f"{where} refuses user {self._login.user!r} ({text}); compare its secret with the member"
            )
        if code in _AWAY or isinstance(error, OSError):
            return NotYetError(f"{where} does not answer ({text}); look at its state, its security group and its name")
        if code == _READ_ONLY:
            return NotYetError(f"{where} takes no writes yet ({text}); it does when it is online")
        return DatabaseError(f"{where} answers {code}: {text}; look it up among MySQL's errors")
