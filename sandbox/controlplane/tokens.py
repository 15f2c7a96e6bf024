"""EKS bearer tokens: a presigned STS GetCallerIdentity URL, taken apart and put to STS."""

import base64
import binascii
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.etree import ElementTree as ET

import urllib3

PREFIX = "k8s-aws-v1."
CLUSTER_HEADER = "x-k8s-aws-id"
STS_NAMESPACE = {"sts": "https://sts.amazonaws.com/doc/2011-06-15/"}
ASSUMED_ROLE = re.compile(r"arn:(?P<partition>[\w-]+):sts::(?P<account>\d{12}):assumed-role/(?P<role>[^/]+)/.+")
STS_HOST = re.compile(r"sts\.([a-z0-9-]+\.)?amazonaws\.com")
REQUIRED = ("X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date")


class DeniedError(Exception):
    """The login is refused, and why."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who STS says the caller is.

    Attributes:
        arn: as GetCallerIdentity answers, e.g. an assumed-role session.
        principal: the IAM role or user behind it, as access entries name it.
        user_id: the unique id.
        access_key: id of the key that signed.
    """

    arn: str
    principal: str
    user_id: str
    access_key: str


def presigned_url(token: str) -> str:
    """The URL in a token.

    Raises:
        DeniedError: it is not an EKS token.
    """
    if not token.startswith(PREFIX):
        raise DeniedError(f"the token does not begin with {PREFIX}; get one by `aws eks get-token`")
    text = token.removeprefix(PREFIX)
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise DeniedError(f"the token's URL cannot be decoded: {error}") from None


def checked_query(url: str, sts: str) -> dict[str, str]:
    """The query of a presigned URL that asks STS who the caller is, and nothing else.

    Args:
        url: out of the token.
        sts: URL of the STS that this cloud has.

    Raises:
        DeniedError: it is another host or action, or the cluster's name is not signed.
    """
    parts = urlsplit(url)
    if parts.netloc != urlsplit(sts).netloc and not STS_HOST.fullmatch(parts.netloc):
        raise DeniedError(f"the token's URL is for {parts.netloc}, not for STS")
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    if query.get("Action") != "GetCallerIdentity":
        raise DeniedError(f"the token asks STS for {query.get('Action')}, not for GetCallerIdentity")
    missing = [name for name in REQUIRED if name not in query]
    if missing:
        raise DeniedError(f"the token's URL is not signed: {', '.join(missing)} missing")
    if CLUSTER_HEADER not in query["X-Amz-SignedHeaders"].split(";"):
        raise DeniedError(f"the token does not sign the header {CLUSTER_HEADER}, so it names no cluster")
    return query


def ask_sts(token: str, sts: str, cluster: str) -> Caller:
    """Put the presigned request to STS in the name of a cluster.

    moto takes the caller from an Authorization header and does not look at signatures: the words of the presigned
    query are put into one. On AWS it is the signature over the cluster's name that STS verifies.

    Raises:
        DeniedError: the token is malformed, or STS refuses it.
    """
    query = checked_query(presigned_url(token), sts)
    headers = {CLUSTER_HEADER: cluster, "Authorization": _authorization(query), "X-Amz-Date": query["X-Amz-Date"]}
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    if "X-Amz-Security-Token" in query:
        headers["X-Amz-Security-Token"] = query["X-Amz-Security-Token"]
    fields = {"Action": "GetCallerIdentity", "Version": query.get("Version", "2011-06-15")}
    try:
        answer = urllib3.request("POST", sts, body=urlencode(fields), headers=headers, timeout=5)
    except urllib3.exceptions.HTTPError as error:
        raise DeniedError(f"STS does not answer: {type(error).__name__}") from None
    if answer.status >= 400:  # noqa: PLR2004 RFC 9110: errors start here
        raise DeniedError(f"STS refuses the token with status {answer.status}")
    return _caller(answer.data, query["X-Amz-Credential"].split("/")[0])


def principal_of(arn: str) -> str:
    """The role behind an assumed-role session (its path is dropped, as EKS does); other ARNs as they are."""
    match = ASSUMED_ROLE.fullmatch(arn)
    return "arn:{partition}:iam::{account}:role/{role}".format(**match.groupdict()) if match else arn


def _authorization(query: dict[str, str]) -> str:
    return (
        f"AWS4-HMAC-SHA256 Credential={query['X-Amz-Credential']}, "
        f"SignedHeaders={query['X-Amz-SignedHeaders']}, Signature={query['X-Amz-Signature']}"
    )


def _caller(answer: bytes, access_key: str) -> Caller:
    root = ET.fromstring(answer)  # noqa: S314 the answer is our own STS's
    found = {name: root.findtext(f".//sts:{name}", "", STS_NAMESPACE) for name in ("Arn", "UserId")}
    if not found["Arn"]:
        raise DeniedError("STS names no caller")
    return Caller(found["Arn"], principal_of(found["Arn"]), found["UserId"], access_key)
