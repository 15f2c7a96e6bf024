"""Shows the group to Prometheus: asked at each scrape, so that nothing old is shown."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from database import accounts
from database.errors import DatabaseError
from database.membership import STATES, Standing, groups
from database.server import Login, Server
from database.settings import ExportSettings, Member, Where

ANSWER_SECONDS: Final = 1.5
"""To connect, and then again for an answer: a scrape gives up after four, and must learn of a member that is gone."""

_ROLES: Final = ("PRIMARY", "SECONDARY")
_TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"


def look(where: Where) -> dict[str, Standing]:
    """Return what each member says that answers, by its name; all are asked at once."""
    login = accounts.monitor(where.monitor_password_file)
    with ThreadPoolExecutor(len(where.members)) as pool:
        said = pool.map(partial(_ask, where=where, login=login), where.members)
    return {each.name: each for each in said if each}


def _ask(member: Member, where: Where, login: Login) -> Standing | None:
    try:
        with Server(member, login, where.ca_file, answer_seconds=ANSWER_SECONDS) as server:
            # Which transactions it has is nobody's question here.
            return server.standing(group="")
    except DatabaseError:
        return None


def render(names: Sequence[str], seen: dict[str, Standing]) -> bytes:
    """Return the metrics as Prometheus's text; `names` are the members that there should be."""
    registry = CollectorRegistry()
    found = groups(list(seen.values()))
    up = Gauge("mysql_group_member_up", "whether the member answers", ["member"], registry=registry)
    state = Gauge("mysql_group_member_state", "1 for its own state", ["member", "state"], registry=registry)
    role = Gauge("mysql_group_member_role", "1 for its own role", ["member", "role"], registry=registry)
    for name in names:
        up.labels(name).set(name in seen)
        if standing := seen.get(name):
            for each in STATES:
                state.labels(name, each).set(standing.state == each)
            for each in _ROLES:
                role.labels(name, each).set(standing.roles.get(standing.uuid) == each)
    _gauge(registry, "mysql_group_members_wanted", "members that there should be", len(names))
    _gauge(registry, "mysql_groups", "groups that there are, must be 1", len(found))
    members = [each for group in found for each in group]
    _gauge(registry, "mysql_group_members_online", "members in a group, by their own word", len(members))
    about = "members that may be lost at once with a majority left; below 0 nothing is committed"
    _gauge(registry, "mysql_group_quorum_margin", about, max((each.margin for each in members), default=-1))
    return generate_latest(registry)


def _gauge(registry: CollectorRegistry, name: str, about: str, value: float) -> None:
    Gauge(name, about, registry=registry).set(value)


class Exporter(ThreadingHTTPServer):
    """Answers `/metrics`, and `/healthz` for probes: a member that is away is no reason to restart this."""

    daemon_threads = True

    def __init__(self, settings: ExportSettings) -> None:
        self._where = settings.where
        super().__init__((settings.listen_host, settings.listen_port), _Handler)

    def page(self, path: str) -> tuple[int, bytes]:
        """Return status and body of one page."""
        if path == "/healthz":
            return 200, b"ok\n"
        if path != "/metrics":
            return 404, b"/metrics and /healthz are what there is\n"
        try:
            return 200, render([each.name for each in self._where.members], look(self._where))
        except (DatabaseError, OSError) as error:
            return 503, f"{error}\n".encode()

    def stop(self) -> None:
        """Stop serving; from a signal's handler, which must not wait for the loop that it interrupts."""
        threading.Thread(target=self.shutdown).start()


class _Handler(BaseHTTPRequestHandler):
    timeout = 15

    def do_GET(self) -> None:
        assert isinstance(self.server, Exporter)  # noqa: S101 - for the type
        status, body = self.server.page(self.path)
        self.send_response(status)
        self.send_header("Content-Type", _TEXT)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing of each scrape."""
