import pytest
from rules._types import AWS_SECRET, BUCKET, CLUSTER, KEY, REPOSITORY, VAULT
from rules.require_protection import STATEFUL

from tests.policies.mutation import unprotected
from tests.policies.samples import resource, said

NAME = "require-protection"
MUTATIONS = (
    unprotected(KEY, "llm-prod-a"),
    unprotected(CLUSTER, "llm-dr-c", "dr"),
    unprotected(BUCKET, "llm-dr-weights", "dr"),
    unprotected(VAULT, "llm-prod-backups"),
    unprotected(REPOSITORY, "llm-prod-queue-worker", "dr"),
    unprotected(AWS_SECRET, "llm-prod-entry-origin"),
)


@pytest.mark.parametrize("token", sorted(STATEFUL))
def test_holds_when_protected(token: str) -> None:
    assert said(NAME, resource(token, {}, protect=True)) == []


@pytest.mark.parametrize("token", sorted(STATEFUL))
def test_fails_when_not(token: str) -> None:
    assert said(NAME, resource(token, {})) == [("fail", "is stateful and not protected")]


def test_holds_for_what_the_program_can_make_again() -> None:
    assert said(NAME, resource("aws:ec2/vpc:Vpc", {})) == []


def test_never_undecided_as_protect_is_an_option_and_always_known() -> None:
    outcomes = {said(NAME, resource(token, {}))[0][0] for token in STATEFUL}
    assert outcomes == {"fail"}
