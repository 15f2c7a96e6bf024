"""Pools of connections to the database: what ProxySQL's files and those of its clients say of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rules._resource import Resource, Value, mapping
from rules._stack import of_type
from rules._types import CONFIG_MAP

PROXYSQL: Final = "proxysql.cnf"
SERVERS: Final = "servers.cnf"
HIKARI: Final = "hikari.properties"
OKHTTP: Final = "okhttp.properties"
PER_SERVER: Final = "max_connections"
"""Of a server in SERVERS: connections that ProxySQL opens to it at most."""


def holding(file: str, resources: Sequence[Resource]) -> list[Resource]:
    """Return the ConfigMaps that have a file of this name."""
    return [each for each in of_type(resources, CONFIG_MAP) if file in mapping(each.get("data"))]


def numbers(text: Value, name: str) -> list[int]:
    """Return the values of a setting, one to a line, in libconfig's form or in that of Java's properties."""
    lines = re.finditer(rf"^\s*{re.escape(name)}\s*=\s*(\d+)\s*;?\s*$", str(text), re.MULTILINE)
    return [int(line[1]) for line in lines]


def number(text: Value, name: str) -> int | None:
    """Return the value of a setting that must be the same wherever it stands; None where it is not, or is not there."""
    found = set(numbers(text, name))
    return found.pop() if len(found) == 1 else None


def files(resource: Resource) -> Iterator[tuple[str, Value]]:
    """Yield the files of a ConfigMap that pools are told of in."""
    data: Mapping[str, Value] = mapping(resource.get("data"))
    yield from ((name, data[name]) for name in (PROXYSQL, SERVERS, HIKARI, OKHTTP) if name in data)
