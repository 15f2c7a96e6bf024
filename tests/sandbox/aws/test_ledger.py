from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox.aws.ledger import Ledger
from sandbox.paths import Paths

VPC = "aws:ec2/vpc:Vpc"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(Paths.of_checkout(tmp_path))


def test_a_row_is_read_back_as_it_was_written(ledger: Ledger) -> None:
    ledger.put(("us-east-1", VPC, "vpc-1"), "urn", {"cidrBlock": "10.0.0.0/16"}, {"arn": "a"}, "moto")
    row = ledger.get("us-east-1", VPC, "vpc-1")
    assert row is not None
    assert (row.inputs, row.outputs, row.held) == ({"cidrBlock": "10.0.0.0/16"}, {"arn": "a"}, "moto")
    assert ledger.get("us-west-2", VPC, "vpc-1") is None


def test_rows_are_found_by_type_and_region_and_counted_by_holder(ledger: Ledger) -> None:
    ledger.put(("us-east-1", VPC, "vpc-1"), "urn", {}, {}, "moto")
    ledger.put(("us-west-2", VPC, "vpc-2"), "urn", {}, {}, "moto")
    ledger.put(("us-west-2", "aws:eks/addon:Addon", "c:coredns"), "urn", {}, {}, "recorded")
    assert [row.id for row in ledger.find(VPC)] == ["vpc-1", "vpc-2"]
    assert [row.id for row in ledger.find(VPC, "us-west-2")] == ["vpc-2"]
    assert ledger.summary() == {"moto": 2, "recorded": 1}
    ledger.remove("us-east-1", VPC, "vpc-1")
    assert len(ledger.all()) == 2


def test_many_writers_lose_nothing(ledger: Ledger) -> None:
    def write(number: int) -> None:
        ledger.put(("us-east-1", VPC, f"vpc-{number}"), "urn", {}, {}, "moto")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(64)))
    assert len(ledger.all()) == 64
