from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox.aws.ledger import Creation, Ledger, Row
from sandbox.paths import Paths

VPC = "aws:ec2/vpc:Vpc"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(Paths.of_checkout(tmp_path))


def test_a_row_is_read_back_as_it_was_written(ledger: Ledger) -> None:
    ledger.put(Row("us-east-1", VPC, "vpc-1", "urn", {"cidrBlock": "10.0.0.0/16"}, {"arn": "a"}, "moto", 1.0))
    row = ledger.get("us-east-1", VPC, "vpc-1")
    assert row is not None
    assert (row.inputs, row.outputs, row.held) == ({"cidrBlock": "10.0.0.0/16"}, {"arn": "a"}, "moto")
    assert ledger.get("us-west-2", VPC, "vpc-1") is None


def test_rows_are_found_by_type_and_region_and_counted_by_holder(ledger: Ledger) -> None:
    ledger.put(Row("us-east-1", VPC, "vpc-1", "urn", {}, {}, "moto", 1.0))
    ledger.put(Row("us-west-2", VPC, "vpc-2", "urn", {}, {}, "moto", 2.0))
    ledger.put(Row("us-west-2", "aws:eks/addon:Addon", "c:coredns", "urn", {}, {}, "recorded", 3.0))
    assert [row.id for row in ledger.find(VPC)] == ["vpc-1", "vpc-2"]
    assert [row.id for row in ledger.find(VPC, "us-west-2")] == ["vpc-2"]
    assert ledger.summary() == {"moto": 2, "recorded": 1}
    ledger.remove("us-east-1", VPC, "vpc-1")
    assert len(ledger.all()) == 2


def test_a_creation_stays_noted_until_its_row_is_written(ledger: Ledger) -> None:
    kept = ledger.begin("us-east-1", VPC, "urn-1", {"cidrBlock": "10.0.0.0/16"})
    done = ledger.begin("us-east-1", VPC, "urn-2", {})
    ledger.put(Row("us-east-1", VPC, "vpc-2", "urn-2", {}, {}, "moto", 1.0), done)
    assert ledger.unfinished() == [Creation(kept, "us-east-1", VPC, "urn-1", {"cidrBlock": "10.0.0.0/16"})]
    ledger.strike(kept)
    assert ledger.unfinished() == []


def test_many_writers_lose_nothing(ledger: Ledger) -> None:
    def write(number: int) -> None:
        ledger.put(Row("us-east-1", VPC, f"vpc-{number}", "urn", {}, {}, "moto", 1.0))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(64)))
    assert len(ledger.all()) == 64
