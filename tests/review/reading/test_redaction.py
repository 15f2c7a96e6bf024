import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from review.reading.redaction import SHOWN, redact, redact_bag, redact_text
from review.values import Mark
from tests.review import engine_events
from tests.review.engine_events import begun, state

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
# Canaries: each looks like a secret and none opens anything. They are put together here so that no scanner of
# the repository takes them for real ones.
AWS_ID = "AKIA" + "IOSFODNN7EXAMPLE"
AWS_SECRET = "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY"
JWT = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiJjYW5hcnkifQ." + "c2lnbmF0dXJl"
PEM = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEcanary\n-----END RSA PRIVATE KEY-----"
SHAPES = {
    "PEM": PEM,
    "PEM cut off": "-----BEGIN " + "OPENSSH PRIVATE KEY-----\nb3BlbnNzaCcanary",
    "PGP": "-----BEGIN PGP " + "PRIVATE KEY BLOCK-----\nlQcanary\n-----END PGP PRIVATE KEY BLOCK-----",
    "AWS access key": AWS_ID,
    "AWS session key": "ASIA" + "IOSFODNN7EXAMPLE",
    "AWS secret key": AWS_SECRET,
    "JWT": JWT,
    "GitHub token": "ghp_" + "c4naryc4naryc4naryc4naryc4naryc4nary",
    "GitHub fine-grained token": "github_pat_" + "11CANARY0c4naryc4nary_c4naryc4nary",
    "Slack token": "xoxb-" + "123456789012-c4naryc4nary",
    "Hugging Face token": "hf_" + "c4naryc4naryc4naryc4naryc4nary",
    "EKS login": "k8s-aws-v1." + "aHR0cHM6Ly9zdHMuY2FuYXJ5",
    "bearer": "Bearer " + "c4naryc4naryc4nary",
    "URL with a password": "postgres://admin:" + "c4nary@db.example:5432/app",
    "URL with a password of odd characters": "https://admin:" + "c4n/ary#1@host.example",
    "URL with a token": "https://" + "c4naryc4naryc4naryc4nary@host.example/org",
    "signed URL": "https://host.example/x?X-Amz-Signature=" + "c4nary",
}
PAIRS = {
    "connection string": ("Server=db;User Id=app;Password={};Encrypt=true", "c4nary-1"),
    "storage account": ("AccountName=x;AccountKey={};EndpointSuffix=e", "YzRuYXJ5Cg=="),
    "kubeconfig token": ("users:\n- user:\n    token: {}\n", "c4nary.token"),
    "kubeconfig client key": ("users:\n- user:\n    client-key-data: {}\n", "LS0tYzRuYXJ5"),
    "JSON": ('{{"user":"app","password":"{}"}}', 'c4nary, with \\"quotes\\" and spaces'),
    "JSON in JSON": ('{{\\"user\\":\\"app\\",\\"dbPassword\\":\\"{}\\"}}', "c4nary"),
    "script": ("export HF_TOKEN={}", "c4nary"),
    "after an error": ("error: login failed: password: {}", "c4nary"),
    "option": ("mysql --password={} -h db", "c4nary"),
}


@pytest.mark.parametrize("canary", SHAPES.values(), ids=SHAPES)
def test_a_shape_is_hidden_wherever_it_stands(canary: str) -> None:
    assert redact(canary) is Mark.SECRET
    assert redact(["left", canary, "right"]) == ["left", Mark.SECRET, "right"]
    told = redact_text(f"cannot use '{canary}' here")
    assert canary not in told
    assert told.startswith("cannot use '")
    assert SHOWN in told
    (name,) = redact_bag({f"on {canary}": 1})
    assert canary not in name


@pytest.mark.parametrize(("text", "canary"), PAIRS.values(), ids=PAIRS)
def test_a_pair_of_name_and_secret_is_hidden_inside_a_text(text: str, canary: str) -> None:
    whole = text.format(canary)
    assert redact(whole) is Mark.SECRET
    assert canary not in redact_text(whole)


def test_the_password_of_a_url_goes_and_the_rest_of_the_text_stays() -> None:
    text = "dial postgres://admin:" + "c4nary@db.example:5432/app: connection refused"
    assert redact_text(text) == f"dial postgres://{SHOWN}db.example:5432/app: connection refused"


def test_what_the_engine_marks_is_hidden() -> None:
    bag = {"plain": "shown", "hidden": engine_events.secret("c4nary"), "blinded": "[secret]"}
    assert redact(bag) == {"plain": "shown", "hidden": Mark.SECRET, "blinded": Mark.SECRET}


def test_special_values_of_the_engine_become_plain_ones() -> None:
    signature = "4dabf18193072939515e22adb298388d"
    asset = {signature: "c44067f5952c0a294b673a41bacd8c17", "hash": "0f1e", "text": "c4nary"}
    reference = {signature: "5cf8f73096256a8f31e491e813e4eb8e", "urn": "urn:x", "id": "1"}
    output = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
    assert redact(asset) == "asset 0f1e"
    assert redact(reference) == "urn:x"
    assert redact({signature: output, "value": 3}) == 3
    assert redact({signature: output}) is Mark.UNKNOWN
    assert redact({signature: output, "value": "c4nary", "secret": True}) is Mark.SECRET
    assert redact({signature: "a kind of a later engine", "value": "c4nary"}) is Mark.SECRET


@pytest.mark.parametrize(
    "sentinel",
    [
        UNKNOWN, "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a", "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    ],
)  # fmt: skip
def test_what_only_the_update_knows_is_unknown(sentinel: str) -> None:
    assert redact({"subnetIds": [sentinel, "subnet-1"]}) == {"subnetIds": [Mark.UNKNOWN, "subnet-1"]}
    assert redact_text(f"provider urn::{sentinel}") == "provider urn::known after apply"


def test_a_secret_name_hides_words_and_numbers_but_no_switch_and_no_reference() -> None:
    bag: dict[str, Any] = {
        "password": "c4nary",
        "masterPassword": 12345,
        "tokens": ["c4nary", "c4nary"],
        "secretArn": "arn:aws:secretsmanager:us-east-1:1:secret:db",
        "secretName": "db",
        "automountServiceAccountToken": False,
        "httpTokens": "required",
        "maxTokens": 4096,
        "credentials": "arn:aws:iam::123456789012:role/gateway",
    }
    hidden = {"password": Mark.SECRET, "masterPassword": Mark.SECRET, "tokens": [Mark.SECRET, Mark.SECRET]}
    assert redact(bag) == bag | hidden


def test_an_object_below_a_secret_name_is_hidden_but_for_its_references() -> None:
    volume = {"secret": {"secretName": "db", "optional": True, "defaultMode": 420}}
    assert redact(volume) == volume
    assert redact({"secret": {"user": "c4nary", "arn": "x"}}) == {"secret": {"user": Mark.SECRET, "arn": "x"}}


def test_an_object_may_name_its_own_value() -> None:
    environment = [{"name": "MODEL", "value": "v3"}, {"name": "DB_PASSWORD", "value": "c4nary"}]
    assert redact(environment) == [environment[0], {"name": "DB_PASSWORD", "value": Mark.SECRET}]
    parameter = {"name": "/app/db", "type": "SecureString", "value": "c4nary"}
    assert redact(parameter) == parameter | {"value": Mark.SECRET}


def test_the_data_of_a_kubernetes_secret_is_hidden_and_its_keys_are_shown() -> None:
    manifest = {
        "kind": "Secret",
        "metadata": {"name": "db"},
        "data": {"user": "YzQ="},
        "stringData": {"host": "c4nary"},
    }
    shown = redact(manifest)
    assert shown == manifest | {"data": {"user": Mark.SECRET}, "stringData": {"host": Mark.SECRET}}


def test_the_notes_of_a_provider_to_itself_are_left_out() -> None:
    assert redact({"__defaults": ["a"], "a": {"__meta": "x", "b": 1}}) == {"a": {"b": 1}}


def test_no_json_is_no_value() -> None:
    assert redact(object()) is Mark.SECRET


CANARY = "c4n4ry"
_plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_hidden = st.sampled_from(
    [
        PEM.replace("canary", CANARY),
        JWT + CANARY,
        "ghp_" + CANARY * 4,
        f"mysql://root:{CANARY}@db/app",
        f"user=x password={CANARY}",
        engine_events.secret(CANARY),
        {"clientSecret": CANARY},
        {"name": "API_TOKEN", "value": CANARY},
        {"kind": "Secret", "data": {"a": [CANARY]}},
        {"password": {"a": [CANARY, {"b": CANARY}]}},
    ]
)
_planted = st.recursive(
    _hidden,
    lambda inner: st.tuples(_plain, inner).map(list) | st.dictionaries(st.text(max_size=8), inner | _plain, max_size=3),
    max_leaves=8,
)


@settings(max_examples=40)
@given(_planted, _planted, st.sampled_from(["update", "replace", "same"]))
@example([{"password": {"a": [CANARY]}}], [], "update")
def test_no_canary_survives_a_plan(before: object, after: object, op: str) -> None:
    old, new = state({"p": before}), state({"p": after})
    plan = engine_events.plan(
        begun(op, old, new, diffs=["p"], keys=["p"], detailedDiff={"p": {"diffKind": "update", "inputDiff": True}}),
        begun("create", None, new, urn=engine_events.URN + "2"),
        begun("delete", old, None, urn=engine_events.URN + "3"),
    )
    assert len(plan.steps) == 3
    assert CANARY not in repr(plan)


@given(st.text(max_size=30), st.sampled_from(list(SHAPES.values())), st.text(max_size=30))
def test_no_shape_survives_in_free_text(left: str, canary: str, right: str) -> None:
    assert canary not in redact_text(f"{left} {canary} {right}")


@given(st.text(max_size=60))
def test_redaction_is_done_once(text: str) -> None:
    once = redact_text(text)
    assert redact_text(once) == once


@given(_plain)
def test_a_redacted_value_is_json_but_for_its_marks(value: object) -> None:
    json.dumps(redact(value), default=lambda mark: mark.value)
