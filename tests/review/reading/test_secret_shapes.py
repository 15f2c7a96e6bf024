import pytest

from review.reading.secret_shapes import is_harmless_name, is_secret_name, may_be_digits, spans


@pytest.mark.parametrize(
    "name",
    [
        "password", "masterPassword", "MASTER_PASSWORD", "master-password", "passwordWo", "DB_PASSWD", "pwd", "token",
        "sessionToken", "tokens", "authTokens", "secret", "clientSecret", "secretString", "secretValue", "privateKey",
        "private_key_pem", "apiKey", "apikey", "accessKey", "secretAccessKey", "aws_secret_access_key", "Account Key",
        "connectionString", "primaryConnectionString", "client-key-data", "credentials", "keyMaterial", "HF_TOKEN",
    ],
)  # fmt: skip
def test_a_secret_is_known_by_its_name(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "secretArn", "secretName", "masterUserSecretKmsKeyId", "secretVersion", "tokenTtl", "tokenExpirationSeconds",
        "passwordLength", "accessKeyId", "secretRef", "tokenUrl", "imagePullPolicy", "kmsKeyId", "publicKey", "keyName",
        "tokenizer", "author", "compass", "spinner", "pattern", "key", "httpPort", "monkey", "",
    ],
)  # fmt: skip
def test_what_only_sounds_like_a_secret_is_none(name: str) -> None:
    assert not is_secret_name(name)


def test_the_end_of_a_name_says_that_it_is_harmless() -> None:
    assert is_harmless_name("secretArn")
    assert is_harmless_name("name")
    assert not is_harmless_name("secret")


def test_a_password_may_be_a_number_and_tokens_are_counted() -> None:
    assert may_be_digits("masterPassword")
    assert not may_be_digits("maxTokens")


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-AbCdEf",
        "require-secrets-encryption",
        "https://host.example:8443/path@v2",
        "oci://registry.example:5000/image@sha256:0123",
        "git+ssh://git@github.com/org/repo",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",  # a commit
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "AROAEXAMPLEEXAMPLE123",  # the id of a role, which opens nothing
        "TOKEN=$(curl -X PUT http://169.254.169.254/latest/api/token)",
        "export PASSWORD=$DB_PASSWORD",
        "password = null",
        "encryptionConfig.provider.keyArn is not known before the update",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_secret_is_shown(text: str) -> None:
    assert spans(text) == []


def test_a_secret_is_found_where_it_stands() -> None:
    text = "login with password=hunter2; then go on"
    ((start, end),) = set(spans(text))
    assert text[start:end] == "hunter2"
