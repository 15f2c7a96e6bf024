"""The keys of a control plane: two authorities of its own (cluster and etcd) and what they sign."""

import base64
import datetime as dt
import ipaddress
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALIDITY = dt.timedelta(days=3650)
CLOCK_SKEW = dt.timedelta(hours=1)
AES_KEY_BYTES = 32
RSA_BITS = 2048
API_SERVICE = "kubernetes.default.svc"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate and its private key, as PEM files."""

    certificate: Path
    key: Path

    @property
    def exists(self) -> bool:
        """Whether both files are there."""
        return self.certificate.exists() and self.key.exists()


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority of one control plane, kept in its folder.

    Attributes:
        folder: where its own key and what it signed lie.
        name: its common name.
    """

    folder: Path
    name: str

    @property
    def pair(self) -> KeyPair:
        """Its own certificate and key."""
        return self.of("ca")

    def of(self, name: str) -> KeyPair:
        """Where a certificate that it signs lies."""
        return KeyPair(self.folder / f"{name}.crt", self.folder / f"{name}.key")

    def ensure(self) -> None:
        """Make its key and certificate once."""
        if self.pair.exists:
            return
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _subject(self.name, ())
        builder = (
            _builder(subject, subject, key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
        )
        _write(self.pair, builder.sign(key, hashes.SHA256()), key)

    def issue(
        self, name: str, groups: tuple[str, ...] = (), common_name: str | None = None, *, service: str | None = None
    ) -> KeyPair:
        """Sign, once, a certificate for a client or for a server on 127.0.0.1.

        Args:
            name: of the files.
            groups: organizations, which Kubernetes takes as groups.
            common_name: which Kubernetes takes as the user; the file's name where none is given.
            service: DNS name of the Service that the server stands for, the API server's where none is given.
        """
        pair = self.of(name)
        if not pair.exists:
            key = ec.generate_private_key(ec.SECP256R1())
            subject = _subject(common_name or name, groups)
            signer = serialization.load_pem_private_key(self.pair.key.read_bytes(), None)
            issuer = x509.load_pem_x509_certificate(self.pair.certificate.read_bytes()).subject
            builder = _leaf(_builder(subject, issuer, key), service or API_SERVICE)
            _write(pair, builder.sign(_elliptic(signer), hashes.SHA256()), key)
        return pair


def ensure_service_account_key(private: Path, public: Path) -> None:
    """Make, once, the RSA key that signs service account tokens."""
    if private.exists() and public.exists():
        return
    key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    write_private(private, _pem(key))
    public.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def new_encryption_key() -> str:
    """A random AES key for secrets at rest, in base64."""
    return base64.b64encode(secrets.token_bytes(AES_KEY_BYTES)).decode()


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(path.suffix + ".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    partial.replace(path)


def _subject(common_name: str, groups: tuple[str, ...]) -> x509.Name:
    names = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
    return x509.Name([*names, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + VALIDITY)
    )


def _leaf(builder: x509.CertificateBuilder, service: str) -> x509.CertificateBuilder:
    loopback = x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))
    names = [loopback, x509.DNSName("localhost"), x509.DNSName(service)]
    uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, key_cert_sign=signs_certificates, crl_sign=signs_certificates,
        content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _elliptic(key: object) -> ec.EllipticCurvePrivateKey:
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"the authority's key is a {type(key).__name__}, not an elliptic curve key")
    return key


def _pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(pair: KeyPair, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    write_private(pair.key, _pem(key))
    pair.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
