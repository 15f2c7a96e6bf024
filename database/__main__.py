"""`python -m database bootstrap|export`; settings are environment variables (`database/settings.py`)."""

import argparse
import os
import signal
import sys
from collections.abc import Mapping, Sequence

from database import secret, settings
from database.bootstrap import Bootstrap, Passwords
from database.errors import DatabaseError
from database.exporter import Exporter
from database.report import log_as_json


def main(arguments: Sequence[str], variables: Mapping[str, str]) -> int:
    """Run one command.

    Returns:
        0, or 1 for an error that was told.
    """
    asked = _parser().parse_args(arguments)
    log_as_json()
    try:
        if asked.command == "bootstrap":
            _bootstrap(settings.for_bootstrap(variables))
        else:
            _export(settings.for_export(variables))
    except DatabaseError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _bootstrap(found: settings.BootstrapSettings) -> None:
    store = secret.client("secretsmanager", found.region)
    passwords = Passwords(
        secret.master(store, found.master_secret), secret.replication_password(store, found.replication_secret)
    )
    Bootstrap(found, passwords, secret.client("rds", found.region)).run()


def _export(found: settings.ExportSettings) -> None:
    with Exporter(found) as server:

        def stop(_number: int, _frame: object) -> None:
            server.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        server.serve_forever()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m database", description=__doc__)
    known = parser.add_subparsers(dest="command", required=True)
    known.add_parser("bootstrap", help="form the group, or finish what an earlier run began")
    known.add_parser("export", help="show the group's state to Prometheus until SIGTERM")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
