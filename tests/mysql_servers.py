"""Real MySQL servers on loopback, and a relay in front of each that sees every statement.

The plugin of group replication is not to be had for them, so its tables are views beside the real ones, in a schema
whose name is as long: the relay writes that name over the real one in each statement.
"""

import contextlib
import os
import pwd
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pymysql

from sandbox.process import Daemon, free_port, wait_until

PATIENCE = 240
_REAL, _PLAYED = b"performance_schema.", b"performance_double."
# Small, so that four of them fit beside everything else.
_OPTIONS = (
    "--mysqlx=OFF", "--federated", "--gtid-mode=ON", "--enforce-gtid-consistency=ON", "--log-bin=binlog",
    "--innodb-buffer-pool-size=16M", "--performance-schema=OFF", "--innodb-flush-log-at-trx-commit=2",
    "--sync-binlog=0", "--bind-address=127.0.0.1", "--skip-name-resolve", "--relay-log=relay", "--skip-slave-start",
    "--slave-net-timeout=4",
    # Each open FEDERATED table keeps a connection.
    "--max-connections=2000", "--table-open-cache=100",
)  # fmt: skip


@dataclass
class Mysqld:
    """One server; `ask` is as root, over its socket file, past the relay."""

    program: Path
    folder: Path
    number: int
    tls: Sequence[str] = ()
    port: int = field(default_factory=free_port)

    @property
    def daemon(self) -> Daemon:
        return Daemon("mysqld", self.folder)

    @property
    def socket(self) -> Path:
        return self.folder / "s"

    def start(self) -> None:
        where = [f"--datadir={self.folder / 'data'}", f"--socket={self.socket}", f"--pid-file={self.folder / 'pid'}"]
        own = [f"--port={self.port}", f"--server-id={self.number}", f"--user={pwd.getpwuid(os.getuid()).pw_name}"]
        self.daemon.start([str(self.program), *where, *own, *_OPTIONS, *self.tls])

    def ready(self) -> None:
        assert wait_until(lambda: "ready for connections" in self.daemon.tail(20), PATIENCE), self.daemon.tail(20)

    def ask(self, *statements: str) -> list[tuple[Any, ...]]:
        """Carry out statements, and return the last one's result."""
        with self._connection() as connection, connection.cursor() as cursor:
            for each in statements:
                cursor.execute(each)
            return list(cursor.fetchall())

    def put(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Carry out one statement with values."""
        with self._connection() as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())

    def value(self, statement: str) -> Any:
        [[found]] = self.ask(statement)
        return found

    def _connection(self) -> "pymysql.Connection[Any]":
        return pymysql.connect(
            unix_socket=str(self.socket), user="root", autocommit=True, ssl_disabled=True, read_timeout=PATIENCE
        )


@dataclass
class Relay:
    """Stands in front of a server, and sees each statement.

    Attributes:
        server: the port behind it.
        context: of its own encryption, towards clients.
        on_statement: told each statement; what it returns is called when the server has answered, and the client
            never gets the answer.
    """

    server: int
    context: ssl.SSLContext
    on_statement: Callable[["Relay", str], Callable[[], None] | None]
    port: int = field(default_factory=free_port)
    _listener: socket.socket | None = None
    _open: set[socket.socket] = field(default_factory=set[socket.socket])

    def listen(self) -> None:
        listener = self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=[listener], daemon=True).start()

    def close(self) -> None:
        """Refuse connections, and cut those there are."""
        listener, self._listener = self._listener, None
        if listener:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self.cut()

    def cut(self) -> None:
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError), contextlib.ExitStack() as closing:
            closing.enter_context(client)
            server = closing.enter_context(socket.create_connection(("127.0.0.1", self.server)))
            client.sendall(_packet(server))
            # The first word of a client that wants encryption is that, on both sides of the relay.
            server.sendall(_packet(client))
            behind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            behind.check_hostname, behind.verify_mode = False, ssl.CERT_NONE
            # On one connection a thread reads while another writes, which sockets of `ssl` allow.
            near = closing.enter_context(self.context.wrap_socket(client, server_side=True))
            far = closing.enter_context(behind.wrap_socket(server))
            self._open |= {near, far}
            try:
                _Session(self, near, far).run()
            finally:
                self._open -= {near, far}


class _Session:
    """One client's connection."""

    def __init__(self, relay: Relay, near: socket.socket, far: socket.socket) -> None:
        self._relay, self._near, self._far = relay, near, far
        self._then: Callable[[], None] | None = None

    def run(self) -> None:
        back = threading.Thread(target=self._back, daemon=True)
        back.start()
        try:
            while True:
                packet = _packet(self._near)
                # A command begins a sequence, and 3 is a query: https://dev.mysql.com/doc/dev/mysql-server/8.0.39/page_protocol_com_query.html
                if packet[3] == 0 and packet[4] == 3:
                    self._then = self._relay.on_statement(self._relay, packet[5:].decode())
                self._far.sendall(packet.replace(_REAL, _PLAYED))
        finally:
            for each in (self._near, self._far):
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            back.join()

    def _back(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._far.recv(65536):
                if self._then:
                    self._then()
                    self._near.shutdown(socket.SHUT_RDWR)
                    return
                self._near.sendall(data)
            self._near.shutdown(socket.SHUT_RDWR)


def _packet(source: socket.socket) -> bytes:
    head = _exactly(source, 4)
    return head + _exactly(source, int.from_bytes(head[:3], "little"))


def _exactly(source: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = source.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def initialize(program: Path, data: Path) -> None:
    """Make an empty data folder."""
    words = [f"--datadir={data}", f"--user={pwd.getpwuid(os.getuid()).pw_name}", "--initialize-insecure"]
    small = ["--innodb-log-file-size=8M", "--innodb-data-file-path=ibdata1:5M:autoextend"]
    ran = subprocess.run([str(program), *words, *small], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
