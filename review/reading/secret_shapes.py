"""What gives a secret away: the name it goes by, or the way it looks."""

import re
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SECRET_NAME = re.compile(
    r"""\b(
    apikey | authorization | credentials? | jwt | passphrase | passwd | passwords? | pat | pin | psk | pwd | secrets?
    | tokens? | connection-string | key-material
    | (access|account|api|auth|client|encryption|license|master|private|secret|shared|signing|storage)-key
    )\b""",
    re.VERBOSE,
)
_HARMLESS_NAME = re.compile(
    r"""\b(
    algorithm | arns? | audience | days | enabled | encryption | endpoint | expiration | expiry | ids? | kind | length
    | lifetime | limit | mode | names? | namespace | path | policy | refs? | required | rotation | seconds | size
    | store | ttl | type | uri | url | versions? | window
    )$""",
    re.VERBOSE,
)
"""A name that ends so is about a secret and is none: `secretArn`, `secretName`, `tokenTtl`."""
_DIGITS_NAME = re.compile(r"\b(pass\w*|pin|psk|pwd|secret)\b")
"""What may be all digits; a number of tokens is a count."""
_HARMLESS_VALUE = re.compile(r"(?i)|none|null|true|false|required|optional|enabled|disabled|arn:aws[\w-]*:[\w:/.*-]+")
"""Settings that are words, e.g. `httpTokens: required`, and names of things that are kept elsewhere."""
_VARIABLE = re.compile(r"[\"']?\$(?:[({]|[A-Z_]+\b)")
"""A script that reads a variable does not hold its value."""

_SHAPE = re.compile(
    r"""
    # A PEM block that is no public part, to its end or to the end of the text.
    -----BEGIN[ ](?!CERTIFICATE|PUBLIC[ ]KEY|RSA[ ]PUBLIC[ ]KEY|TRUSTED[ ]CERTIFICATE)[A-Z0-9 ]+-----
        [\s\S]*?(?:-----END[ ][A-Z0-9 ]+-----|\Z)
    # AWS access key: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    | (?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])
    # AWS secret access key: 40 characters of base64, here with a digit, a capital and a small letter.
    | (?<![A-Za-z0-9/+=])(?=[A-Za-z/+]*\d)(?=[a-z0-9/+]*[A-Z])(?=[A-Z0-9/+]*[a-z])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])
    # JSON web token: https://www.rfc-editor.org/rfc/rfc7519
    | eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*){1,3}
    # https://github.blog/engineering/behind-githubs-new-authentication-token-formats/
    | gh[pousr]_[A-Za-z0-9]{20,} | github_pat_\w{20,} | glpat-[\w-]{20,}
    # https://docs.slack.dev/authentication/tokens
    | xox[a-z]-[\w-]{10,} | xapp-[\w-]{10,} | hooks\.slack\.com/services/[\w/]+
    # Hugging Face, OpenAI and Stripe, Google, npm, PyPI, Pulumi; a login of EKS.
    | hf_[A-Za-z0-9]{20,} | \b[srp]k[-_][\w-]{20,} | AIza[\w-]{35} | npm_[A-Za-z0-9]{36} | pypi-[\w-]{20,}
    | pul-[0-9a-f]{40} | k8s-aws-v1\.[\w=-]+
    # The password of a URL, unless what follows the colon is a port; or a long user, which is a token.
    | (?<=://)[^\s/@:"']*:(?!\d{1,5}(?:/|$))[^\s"'<>]+@ | (?<=://)[^\s/@:"']{20,}@
    # A signed URL: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    | (?<=[?&])(?:sig|signature|X-Amz-Signature|X-Amz-Security-Token)=[^&\s"']+
    | \b(?i:bearer|basic)[ ][\w.~+/=-]{16,}
    """,
    re.VERBOSE,
)
_PAIR = re.compile(
    r"""(?<![\w:/.-])(?=
    (?P<name>[A-Za-z][\w .-]{0,40}?) \\*["']? \s*(?:=>|[:=])\s*
    (?P<value> "(?:[^"\\]|\\.)+ | '[^']+ | \\+"[^"]+ | [^\s;&"'\\]+ )
    )""",
    re.VERBOSE,
)
"""`name = value`, `"name": "value"`, `name: value`, as in a connection string, a kubeconfig or a script.

It is a look ahead, since the value of one pair may be the name of the next: `error: password: x`.
"""
_HINT = re.compile(r"(?i)pass|pwd|secret|token|key|credential|connection|authorization|jwt|psk|\bpat\b|\bpin\b")


@lru_cache(maxsize=65536)
def is_secret_name(name: str) -> bool:
    """Whether what has this name is a secret: `masterPassword` is, `secretArn` and `httpPort` are not."""
    words = _words(name)
    return bool(_SECRET_NAME.search(words)) and not is_harmless_name(name)


@lru_cache(maxsize=65536)
def is_harmless_name(name: str) -> bool:
    """Whether the name says that its value is no secret, whatever it belongs to."""
    return bool(_HARMLESS_NAME.search(_words(name)))


def may_be_digits(name: str) -> bool:
    """Whether a number of this name, which is a secret's, is the secret and not a count."""
    return bool(_DIGITS_NAME.search(_words(name)))


def is_harmless(value: str) -> bool:
    """Whether a value is none, though its name is a secret's."""
    return bool(_HARMLESS_VALUE.fullmatch(value))


def spans(text: str) -> list[tuple[int, int]]:
    """Return start and end of each secret in a text, sorted by start; they may overlap."""
    found = [match.span() for match in _SHAPE.finditer(text)]
    if _HINT.search(text):
        pairs = (pair for pair in _PAIR.finditer(text) if _holds_secret(pair["name"], pair["value"]))
        found += [pair.span("value") for pair in pairs]
    return sorted(found)


def _holds_secret(name: str, value: str) -> bool:
    return is_secret_name(name) and not is_harmless(value.strip("\\\"'")) and not _VARIABLE.match(value)


def _words(name: str) -> str:
    return "-".join(_WORD.findall(name)).lower()
