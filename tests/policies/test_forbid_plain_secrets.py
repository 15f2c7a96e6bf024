from base64 import b64encode

import pytest
from rules._resource import UNKNOWN, Value
from rules._types import DEPLOYMENT, LAUNCH_TEMPLATE, POD, SECRET, SECRET_VERSION

from tests.policies.mutation import Added, changed
from tests.policies.samples import resource, said

NAME = "forbid-plain-secrets"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
# Put together here, so that no scanner of repositories takes them for real ones.
PEM = "-----BEGIN RSA " + "PRIVATE KEY-----\nMII"
ACCESS_KEY = "AKIA" + "IOSFODNN7EXAMPLE"
JWT = ".".join(("eyJ" + "hbGciOiJIUzI1NiJ9", "eyJ" + "zdWIiOiIxMjM0In0", "c2lnbmF0dXJl"))
ENV = ("spec", "template", "spec", "containers", 0, "env", 0)
MUTATIONS = (
    changed(DEPLOYMENT, "llm-prod-a-inference", ENV, {"name": "HF_TOKEN", "value": "abc"}),
    changed(LAUNCH_TEMPLATE, "llm-prod-b-spot", ("userData",), b64encode(f"echo {PEM}".encode()).decode()),
    changed(LAUNCH_TEMPLATE, "llm-dr-c-system", ("tags", "note"), ACCESS_KEY, "dr"),
    Added(CONFIG_MAP, {"data": {"database.ini": "user=app\npassword = hunter2"}}, "llm-prod-a"),
)


def config_map(data: Value) -> list[tuple[str, str]]:
    return said(NAME, resource(CONFIG_MAP, {"data": data}))


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:secretsmanager:us-east-1:111111111111:secret:model",
        "TOKEN=$(curl --request PUT http://169.254.169.254/latest/api/token)",
        "password: /run/secrets/password",
        "api_key={{ from the vault }}",
        "max_tokens=4096",
        "https://user@example.com:443/path",
        b64encode(b"echo nothing to hide in here").decode(),
        "QUJD" * 8 + "/+8=",
    ],
    ids=str,
)
def test_holds(text: str) -> None:
    assert config_map({"text": text}) == []


def test_holds_for_names_that_point_at_a_secret() -> None:
    env: Value = [
        {"name": "TOKEN_FILE", "value": "token"},
        {"name": "HF_TOKEN", "valueFrom": {"secretKeyRef": {"name": "model", "key": "token"}}},
        {"name": "PASSWORD", "value": "$(OTHER)"},
        {"name": "TOKENIZERS_PARALLELISM", "value": "false"},
    ]
    assert said(NAME, resource(POD, {"spec": {"containers": [{"env": env}]}})) == []


def test_holds_where_secrets_belong_and_for_inputs_that_ask_for_one() -> None:
    own = [resource(SECRET, {"data": {"password": "abc"}}), resource(SECRET_VERSION, {"secretString": PEM})]
    assert said(NAME, *own, resource("aws:rds/instance:Instance", {"password": "abc"})) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (PEM, "a private key"),
        (f"key {ACCESS_KEY}", "an AWS access key"),
        ("ghp_" + "a" * 36, "a GitHub token"),
        ("hf_" + "a" * 34, "a Hugging Face token"),
        (JWT, "a signed token"),
        ("mysql://app:hunter2@db.example:3306", "a password in an address"),
    ],
    ids=lambda it: it[:12],
)
def test_fails_by_shape_and_does_not_repeat_it(text: str, what: str) -> None:
    assert config_map({"text": text}) == [("fail", f"data.text has {what}")]
    assert config_map({"text": b64encode(f"{text}  padding".encode()).decode()}) == [("fail", f"data.text has {what}")]


@pytest.mark.parametrize(
    "text",
    ["export HF_TOKEN=abc", '{"apiKey": "abc", "api_key": "abc"}', "--api-key=abc", "x: 1\npassword: 'abc'"],
    ids=str,
)
def test_fails_by_assignment(text: str) -> None:
    assert config_map({"text": text}) == [("fail", "data.text assigns a secret")]


def test_fails_by_name() -> None:
    assert config_map({"DB_PASSWORD": "abc"}) == [("fail", "data.DB_PASSWORD has a secret by its name")]
    env: Value = [{"name": "API_KEY", "value": "abc"}]
    assert said(NAME, resource(POD, {"spec": {"containers": [{"env": env}]}})) == [
        ("fail", "spec.containers.0.env.0.value has a secret by its name")
    ]


def test_undecided_where_people_write_secrets() -> None:
    assert said(NAME, resource(LAUNCH_TEMPLATE, {"userData": UNKNOWN, "kmsKeyId": UNKNOWN})) == [
        ("unknown", "userData is not known before the update")
    ]
    assert config_map({"text": UNKNOWN}) == [("unknown", "data.text is not known before the update")]
