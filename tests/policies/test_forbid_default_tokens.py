import pytest
from rules._resource import UNKNOWN, Value
from rules._types import DAEMON_SET, DEPLOYMENT

from tests.policies.mutation import changed
from tests.policies.samples import said
from tests.policies.workloads import SPEC, workload

NAME = "forbid-default-tokens"
MOUNT = (*SPEC, "automountServiceAccountToken")
MUTATIONS = (
    changed(DEPLOYMENT, "llm-prod-a-inference", MOUNT, None),
    changed(DAEMON_SET, "llm-dr-c-device-plugin", MOUNT, value=True, stack="dr"),
)


@pytest.mark.parametrize(
    ("mounted", "account"), [(False, None), (False, UNKNOWN), (False, "default"), (True, "operator")]
)
def test_holds(mounted: Value, account: Value) -> None:
    assert said(NAME, workload(automountServiceAccountToken=mounted, serviceAccountName=account)) == []


@pytest.mark.parametrize(
    ("mounted", "account", "named"),
    [
        (None, None, "default"),
        (True, None, "default"),
        (True, "default", "default"),
        (None, "operator", "operator"),
    ],
)
def test_fails(mounted: Value, account: Value, named: str) -> None:
    found = said(NAME, workload(automountServiceAccountToken=mounted, serviceAccountName=account))
    message = f"automountServiceAccountToken is not false, so its pods get a token of account {named}"
    assert found == [("fail", message)]


@pytest.mark.parametrize(
    ("mounted", "account", "path"),
    [(UNKNOWN, "operator", "automountServiceAccountToken"), (True, UNKNOWN, "serviceAccountName")],
)
def test_unknown_is_undecided(mounted: Value, account: Value, path: str) -> None:
    found = said(NAME, workload(automountServiceAccountToken=mounted, serviceAccountName=account))
    assert found == [("unknown", f"spec.template.spec.{path} is not known before the update")]
