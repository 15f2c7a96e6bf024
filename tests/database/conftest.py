"""The MySQL servers, had once for each module: other tests empty the AWS that theirs asks all the time."""

import datetime as dt
import io
import ipaddress
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from mysql_rig import Certificates, Rig, rig

from sandbox.paths import Paths
from sandbox.progress import Progress
from sandbox.toolchain.ensuring import ensure


@pytest.fixture(scope="module")
def _servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    if shutil.which("mvn") is None:
        pytest.skip("the MySQL server is in a Java package, and this system has no mvn on PATH to fetch it with")
    folder = tmp_path_factory.mktemp("mysql")
    tools = ensure(Paths.of_checkout(folder), Progress(io.StringIO(), live=False), ["mysqld"])
    with rig(tools.bin / "mysqld", folder, certificates(folder)) as made:
        yield made


@pytest.fixture
def members(_servers: Rig) -> Iterator[Rig]:
    """Three members as RDS hands them over."""
    _servers.fresh()
    yield _servers
    _servers.fresh()


def certificates(folder: Path) -> Certificates:
    """An authority, and a certificate of 127.0.0.1."""
    authority_key, key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority of the tests")])
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a member")])
    now = dt.datetime.now(dt.UTC)
    ends = now + dt.timedelta(days=1)

    def build(subject: x509.Name, public: rsa.RSAPublicKey) -> x509.CertificateBuilder:
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(authority).public_key(public)
        number = x509.random_serial_number()
        return made.serial_number(number).not_valid_before(now - dt.timedelta(hours=1)).not_valid_after(ends)

    signs = build(authority, authority_key.public_key()).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    is_signed = build(named, key.public_key()).add_extension(address, critical=False)
    files = Certificates(folder / "ca.pem", folder / "server.pem", folder / "server-key.pem")
    for path, builder in ((files.authority, signs), (files.certificate, is_signed)):
        signed = builder.sign(authority_key, hashes.SHA256())
        path.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    # The server of the tests reads no other form.
    form = serialization.PrivateFormat.TraditionalOpenSSL
    text = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    files.key.write_bytes(text)
    return files
