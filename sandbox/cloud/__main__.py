"""The server process: `python -m sandbox.cloud`, started and ended by the lifecycle."""

import sys
from threading import Thread

from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from sandbox.cloud import endpoints_of, mark_ready
from sandbox.cloud.backends import seed_regions
from sandbox.cloud.journal import Journal
from sandbox.controlplane.authenticator import application as authenticator
from sandbox.paths import Paths


def main() -> None:
    """Replay the journal, then serve moto one request at a time, and the authenticator beside it."""
    paths = Paths.from_environment()
    endpoints = endpoints_of(paths)
    paths.journal.parent.mkdir(parents=True, exist_ok=True)
    seed_regions()
    moto = Journal(DomainDispatcherApplication(create_backend_app), paths.journal, mock_random.seed)
    sys.stdout.write(f"{moto.replay()} requests replayed\n")
    aws_port, login_port = endpoints.ports
    aws = make_server("127.0.0.1", aws_port, moto, threaded=False)
    login = make_server("127.0.0.1", login_port, authenticator(paths, endpoints.moto), threaded=True)
    Thread(target=login.serve_forever, daemon=True).start()
    mark_ready(paths)
    aws.serve_forever()


if __name__ == "__main__":
    main()
