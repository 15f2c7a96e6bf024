"""Reviews of real changes to both shipped stacks: what a reviewer reads first is right, and what is blocked does not run.

The first report brings up the commit that the changes are compared with; the others are made in that base itself.
"""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sandbox.lifecycle.reviewing import Base
from sandbox.process import started_at

from .checkout import Checkout

pytestmark = pytest.mark.engine

# A higher floor, by whose plan the spare node is in use: the reserved nodes stay as they are.
REPLICA = {
    "forecast.floor_percent": 40, "inference.replicas.minimum": 3, "nodes.reserved.spare": 0, "nodes.spot.minimum": 3,
    "nodes.spot.initial": 3,
}  # fmt: skip
OTHER_GPU = {"nodes.reserved.instance_types": ["p5e.48xlarge"]}
PUBLIC_CIDR = {"cluster.public_access_cidrs": ["203.0.113.0/24", "198.51.100.0/24"]}
SHORTER_LOGS = {"network.flow_log_retention_days": 30}
VPC_CIDR = {"network.cidr": "10.50.0.0/16"}


@dataclass(frozen=True)
class Report:
    """What a report says: its comment up to the first fold after the stacks, and the same for programs."""

    first_screen: str
    told: Mapping[str, Any]

    @classmethod
    def of(cls, checkout: Checkout) -> "Report":
        folder = checkout.folder / "report"
        comment = (folder / "comment.md").read_text()
        return cls(comment.partition("<details><summary>Topology")[0], json.loads((folder / "report.json").read_text()))

    @property
    def facts(self) -> dict[tuple[str, str], tuple[str, str]]:
        """What changes of the topology, before and after, by subject and quantity."""
        changed = (fact for fact in self.told["facts"] if fact["changed"])
        return {(fact["subject"], fact["quantity"]): (fact["before"], fact["after"]) for fact in changed}

    @property
    def money(self) -> dict[str, Decimal]:
        """Dollars more a month by site, where it differs."""
        more = {cost["site"]: Decimal(cost["after"]) - Decimal(cost["before"]) for cost in self.told["costs"]}
        return {site: amount for site, amount in more.items() if amount}

    def dangers(self, operation: str) -> dict[str, list[str]]:
        """What forces each danger of an operation, by type and name."""
        found = (danger for danger in self.told["dangers"] if danger["operation"] == operation)
        return {_short(danger["urn"]): danger["forced_by"] for danger in found}

    def says(self, *words: str) -> None:
        assert not [word for word in words if word not in self.first_screen], self.first_screen


def _short(urn: str) -> str:
    return f"{urn.split('::')[-2].rpartition(':')[2]} {urn.rsplit('::', maxsplit=1)[-1]}"


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A repository with one commit, and nothing up."""
    copy = Checkout.into(tmp_path_factory.mktemp("reviewed"))
    who = ["-c", "user.name=someone", "-c", "user.email=someone@example.org", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "base"]):
        subprocess.run(["git", *words], cwd=copy.folder, check=True)  # noqa: S607 the user's own git
    yield copy
    copy.sandbox("down")


@pytest.fixture(scope="module")
def base(changed: Checkout) -> Checkout:
    """What the changes are compared with, with both stacks up."""
    return Checkout(Base(changed.paths).folder)


def review(checkout: Checkout, values: Mapping[str, Any], expect: int) -> Report:
    """Report on prod with these settings, and set them back."""
    shipped = (checkout.folder / "Pulumi.prod.yaml").read_text()
    checkout.change("prod", values)
    checkout.sandbox("report", expect=expect)
    (checkout.folder / "Pulumi.prod.yaml").write_text(shipped)
    return Report.of(checkout)


def refused(checkout: Checkout, values: Mapping[str, Any], *more: str) -> str:
    """Try the update with these settings, see that nothing changes, and set them back; answer the reason."""
    shipped = (checkout.folder / "Pulumi.prod.yaml").read_text()
    before = checkout.rows(), checkout.checkpoint("prod").resources
    checkout.change("prod", values)
    reason = checkout.refused("up", "prod", *more)
    (checkout.folder / "Pulumi.prod.yaml").write_text(shipped)
    assert (checkout.rows(), checkout.checkpoint("prod").resources) == before
    return reason


def accept(checkout: Checkout, fingerprint: str) -> None:
    """Answer for a blocked change, as its owner would in the pull request."""
    entry = {"fingerprint": fingerprint, "owner": "platform-team", "reason": "a test", "expires": str(date.max)}
    (checkout.folder / "review" / "accepted.yaml").write_text(json.dumps({"accepted": [entry]}))


def test_one_more_replica_against_a_commit_is_safe(changed: Checkout) -> None:
    changed.change("prod", REPLICA)
    changed.sandbox("report", "--base", "HEAD", expect=2)
    report = Report.of(changed)
    report.says(
        "## ✅ Safe: In prod and dr: 12 updated in place",
        "12 updated, ",
        "policies: 6 waived",
        "1 stack without effect",
    )
    assert not report.told["dangers"]
    assert report.facts == {
        ("sites a and b", "GPUs left after losing the largest site"): ("40", "48"),
        **{(f"site {site}", "GPU nodes, minimum"): ("5", "6") for site in "ab"},
        **{(f"site {site}", "GPUs, minimum"): ("40", "48") for site in "ab"},
        **{(f"site {site}, deepseek-inference", "replicas, minimum"): ("2", "3") for site in "ab"},
    }
    assert report.money.keys() == {"a", "b"}
    assert all(amount > 0 for amount in report.money.values())
    assert not changed.checkpoint("prod").resources


def test_another_gpu_in_both_sites_is_blocked(base: Checkout) -> None:
    report = review(base, OTHER_GPU, expect=5)
    report.says(
        "## 🛑 Blocked: Sites a and b: one change disrupts all of them", "**10 replaced**", "**10 dangers**", "first**"
    )
    assert report.dangers("replace") == {
        **{f"NodeGroup llm-prod-{site}-reserved": ["instanceTypes[0]"] for site in "ab"},
        **{f"CapacityReservation llm-prod-{site}-reserved": ["instanceType"] for site in "ab"},
        **{
            f"Policy llm-prod-{site}-reserved-{signal}": ["autoscalingGroupName"]
            for site in "ab"
            for signal in ("cpu", "memory", "queue")
        },
    }
    assert report.facts["sites a and b", "sites that this change disrupts or rolls"] == ("none", "a and b")


def test_a_new_network_that_reaches_the_endpoints_needs_care(base: Checkout) -> None:
    report = review(base, PUBLIC_CIDR, expect=3)
    report.says(
        "## ⚠️ Needs care: Sites a and b: one change rolls all of them", "2 updated, ", "**2 dangers**",
        "**no change** of known prices", "Who reaches the cluster&#39;s API, and from where, changes.",
    )  # fmt: skip
    assert report.dangers("update") == {f"Cluster llm-prod-{site}": [] for site in "ab"}
    assert report.facts == {("sites a and b", "sites that this change disrupts or rolls"): ("none", "a and b")}
    assert not report.money


def test_what_was_reviewed_is_not_what_another_change_does(base: Checkout) -> None:
    reason = refused(base, REPLICA, "--reviewed", "report/report.json")
    assert "stack prod would not do what was reviewed" in reason


def test_another_network_is_blocked_in_review_and_at_up(base: Checkout) -> None:
    report = review(base, VPC_CIDR, expect=5)
    report.says("## 🛑 Blocked: Sites a and b: one change disrupts all of them")
    replaced = report.dangers("replace")
    assert replaced["Vpc llm-prod"] == ["cidrBlock"]
    assert {f"NatGateway llm-prod-{site}-nat" for site in "ab"} <= replaced.keys()
    reason = refused(base, VPC_CIDR)
    assert "blocked: Sites a and b: one change disrupts all of them" in reason
    assert report.told["fingerprints"]["prod"] in reason


def test_the_loss_of_a_site_is_blocked_in_review_and_at_up(base: Checkout) -> None:
    one = {"sites": base.settings("prod")["sites"][:1]}
    report = review(base, one, expect=5)
    report.says("## 🛑 Blocked: It deletes ", "llm-prod-b")
    # The engine ends a preview at the first protected resource, so that the others are not listed.
    assert "Cluster llm-prod-b" in report.dangers("delete")
    assert report.facts["sites a and b", "GPUs left after losing the largest site"] == ("40", "0")
    reason = refused(base, one)
    assert "the preview of prod failed: Preview failed: resource " in reason
    assert "Cluster::llm-prod-b" in reason


def test_the_reviewed_change_is_let_through(base: Checkout) -> None:
    base.change("prod", SHORTER_LOGS)
    base.sandbox("report", expect=5)
    reviewed = base.folder / "report" / "report.json"
    reason = base.refused("up", "prod", "--reviewed", str(reviewed))
    assert "blocked: " in reason
    accept(base, Report.of(base).told["fingerprints"]["prod"])
    printed = base.sandbox("up", "prod", "--reviewed", str(reviewed))
    assert re.search(r"^up prod: \d+ same, 4 update$", printed, re.MULTILINE), printed


def test_down_ends_the_base_too(changed: Checkout, base: Checkout) -> None:
    servers = base.servers().values()
    assert servers
    changed.sandbox("down")
    assert not changed.paths.home.exists()
    assert not [pid for pid in servers if started_at(pid)]
