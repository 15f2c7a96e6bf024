"""ProxySQL's admin interface in the form of the `mysql` client, as far as `reload.sh` and `drain.sh` use it.

It knows ProxySQL's three places of configuration: the file, memory and runtime. What is loaded from the file is laid
over what is in memory, row by row, and only TO RUNTIME makes it count. A file that cannot be read is an error, with
which the client stops. https://proxysql.com/documentation/configuring-proxysql/

Run as `mysql --defaults-extra-file=FILE --batch --execute=STATEMENTS`, with the folder of state and files in FOLDER.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any, Final

import libconf

KEYS: Final = {
    "mysql_servers": ("hostgroup", "address", "port"),
    "mysql_group_replication_hostgroups": ("writer_hostgroup",),
    "mysql_replication_hostgroups": ("writer_hostgroup",),
    "mysql_users": ("username",),
    "mysql_query_rules": ("rule_id",),
}
KINDS: Final = {
    "SERVERS": ("mysql_servers", "mysql_group_replication_hostgroups", "mysql_replication_hostgroups"),
    "USERS": ("mysql_users",),
    "QUERY RULES": ("mysql_query_rules",),
    "VARIABLES": ("mysql_variables",),
}
STATE: Final = "state.json"
LOG: Final = "statements.txt"
State = dict[str, dict[str, Any]]


def read(folder: Path) -> dict[str, Any]:
    """Return the configuration as ProxySQL reads it, includes and all."""
    with (folder / "proxysql.cnf").open() as file:
        return libconf.load(file, includedir=str(folder))


def started(folder: Path) -> State:
    """Return the state of a ProxySQL that has just read its file."""
    found = read(folder)
    tables = {table: rows(table, found) for kind in KINDS.values() for table in kind}
    return {"memory": tables, "runtime": json.loads(json.dumps(tables))}


def rows(table: str, found: dict[str, Any]) -> dict[str, Any]:
    if table == "mysql_variables":
        return dict(found[table])
    return {"/".join(str(row[key]) for key in KEYS[table]): dict(row) for row in found.get(table, ())}


def execute(statement: str, state: State, folder: Path) -> None:
    words = statement.split()
    if words[:2] == ["DELETE", "FROM"]:
        state["memory"][words[2]] = {}
    elif words[:2] == ["LOAD", "MYSQL"]:
        _load(" ".join(words[2:-2]), words[-2:], state, folder)
    elif words == ["PROXYSQL", "PAUSE"]:
        state["runtime"]["paused"] = True
    else:
        raise ValueError(f"near {statement!r}: syntax error")


def _load(kind: str, way: list[str], state: State, folder: Path) -> None:
    for table in KINDS[kind]:
        if way == ["FROM", "CONFIG"]:
            state["memory"][table] |= rows(table, read(folder))
        else:
            assert way == ["TO", "RUNTIME"]
            state["runtime"][table] = dict(state["memory"][table])


def main(arguments: list[str]) -> int:
    folder = Path(os.environ["FOLDER"])
    (options, batch, asked) = arguments
    assert Path(options.removeprefix("--defaults-extra-file=")).read_text().startswith("[client]\n")
    assert batch == "--batch"
    state = json.loads((folder / STATE).read_text())
    for statement in filter(None, map(str.strip, asked.removeprefix("--execute=").split(";"))):
        try:
            execute(statement, state, folder)
        except (libconf.ConfigParseError, OSError, ValueError) as error:
            print(f"ERROR 1045 (28000): {error}", file=sys.stderr)
            return 1
        finally:
            _keep(state, folder)
        with (folder / LOG).open("a") as log:
            log.write(f"{' '.join(statement.split())}\n")
    return 0


def _keep(state: State, folder: Path) -> None:
    # At once, as a test may read at any time.
    new = folder / f"{STATE}.new"
    new.write_text(json.dumps(state))
    new.rename(folder / STATE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
