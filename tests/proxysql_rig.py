"""ProxySQL's files in a folder of the test, and their settings."""

from pathlib import Path
from typing import Any

import engine
from proxysql_stand_in import read

from components.pools import Pools
from components.storage.proxysql import config

ACCOUNTS = config.Accounts(user="clients", monitor="monitor")
GROUP = config.Members(hosts=["a.db.example", "b.db.example", "w.db.example"], group=True)
REPLICA = config.Members(hosts=["c.db.example"], group=False)
WORD = "word"
ADMIN = 'admin_credentials="admin:drawn"\n'


def pools(**changes: Any) -> Pools:
    """Return prod's settings, changed."""
    return Pools.model_validate(engine.values("prod")["pools"] | changes)


def write(folder: Path, settings: Pools, members: config.Members = GROUP, password: str = WORD) -> None:
    """Write the files of ConfigMap and Secret into one folder, and have them name it in place of their own."""
    files = {
        **config.files(settings, ACCOUNTS, "us-east-1"),
        config.SERVERS: config.servers(settings, members),
        **config.words(password, "other"),
        "admin.cnf": ADMIN,
    }
    for name, text in files.items():
        for own in (config.FILES, config.SECRETS, config.RUN):
            text = text.replace(f'@include "{own}/', f'@include "{folder}/')  # noqa: PLW2901
        (folder / name).write_text(text)


def rendered(folder: Path, settings: Pools, members: config.Members = GROUP, password: str = WORD) -> dict[str, Any]:
    """Return what ProxySQL reads."""
    write(folder, settings, members, password)
    return read(folder)
